"""The commands, as a shell sees them: status, stdout, stderr."""

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tapstack.cli.actions import engine
from tapstack.cli.main import main
from tapstack.lane.background import Running
from tapstack.lane.emulator import Emulator
from tapstack.lane.lane import Lane
from tapstack.lane.stack import LaneStack
from tapstack.layers import LAYERS

Script = Callable[[Path, str], Path]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: Script) -> Lane:
    """A lane that is not there, with an engine that only knows its version."""
    script(tmp_path / "bin" / "pulumi", "echo v3.200.0")
    script(tmp_path / "bin" / "pulumi-language-python", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("TAPSTACK_LANE", str(tmp_path / "lane"))
    return Lane()


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator that seems to run."""
    monkeypatch.setattr(Emulator, "running", lambda _: Running(1, "http://127.0.0.1:1", 0.0))


def put_stack(lane: Lane, layer: str) -> None:
    file = lane.folder / "state" / ".pulumi" / "stacks" / f"tapstack-{layer}" / "local.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"checkpoint": {"latest": {}}}', encoding="utf-8")


@pytest.mark.parametrize("arguments", [["outputs"], ["send"], ["env"]])
def test_without_a_lane_a_command_says_what_to_run(arguments: list[str], capsys: Captured, lane: Lane) -> None:
    assert main(arguments) == 1

    output = capsys.readouterr()
    assert output.out == ""
    assert (
        output.err
        == f"error: the lane in {lane.folder} is not up: there is nothing in it; run: .venv/bin/tapstack local\n"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["fly"], "unknown command 'fly'"),
        ([], "missing command"),
        (["local", "--port", "0"], "'0' is no port; give a number from 1 to 65535"),
        (["local", "--port", "65536"], "'65536' is no port"),
        (["local", "--port", "http"], "'http' is no port"),
        (["send", "--concurrency", "many"], "'many' is no number of transactions"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_status_64(arguments: list[str], complaint: str, capsys: Captured) -> None:
    assert main(arguments) == 64

    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


@pytest.mark.usefixtures("running")
def test_no_layer_at_all_is_no_object(capsys: Captured) -> None:
    assert main(["outputs"]) == 1

    assert capsys.readouterr().err.endswith("error: no layer is deployed in this lane; run: .venv/bin/tapstack local\n")


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(("flags", "key"), [([], "[secret]"), (["--show-secrets"], "s3cret")])
def test_outputs_are_one_object_by_layer_with_secrets_masked_unless_asked_for(
    flags: list[str], key: str, lane: Lane, script: Script, tmp_path: Path, capsys: Captured
) -> None:
    """The engine masks them; what counts is that it is asked to show them when, and only when, the user asks."""
    shows = 'case "$*" in version) echo v3.200.0;; *--show-secrets*) echo \'{"key": "s3cret"}\';; '
    script(tmp_path / "bin" / "pulumi", shows + '*) echo \'{"key": "[secret]"}\';; esac')
    for layer in ("data", "api-edge"):
        put_stack(lane, layer)

    assert main(["outputs", *flags]) == 0
    assert json.loads(capsys.readouterr().out) == {"data": {"key": key}, "api-edge": {"key": key}}


@pytest.mark.usefixtures("running")
def test_the_settings_can_be_evaluated_by_a_shell(lane: Lane, capsys: Captured, tmp_path: Path) -> None:
    for layer in LAYERS:
        put_stack(lane, layer)

    assert main(["env"]) == 0

    printed = capsys.readouterr().out
    assert all(line.startswith("export ") for line in printed.splitlines())
    shell = subprocess.run(
        ["sh", "-c", f'eval {shlex.quote(printed)}; echo "$PULUMI_BACKEND_URL"; command -v pulumi'],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout.splitlines() == [f"file://{lane.folder}/state?metadata=skip", str(tmp_path / "bin" / "pulumi")]


@pytest.mark.usefixtures("running")
def test_the_settings_come_with_a_stack_in_every_project(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(LaneStack, "init", lambda stack: made.append(stack.layer))
    put_stack(lane, "data")

    assert main(["env"]) == 0
    assert made == [layer for layer in LAYERS if layer != "data"]


def test_an_error_of_the_lane_has_no_traceback(capsys: Captured, script: Script, tmp_path: Path) -> None:
    lane = Lane()
    with lane.locked("local"):
        assert main(["down"]) == 1

    assert capsys.readouterr().err.startswith(f"error: the lane in {lane.folder} is busy with `local` (pid ")


def test_a_ctrl_c_is_one_line_and_status_130(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "find_engine", interrupted)

    assert main(["engine"]) == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_down_without_a_lane_has_nothing_to_do(capsys: Captured, lane: Lane) -> None:
    assert main(["down"]) == 0

    assert capsys.readouterr().err == f"nothing is up in {lane.folder}\n"


def test_the_engine_is_named_with_its_route(capsys: Captured, tmp_path: Path) -> None:
    assert main(["engine"]) == 0

    assert capsys.readouterr().out.startswith(f"pulumi 3.200.0 (on PATH): {tmp_path}/bin/pulumi\n")


@pytest.mark.usefixtures("running")
def test_a_transaction_is_not_sent_to_an_edge_that_is_not_up(
    lane: Lane, script: Script, tmp_path: Path, capsys: Captured
) -> None:
    script(tmp_path / "bin" / "pulumi", 'case "$*" in version) echo v3.200.0;; *) echo "{}";; esac')
    put_stack(lane, "data")
    file = tmp_path / "one.jsonl"
    file.write_text('{"amount": 1}\n', encoding="utf-8")

    assert main(["send", str(file)]) == 1
    assert "layer 'api-edge' is not up in this lane; run: .venv/bin/tapstack local" in capsys.readouterr().err


@pytest.mark.usefixtures("running")
def test_outputs_may_be_those_of_some_layers(lane: Lane, script: Script, tmp_path: Path, capsys: Captured) -> None:
    script(tmp_path / "bin" / "pulumi", 'case "$*" in version) echo v3.200.0;; *) echo "{}";; esac')
    put_stack(lane, "data")

    assert main(["outputs", "data", "network"]) == 0
    assert json.loads(capsys.readouterr().out) == {"data": {}}
    assert main(["outputs", "network"]) == 1
    assert capsys.readouterr().err.endswith(
        "error: no layer of network is deployed in this lane; run: .venv/bin/tapstack local\n"
    )
