"""Carrying out a plan, destroying, and asking before it."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tapstack.engine.events import Operation, Report
from tapstack.layers import LAYERS

RunCommand = Callable[..., int]
Captured = pytest.CaptureFixture[str]
TABLE = "aws:dynamodb/table:Table"
CHANGED = Report(counts={"update": 1, "same": 2})
SAME = Report(counts={"same": 3})
READ_ANEW = Report(counts={"read": 1, "same": 3})
"""The engine's word on a layer that sees other outputs of an upstream than its state has."""
LOSING = Report(started=[Operation("delete", TABLE, f"urn::{TABLE}::velocity")], counts={"delete": 1})


@pytest.mark.parametrize("command", ["plan", "up", "destroy", "drift"])
def test_an_unknown_layer_is_named_with_the_nearest(run_command: RunCommand, capsys: Captured, command: str) -> None:
    assert run_command(command, "netwrok") == 64

    told = f"unknown layer 'netwrok': did you mean 'network'? the layers are {', '.join(LAYERS)}"
    assert capsys.readouterr().err == f"error: {told}\n"


def test_a_layer_nobody_could_have_meant_gets_the_list(run_command: RunCommand, capsys: Captured) -> None:
    assert run_command("up", "xyz") == 64

    assert capsys.readouterr().err == f"error: unknown layer 'xyz': the layers are {', '.join(LAYERS)}\n"


def test_all_layers_go_up_in_order(script: Any, run_command: RunCommand) -> None:
    script.states |= {layer: {} for layer in LAYERS}
    script.reports |= {("preview", layer): Report(counts={"create": 5}) for layer in LAYERS}

    assert run_command("up", "--yes") == 0

    up = script.done("up")
    assert set(up[:2]) == {"network", "data"}
    assert up[2:] == ["compute", "api-edge"]


