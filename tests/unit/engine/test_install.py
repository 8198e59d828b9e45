"""Where the engine comes from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.console.progress import Step
from tapstack.engine.install import find_engine, official, source
from tapstack.engine.install.route import RouteClosedError, is_accepted

Script = Callable[[Path, str], Path]


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no Pulumi, no cache, and no way to the vendor or the Go modules; returns its only PATH folder."""

    def closed(_folder: Path, _step: Step) -> None:
        raise RouteClosedError("it is closed today")

    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(official, "install", closed)
    monkeypatch.setattr(source, "build", closed)
    return tmp_path / "bin"


def put_pulumi(folder: Path, script: Script, version: str) -> None:
    script(folder / "pulumi", f"echo v{version}")
    script(folder / "pulumi-language-python", "exit 0")


def test_an_engine_on_path_comes_first(bare_machine: Path, script: Script) -> None:
    put_pulumi(bare_machine, script, "3.214.1")

    engine = find_engine()

    assert (engine.version, engine.route, engine.path) == ("3.214.1", "on PATH", bare_machine / "pulumi")
    assert engine.folders == (bare_machine,)


@pytest.mark.parametrize("version", ["3.199.9", "4.0.0", "2.0.0"])
def test_an_engine_out_of_range_is_not_taken(bare_machine: Path, script: Script, version: str) -> None:
    put_pulumi(bare_machine, script, version)

    with pytest.raises(UserError, match=rf"is version {version}; the lane takes >=3\.200\.0,<4\.0\.0"):
        find_engine()


def test_an_engine_without_its_language_host_is_not_taken(bare_machine: Path, script: Script) -> None:
    script(bare_machine / "pulumi", "echo v3.200.0")

    with pytest.raises(UserError, match="has no pulumi-language-python beside it"):
        find_engine()


@pytest.mark.parametrize("body", ["exit 3", "echo hello"])
def test_a_program_that_only_has_the_name_is_not_taken(bare_machine: Path, script: Script, body: str) -> None:
    script(bare_machine / "pulumi", body)

    with pytest.raises(UserError, match=f"{bare_machine}/pulumi"):
        find_engine()


def test_the_vendors_release_comes_before_a_build(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "install", lambda folder, _: put_pulumi(folder / "bin", script, "3.200.0"))

    assert find_engine().route == "official release"


def test_a_build_is_kept_and_found_again(
    tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    builds = []

    def build(folder: Path, _step: Step) -> None:
        builds.append(folder)
        put_pulumi(folder / "bin", script, "3.200.0")

    monkeypatch.setattr(source, "build", build)

    first, second = find_engine(), find_engine()

    assert first == second
    assert first.path.is_relative_to(tmp_path / "cache")
    assert len(builds) == 1
    assert capsys.readouterr().err.count("pulumi 3.200.0, built from its Go modules") == 2


def test_an_interrupted_build_leaves_nothing(tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(folder: Path, _step: Step) -> None:
        put_pulumi(folder / "bin", script, "3.200.0")
        raise KeyboardInterrupt

    monkeypatch.setattr(source, "build", build)
    with pytest.raises(KeyboardInterrupt):
        find_engine()

    assert not list((tmp_path / "cache").rglob("pulumi"))


def test_no_route_at_all_says_what_was_tried_and_what_to_install() -> None:
    with pytest.raises(UserError) as caught:
        find_engine()

    message = str(caught.value)
    for tried in ("PATH: no `pulumi` on PATH", "official release: it is closed today", "published Go modules: it is"):
        assert tried in message
    assert "install Pulumi >=3.200.0,<4.0.0" in message
    assert "\n" not in message


@pytest.mark.parametrize(("version", "accepted"), [("3.200.0", True), ("3.999.0-beta.1", True), ("3.20.0", False)])
def test_versions_compare_as_numbers(version: str, *, accepted: bool) -> None:
    assert is_accepted(version) is accepted


def test_the_marker_tells_which_route_filled_the_cache(
    tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official, "install", lambda folder, _: put_pulumi(folder / "bin", script, "3.200.0"))
    find_engine()

    (marker,) = (tmp_path / "cache").rglob("route.json")
    assert json.loads(marker.read_text(encoding="utf-8")) == {"route": "official release"}
