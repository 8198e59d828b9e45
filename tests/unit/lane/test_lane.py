"""A lane's folder, environment and locks; nothing is deployed here."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.lane import stack_config
from tapstack.lane.background import BackgroundProcess
from tapstack.lane.lane import Lane
from tapstack.layers import PROJECTS

Script = Callable[[Path, str], Path]


@pytest.fixture
def lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: Script) -> Lane:
    script(tmp_path / "bin" / "pulumi", "echo v3.200.0")
    script(tmp_path / "bin" / "pulumi-language-python", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    for layer in PROJECTS:
        (tmp_path / "projects" / layer).mkdir(parents=True)
    return Lane(tmp_path / "the lane", tmp_path)


def test_the_folder_is_the_one_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Lane(root=tmp_path).folder == tmp_path / ".tapstack" / "lane"

    monkeypatch.setenv("TAPSTACK_LANE", str(tmp_path / "mine"))
    assert Lane(root=tmp_path).folder == tmp_path / "mine"


def test_nothing_of_the_users_aws_or_pulumi_settings_reaches_the_engine(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "PYTHONPATH"):
        monkeypatch.setenv(name, "the user's")

    assert "the user's" not in lane.environment().values()
    assert lane.environment()["PULUMI_STACK"] == "local"


def test_the_folder_is_its_owner_s_alone(lane: Lane) -> None:
    lane.folder.mkdir(mode=0o755)

    with lane.locked("up"):
        assert lane.folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lane = Lane(tmp_path / "file" / "lane", tmp_path)

    with pytest.raises(UserError) as refused, lane.locked("up"):
        pass

    assert f"{refused.value}" == (
        f"the lane's folder {lane.folder} cannot be written: Not a directory; make it writable, or set TAPSTACK_LANE "
        "to another folder"
    )


def test_plugins_and_engine_come_first_on_path(lane: Lane, tmp_path: Path) -> None:
    first, second, *_ = lane.environment()["PATH"].split(":")

    assert (first, second) == (str(lane.folder / "bin"), str(tmp_path / "bin"))


def test_both_plugins_are_the_stand_ins(lane: Lane) -> None:
    lane.write_files("http://127.0.0.1:1")

    shims = sorted((lane.folder / "bin").iterdir())
    assert [shim.name for shim in shims] == ["pulumi-resource-aws", "pulumi-resource-random"]
    assert all(os.access(shim, os.X_OK) for shim in shims)
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" in lane.environment()


def test_the_genuine_plugin_is_left_for_the_engine_to_find(lane: Lane) -> None:
    lane.folder.mkdir()
    (lane.folder / "lane.json").write_text('{"real_provider": true}', encoding="utf-8")
    lane.write_files("http://127.0.0.1:1")

    assert [shim.name for shim in (lane.folder / "bin").iterdir()] == ["pulumi-resource-random"]
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in lane.environment()


def test_a_second_command_is_told_who_is_at_work(lane: Lane) -> None:
    with (
        lane.locked("local"),
        pytest.raises(UserError, match=rf"is busy with `local` \(pid {os.getpid()}, \w+@\S+, since \S+\); wait until"),
        Lane(lane.folder).locked("down"),
    ):
        pass


def test_two_lanes_do_not_meet(lane: Lane, tmp_path: Path) -> None:
    with lane.locked("local"), Lane(tmp_path / "other", tmp_path).locked("local"):
        pass


def test_a_lane_with_nothing_in_it_says_what_to_run(lane: Lane) -> None:
    with pytest.raises(UserError, match=r"is not up: there is nothing in it; run: \.venv/bin/tapstack local"):
        lane.require_running()


def test_a_lane_whose_emulator_has_ended_says_so(lane: Lane) -> None:
    lane.folder.mkdir()
    lane.emulator.log.touch()

    with pytest.raises(UserError, match=r"its emulator has ended; run: \.venv/bin/tapstack local"):
        lane.require_running()


def test_an_unknown_layer_has_no_stack(lane: Lane) -> None:
    with pytest.raises(ValueError, match="unknown layer 'netwrok'"):
        lane.stack("netwrok")


def test_removing_a_lane_takes_its_settings_and_no_others(lane: Lane) -> None:
    lane.write_files("http://127.0.0.1:1")
    own = stack_config.config_file(lane.projects, "network")
    of_a_user = stack_config.config_file(lane.projects, "data")
    of_a_user.write_text("config: {}\n", encoding="utf-8")

    lane.remove()

    assert not lane.folder.exists()
    assert not own.exists()
    assert of_a_user.exists()


def test_a_start_that_fails_leaves_no_provider_behind(lane: Lane) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UserError, match="is taken"):
            lane.start(port=other.getsockname()[1])

    assert not BackgroundProcess(lane.folder, "providers").running()