def test_a_failure_stops_the_rest_and_says_how_to_go_on(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    all_up.reports |= {("preview", layer): CHANGED for layer in LAYERS}
    all_up.reports["up", "compute"] = "AccessDenied"

    assert run_command("up", "--yes") == 1

    assert all_up.done("up")[-1] == "compute"
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("error: compute: AccessDenied. Up: network, data; failed: compute; not begun: api-edge.")
    assert last.endswith("Fix it and go on: .venv/bin/tapstack --stack dev up compute api-edge")


def test_a_preview_that_fails_keeps_all_from_changing(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    all_up.reports |= {("preview", "data"): CHANGED, ("preview", "api-edge"): "the setting is bad"}

    assert run_command("up", "--yes") == 1

    assert all_up.done("up") == []
    assert capsys.readouterr().err.endswith("error: api-edge: the setting is bad. Nothing was changed\n")


def test_side_by_side_one_failure_lets_the_other_end(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    all_up.reports |= {("preview", layer): CHANGED for layer in LAYERS}
    all_up.reports["up", "network"] = "AccessDenied"

    assert run_command("up", "--yes") == 1

    assert sorted(all_up.done("up")) == ["data", "network"]
    assert "Up: data; failed: network; not begun: compute, api-edge." in capsys.readouterr().err


def test_layers_without_changes_are_left_alone(all_up: Any, run_command: RunCommand) -> None:
    all_up.reports["preview", "api-edge"] = CHANGED

    assert run_command("up", "--yes") == 0

    assert all_up.done("up") == ["api-edge"]


@pytest.mark.parametrize("kind", ["import", "discard"])
def test_a_change_of_any_kind_has_its_column_and_is_deployed(
    all_up: Any, run_command: RunCommand, capsys: Captured, kind: str
) -> None:
    all_up.reports["preview", "data"] = Report(counts={kind: 7, "same": 2})

    assert run_command("plan", "data") == 0
    header, row = capsys.readouterr().out.splitlines()[1:3]
    assert header.split()[-1] == kind
    assert row.split() == ["data", "1", "·", "·", "·", "·", "7"]

    assert run_command("up", "data", "--yes") == 0
    assert all_up.done("up") == ["data"]


def test_since_a_revision_no_layer_is_planned_or_deployed_that_was_not_named(
    all_up: Any, run_command: RunCommand, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network has changed too, and compute reads an output that changes."""
    files = ("projects/data/tables.py", "projects/network/vpc.py")
    monkeypatch.setattr("tapstack.deploy.planning.changed_since", lambda _: files)
    told = Report(counts={"update": 1}, outputs_before={"key_arn": "arn:1"}, outputs_after={"key_arn": "arn:2"})
    all_up.reports |= {("preview", "data"): told, ("up", "data"): told, ("preview", "compute"): READ_ANEW}

    assert run_command("plan", "data", "--since", "HEAD", "--json") == 0
    assert [layer["layer"] for layer in json.loads(capsys.readouterr().out)["layers"]] == ["data"]

    assert run_command("up", "data", "--since", "HEAD", "--yes") == 0
    assert all_up.done("up") == ["data"]
    shown = capsys.readouterr().err
    assert "data: output key_arn changes; read by compute, to deploy after it" in shown
    assert "network" not in shown

    assert run_command("up", "data", "compute", "--since", "HEAD", "--yes") == 0
    assert all_up.done("up") == ["data", "data", "compute"]


def test_a_layer_follows_one_whose_outputs_alone_changed(all_up: Any, run_command: RunCommand) -> None:
    told = Report(
        counts={"same": 3}, outputs_before={"merchant_ids": ["a"]}, outputs_after={"merchant_ids": ["a", "b"]}
    )
    all_up.reports |= {("preview", "data"): told, ("up", "data"): told}
    all_up.reports |= {("preview", layer): [SAME, READ_ANEW] for layer in ("compute", "api-edge")}

    assert run_command("up", "--yes") == 0

    assert all_up.done("up") == ["data", "compute", "api-edge"]


def test_a_layer_after_a_changed_one_is_looked_at_again(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    """Its first preview was made before the change, and said nothing of the loss."""
    all_up.reports |= {("preview", "data"): CHANGED, ("up", "data"): CHANGED, ("preview", "compute"): [SAME, LOSING]}

    assert run_command("up", "--yes") == 1

    assert all_up.done("up") == ["data"]
    told = "ITS ITEMS WILL BE LOST. Up: network, data; not begun: compute, api-edge. Where that is meant: "
    again = ".venv/bin/tapstack --stack dev up compute api-edge --accept-data-loss compute.velocity"
    assert capsys.readouterr().err.endswith(f"{told}{again}\n")


def test_data_is_lost_only_where_that_is_accepted(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    all_up.reports["preview", "data"] = LOSING

    assert run_command("up", "data", "--yes") == 1
    assert all_up.done("up") == []
    told = "Nothing was changed. Where that is meant: .venv/bin/tapstack --stack dev up data --accept-data-loss "
    assert capsys.readouterr().err.endswith(f"{told}data.velocity\n")

    assert run_command("up", "data", "--yes", "--accept-data-loss", "data.merchants") == 1
    assert all_up.done("up") == []

    assert run_command("up", "data", "--yes", "--accept-data-loss", "data.velocity") == 0
    assert all_up.done("up") == ["data"]


def test_with_nothing_to_do_nobody_is_asked(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    assert run_command("up") == 0

    assert all_up.done("up") == []
    assert "nothing to do" in capsys.readouterr().err


def test_where_nobody_can_be_asked_nothing_changes(
    all_up: Any, run_command: RunCommand, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    all_up.reports["preview", "data"] = CHANGED

    assert run_command("up") == 1

    assert all_up.done("up") == []
    assert "agree with --yes" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "went_on"), [("dev\n", True), ("yes\n", False), ("", False)])
def test_on_a_terminal_the_stacks_name_is_the_agreement(
    all_up: Any, run_command: RunCommand, monkeypatch: pytest.MonkeyPatch, typed: str, *, went_on: bool
) -> None:
    terminal = io.StringIO(typed)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    all_up.reports["preview", "data"] = CHANGED

    assert run_command("up") == (0 if went_on else 1)

    assert all_up.done("up") == (["data"] if went_on else [])


def test_a_layer_that_is_still_read_is_not_destroyed(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    assert run_command("destroy", "data", "network", "--yes") == 1

    assert all_up.calls == []
    told = capsys.readouterr().err
    assert "data is still read by compute@dev (1 output) and api-edge@dev (1 output)" in told
    assert ".venv/bin/tapstack --stack dev destroy compute api-edge" in told


@pytest.mark.parametrize("taken", ["pulumi:pulumi:StackReference", "pulumi:pulumi:Stack"])
def test_a_layer_is_not_destroyed_under_a_reader_whose_state_tells_half(
    all_up: Any, run_command: RunCommand, capsys: Captured, taken: str
) -> None:
    compute = all_up.states["compute"]
    compute["resources"] = [item for item in compute["resources"] if item["type"] != taken]

    assert run_command("destroy", "network", "--yes") == 1

    told = "1 output" if taken.endswith("StackReference") else "its state does not say what"
    assert f"network is still read by compute@dev ({told}); nothing was destroyed" in capsys.readouterr().err
    assert all_up.done("destroy") == []


def test_a_layer_is_not_destroyed_where_a_readers_state_cannot_be_read(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.forbidden.add("compute")

    assert run_command("destroy", "network", "--yes") == 1

    assert capsys.readouterr().err.endswith(
        "error: network: what compute@dev reads cannot be looked at: compute: AccessDenied; deploy compute, or with "
        "credentials that may read its state: .venv/bin/tapstack --stack dev contracts --note-reads. Nothing was "
        "destroyed\n"
    )
    assert all_up.done("destroy") == []


def test_destroying_goes_the_other_way(all_up: Any, run_command: RunCommand) -> None:
    assert run_command("destroy", "--yes") == 0

    gone = all_up.done("destroy")
    assert gone[:2] == ["api-edge", "compute"]
    assert set(gone[2:]) == {"network", "data"}


def test_what_could_not_be_destroyed_is_named_with_the_rest(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.reports["destroy", "compute"] = "the function is busy"

    assert run_command("destroy", "--yes") == 1

    assert all_up.done("destroy") == ["api-edge", "compute"]
    told = capsys.readouterr().err
    assert "Destroyed: api-edge; still there: compute, network, data." in told


def test_a_layer_that_is_not_up_is_not_destroyed(script: Any, run_command: RunCommand, capsys: Captured) -> None:
    script.states["network"] = {}

    assert run_command("destroy", "network", "--yes") == 0
    assert script.calls == []
    assert "nothing to do" in capsys.readouterr().err
