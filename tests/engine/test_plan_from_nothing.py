"""What a plan says of layers whose upstream is not up, and that a deployment then does that and no more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lane]:
    """A lane with nothing in it and the policies."""
    with scratch_lane(tmp_path, policies=True) as lane:
        monkeypatch.setattr(environments, "environment_named", lambda _: LaneEnvironment(lane))
        yield lane


def planned(capsys: Captured) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["plan", "--json"]) == 0
    return {layer["layer"]: layer for layer in json.loads(capsys.readouterr().out)["layers"]}


def creations(layers: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """The resources that a plan would create, by layer, without the engine's own."""
    return {
        name: {(change["type"], change["name"]) for change in layer["resources"] if _is_a_clouds(change["type"])}
        for name, layer in layers.items()
    }


def made(lane: Lane) -> dict[str, set[tuple[str, str]]]:
    states = {layer: lane.stack(layer).made() for layer in LAYERS}
    return {
        layer: {(item["type"], item["urn"].rpartition("::")[2]) for item in items} for layer, items in states.items()
    }


def _is_a_clouds(kind: str) -> bool:
    return not kind.startswith("pulumi:")


def test_what_is_planned_on_an_empty_account_is_what_a_deployment_makes(judged: Lane, capsys: Captured) -> None:
    empty = planned(capsys)

    assert [list(layer["previewed_on"]) for layer in empty.values()] == [
        [], [], ["network", "data"], ["data", "compute"],
    ]  # fmt: skip
    assert {change["kind"] for layer in empty.values() for change in layer["resources"]} == {"create"}
    assert all(judged.stack(layer).resources() == [] for layer in LAYERS)
    wanted = creations(empty)

    program = judged.projects / "network" / "__main__.py"
    source = program.read_text(encoding="utf-8")
    program.write_text(source.replace("NetworkContract(", "raise SystemExit('cut')\nNetworkContract("), "utf-8")
    assert main(["up", "network", "--yes"]) == 1
    program.write_text(source, encoding="utf-8")
    half = made(judged)["network"]
    rest = creations(planned(capsys))
    assert rest == {**wanted, "network": wanted["network"] - half}

    assert main(["up", "--yes"]) == 0
    told = capsys.readouterr().err
    assert told.count("Plan of local") == 1  # what was shown at first is all that was to be agreed to
    assert made(judged) == wanted
    assert all(not any(layer["changes"].values()) for layer in planned(capsys).values())
