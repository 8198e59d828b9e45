"""What is asked before a change, and that whatever was not looked at is not deployed."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tapstack.engine.events import UNKNOWN, Operation, Report
from tapstack.engine.rewrites import Rewrite, Writes
from tapstack.layers import LAYERS

RunCommand = Callable[..., int]
Captured = pytest.CaptureFixture[str]
TABLE = "aws:dynamodb/table:Table"
CHANGED = Report(counts={"update": 1, "same": 2})
LOSING = Report(started=[Operation("delete", TABLE, f"urn::{TABLE}::velocity")], counts={"delete": 1})
FIRST = Report(counts={"create": 5}, outputs_after={"key_arn": UNKNOWN})
PROTECTED = Report(counts={"same": 3}, writes=Writes((Rewrite("same", TABLE, "velocity", options=("protect",)),)))
SECRET = Report(
    counts={"same": 3},
    outputs_before={"key_arn": "[secret]"},
    outputs_after={"key_arn": "[secret]"},
    writes=Writes(outputs=frozenset({"key_arn"})),
)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let somebody at a terminal type lines."""

    def type_lines(lines: str) -> None:
        terminal = io.StringIO(lines)
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", terminal)

    return type_lines


def test_a_change_of_options_alone_is_planned_named_and_deployed(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.reports["preview", "data"] = PROTECTED

    assert run_command("plan", "data") == 0
    heading, row, line = capsys.readouterr().out.splitlines()[1:]
    assert heading.split()[-1] == "options"
    assert row.split() == ["data", "1", "·", "·", "·", "·", "1"]
    assert line == f"data: options 'velocity' ({TABLE}): option protect, in the state alone"

    assert run_command("up", "data", "--yes") == 0
    assert all_up.done("up") == ["data"]


def test_a_layer_that_sees_other_outputs_than_its_state_has_is_deployed(all_up: Any, run_command: RunCommand) -> None:
    """Its state keeps what it saw, and drift is told from that."""
    all_up.reports["preview", "compute"] = Report(counts={"read": 1, "same": 3})

    assert run_command("up", "compute", "--yes") == 0

    assert all_up.done("up") == ["compute"]


def test_a_secret_output_that_changes_is_named_and_followed(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.reports |= {("preview", "data"): SECRET, ("up", "data"): Report(counts={"same": 3})}
    all_up.reports["preview", "compute"] = [Report(counts={"same": 3}), CHANGED]

    assert run_command("plan", "data") == 0
    assert "data: output key_arn changes; read by compute, to deploy after it" in capsys.readouterr().out

    assert run_command("up", "data", "compute", "--yes") == 0
    assert all_up.done("up") == ["data", "compute"]


def test_a_consumer_that_refuses_what_is_exported_now_goes_up_after_its_producer(
    all_up: Any, run_command: RunCommand
) -> None:
    told = Report(counts={"same": 3}, outputs_before={"key_arn": "1"}, outputs_after={"key_arn": "2"})
    all_up.reports |= {("preview", "data"): told, ("up", "data"): told}
    all_up.reports["preview", "compute"] = ["key_arn is '1', and must be '2'", CHANGED]

    assert run_command("up", "data", "compute", "--yes") == 0

    assert all_up.done("up") == ["data", "compute"]


def test_a_consumer_that_refuses_what_would_be_exported_too_keeps_all_from_changing(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    told = Report(counts={"same": 3}, outputs_before={"key_arn": "1"}, outputs_after={"key_arn": "2"})
    all_up.reports |= {("preview", "data"): told, ("up", "data"): told, ("preview", "compute"): "no"}

    assert run_command("up", "data", "compute", "--yes") == 1

    assert all_up.done("up") == []
    assert capsys.readouterr().err.splitlines()[-1] == "error: compute: no. Nothing was changed"


def test_a_consumer_that_refuses_once_its_producer_is_up_stops_the_rest(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    told = Report(counts={"same": 3}, outputs_before={"key_arn": "1"}, outputs_after={"key_arn": "2"})
    all_up.reports |= {
        ("preview", "data"): told,
        ("up", "data"): told,
        ("preview", "compute"): [CHANGED, CHANGED, "no"],
    }

    assert run_command("up", "data", "compute", "--yes") == 1

    assert all_up.done("up") == ["data"]
    told_last = capsys.readouterr().err.splitlines()[-1]
    assert told_last.startswith("error: compute: no. Up: data; not begun: compute. Fix it and go on: ")


@pytest.mark.parametrize("accepted", [(), ("--accept-data-loss", "data.velocity")])
def test_consent_to_one_loss_lets_no_layer_go_that_was_not_looked_at(
    script: Any, run_command: RunCommand, capsys: Captured, accepted: tuple[str, ...]
) -> None:
    """Compute is previewed on what data would export; what it would lose shows only once data is up."""
    script.states |= {layer: {} for layer in LAYERS}
    script.reports |= {("preview", "data"): FIRST, ("preview", "compute"): [FIRST, LOSING]}
    script.reports["preview", "network"] = FIRST

    assert run_command("up", "--yes", *accepted) == 1

    assert sorted(script.done("up")) == ["data", "network"]
    again = "up compute api-edge --accept-data-loss compute.velocity"
    assert capsys.readouterr().err.endswith(f"Where that is meant: .venv/bin/tapstack --stack dev {again}\n")


@pytest.mark.parametrize(("lines", "went_on"), [("data.velocity\ndev\n", True), ("velocity\ndev\n", False)])
def test_on_a_terminal_a_loss_is_accepted_by_its_name(
    all_up: Any, run_command: RunCommand, typed: Callable[[str], None], lines: str, *, went_on: bool
) -> None:
    typed(lines)
    all_up.reports["preview", "data"] = LOSING

    assert run_command("up", "data") == (0 if went_on else 1)

    assert all_up.done("up") == (["data"] if went_on else [])


def test_what_shows_only_later_is_asked_for_again(
    script: Any, run_command: RunCommand, typed: Callable[[str], None]
) -> None:
    script.states |= {layer: {} for layer in LAYERS}
    script.reports |= {("preview", layer): FIRST for layer in ("network", "data")}
    script.reports |= {("preview", layer): [FIRST, Report(counts={"create": 6})] for layer in ("compute", "api-edge")}
    typed("dev\ndev\nno\n")

    assert run_command("up") == 1

    assert sorted(script.done("up")) == ["compute", "data", "network"]


@pytest.mark.parametrize("name", ["data", "data.", "velocity", "dta.velocity"])
def test_consent_that_names_no_resource_is_refused_on_the_command_line(
    all_up: Any, run_command: RunCommand, name: str
) -> None:
    assert run_command("up", "data", "--yes", "--accept-data-loss", name) == 64

    assert all_up.calls == []


def test_a_destruction_says_what_it_deletes_and_needs_consent(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.reports["preview_destroy", "api-edge"] = LOSING

    assert run_command("destroy", "api-edge", "--yes") == 1
    told = capsys.readouterr().err
    assert "Destruction of dev: api-edge\n" in told
    assert f"api-edge: DELETE 'velocity' ({TABLE}): ITS ITEMS WILL BE LOST" in told
    again = "destroy api-edge --accept-data-loss api-edge"
    assert told.endswith(f"Nothing was destroyed. Where that is meant: .venv/bin/tapstack --stack dev {again}\n")
    assert all_up.done("destroy") == []

    assert run_command("destroy", "api-edge", "--yes", "--accept-data-loss", "api-edge") == 0
    assert all_up.done("destroy") == ["api-edge"]


def test_a_protected_resource_keeps_all_from_being_destroyed(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.reports["preview_destroy", "data"] = "unable to delete resource: it is protected"

    assert run_command("destroy", "--yes") == 1

    assert all_up.done("destroy") == []
    assert capsys.readouterr().err.endswith("it is protected. Nothing was destroyed\n")


def test_json_names_resources_and_options(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    updated = Operation("update", TABLE, f"urn::{TABLE}::velocity", ("ttl",))
    all_up.reports["preview", "data"] = Report(finished=[updated], counts={"update": 1}, writes=PROTECTED.writes)

    assert run_command("plan", "data", "--json") == 0

    (layer,) = json.loads(capsys.readouterr().out)["layers"]
    assert layer["resources"] == [{"kind": "update", "type": TABLE, "name": "velocity", "properties": ["ttl"]}]
    assert [(rewrite["name"], rewrite["options"]) for rewrite in layer["rewrites"]] == [("velocity", ["protect"])]
    assert layer["changes"] == {"create": 0, "update": 1, "replace": 0, "delete": 0, "options": 1}
