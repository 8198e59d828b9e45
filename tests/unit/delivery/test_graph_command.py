"""`graph`, as a shell sees it: what it writes, and that it writes nothing where something is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapstack.layers import LAYERS
from tapstack_delivery import __main__ as commands
from tapstack_delivery.commands import graph
from tapstack_local.background import Running
from tapstack_local.emulator import Emulator
from tapstack_local.lane import Lane
from tapstack_local.stack import LayerStack

Captured = pytest.CaptureFixture[str]
States = dict[str, Any]


@pytest.fixture(autouse=True)
def lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lane:
    """A lane that is not there."""
    monkeypatch.setenv("TAPSTACK_LANE", f"{tmp_path / 'lane'}")
    monkeypatch.setattr(Lane, "environment", lambda _: {})
    return Lane()


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator that seems to run."""
    monkeypatch.setattr(Emulator, "running", lambda _: Running(1, "http://127.0.0.1:1", 0.0))


@pytest.fixture
def deployed(running: None, states: States, lane: Lane, monkeypatch: pytest.MonkeyPatch) -> States:
    """A lane with two layers in it, and no engine."""
    monkeypatch.setattr(graph, "LAYERS", tuple(states))
    for layer in states:
        put_stack(lane, layer)
    monkeypatch.setattr(LayerStack, "command", lambda stack, *_: json.dumps(states[stack.layer]))
    return states


def put_stack(lane: Lane, layer: str) -> None:
    file = lane.folder / "state" / ".pulumi" / "stacks" / f"tapstack-{layer}" / "local.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"checkpoint": {"latest": {}}}', encoding="utf-8")


def test_it_writes_three_files_and_names_them(deployed: States, tmp_path: Path, capsys: Captured) -> None:
    output = tmp_path / "new" / "folder"

    assert commands.main(["graph", "--output", f"{output}"]) == 0

    told = capsys.readouterr()
    names = ("layers.svg", "layers.png", "layers.mmd")
    assert told.out.splitlines() == [
        "2 layers, 6 resources, 5 outputs, 2 uses across layers",
        *(f"{output / name}" for name in names),
    ]
    assert told.err == ""
    assert {file.name for file in output.iterdir()} == set(names)


def test_without_a_lane_it_says_how_to_get_one(tmp_path: Path, lane: Lane, capsys: Captured) -> None:
    assert commands.main(["graph", "--output", f"{tmp_path / 'out'}"]) == 1

    told = f"error: the lane in {lane.folder} is not up: there is nothing in it; run: nox -s local\n"
    assert capsys.readouterr() == ("", told)
    assert not (tmp_path / "out").exists()


def test_a_layer_that_is_not_deployed_is_named(running: None, lane: Lane, capsys: Captured) -> None:
    for layer in LAYERS[:2]:
        put_stack(lane, layer)

    assert commands.main(["graph"]) == 1

    assert capsys.readouterr().err.endswith(
        f"layer 'compute' is not deployed in the lane in {lane.folder}; run: nox -s up-compute\n"
    )


def test_a_layer_with_nothing_in_it_is_named(deployed: States, tmp_path: Path, capsys: Captured) -> None:
    del deployed["data"]["deployment"]["resources"]

    assert commands.main(["graph", "--output", f"{tmp_path / 'out'}"]) == 1

    told = "error: layer 'data' has no resources in its state; deploy it: nox -s up-data\n"
    assert capsys.readouterr() == ("", told)
    assert not (tmp_path / "out").exists()


def test_another_stack_is_refused(deployed: States, lane: Lane, capsys: Captured) -> None:
    assert commands.main(["graph", "prod"]) == 1

    told = f"error: stack 'prod': the lane in {lane.folder} has the stack 'local' alone; leave it out\n"
    assert capsys.readouterr().err == told


def test_an_output_that_is_no_folder_is_named(deployed: States, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")

    assert commands.main(["graph", "--output", f"{tmp_path / 'file' / 'out'}"]) == 1

    why = "cannot be written to: Not a directory; make it writable, or name another with --output"
    assert capsys.readouterr() == ("", f"error: {tmp_path / 'file' / 'out'} {why}\n")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_a_disk_that_fills_up_leaves_the_old_files(
    deployed: States, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "layers.svg").write_text("old", encoding="utf-8")
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "layers.mmd":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)

    assert commands.main(["graph", "--output", f"{tmp_path}"]) == 1

    assert "cannot be written to: No space left on device" in capsys.readouterr().err
    assert (tmp_path / "layers.svg").read_text(encoding="utf-8") == "old"
    assert {item.name for item in tmp_path.iterdir() if item.name != "lane"} == {"layers.svg"}


def test_the_readme_and_the_document_are_written_on_demand(
    deployed: States, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "CHECKOUT", tmp_path)
    (tmp_path / "README.md").write_text("# T\n<!-- layers -->\n<!-- /layers -->\n", encoding="utf-8")

    assert commands.main(["graph", "--readme"]) == 0

    assert "flowchart LR" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert (tmp_path / "docs" / "layers.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_a_readme_without_markers_leaves_the_document_alone(
    deployed: States, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "CHECKOUT", tmp_path)
    (tmp_path / "README.md").write_text("# T\n", encoding="utf-8")

    assert commands.main(["graph", "--readme"]) == 1

    assert not (tmp_path / "docs").exists()
