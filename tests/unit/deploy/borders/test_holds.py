"""Which resources on their way out are held, by whom, and what is told and done about it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tapstack.deploy.borders.holds import holds_of
from tapstack.engine.backend.reads_index import Note
from tapstack.engine.events import Operation, Report
from tapstack.engine.named import ids_named
from tapstack.engine.noting import note_reads
from tapstack.engine.state import LayerState

RunCommand = Callable[..., int]
Captured = pytest.CaptureFixture[str]
SUBNET = "aws:ec2/subnet:Subnet"
FUNCTION = "aws:lambda/function:Function"
QUEUE = "aws:sqs/queue:Queue"
CREATE = Operation("create-replacement", SUBNET, f"urn:{SUBNET}::functions")
REPLACE = Operation("replace", SUBNET, f"urn:{SUBNET}::functions")
DELETE = Operation("delete-replaced", SUBNET, f"urn:{SUBNET}::functions")
AFTERWARDS = Report([CREATE, REPLACE, DELETE], [CREATE, REPLACE, DELETE], counts={"replace": 1, "same": 2})
BEFORE = Report([DELETE, REPLACE, CREATE], [DELETE, REPLACE, CREATE], counts={"replace": 1, "same": 2})
LEFT = Report([DELETE], [DELETE], counts={"same": 3, "delete": 1})
"""What the engine says where an earlier run has replaced a subnet and not deleted it."""


def item(kind: str, name: str, id_: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "urn": f"urn:{kind}::{name}", "id": id_, "custom": True, **more}


def function(subnet: str) -> dict[str, Any]:
    return item(FUNCTION, "validator", "validator", inputs={"vpcConfig": {"subnetIds": [subnet]}})


def layer(name: str, *resources: Mapping[str, Any], **more: Any) -> LayerState:
    return LayerState(name, resources, **more)


OLD = item(SUBNET, "functions", "subnet-1", delete=True)
NEW = item(SUBNET, "functions", "subnet-2")


@pytest.mark.parametrize(
    ("report", "own", "at_once"),
    [
        (AFTERWARDS, [item(SUBNET, "functions", "subnet-1")], False),
        (BEFORE, [item(SUBNET, "functions", "subnet-1")], True),
        (LEFT, [NEW, OLD], False),
        (Report([Operation("delete", SUBNET, DELETE.urn)]), [item(SUBNET, "functions", "subnet-1")], False),
        (AFTERWARDS, [item(SUBNET, "functions", "subnet-3"), OLD], False),
    ],
)
def test_what_is_deleted_and_named_in_a_readers_inputs_is_held(
    report: Report, own: list[dict[str, Any]], *, at_once: bool
) -> None:
    (hold,) = holds_of(report, layer("network", *own), [layer("compute", function("subnet-1"))])

    assert (hold.name, hold.id, hold.readers, hold.at_once) == ("functions", "subnet-1", ("compute",), at_once)


@pytest.mark.parametrize(
    ("report", "own", "subnet"),
    [
        (LEFT, [NEW, OLD], "subnet-2"),
        (LEFT, [NEW, OLD], "subnet-11"),
        (LEFT, [NEW, OLD], "x-subnet-1"),
        (Report(), [item(SUBNET, "functions", "subnet-1")], "subnet-1"),
        (
            Report([Operation("delete", SUBNET, DELETE.urn, is_retained=True)]),
            [item(SUBNET, "functions", "subnet-1")],
            "subnet-1",
        ),
    ],
    ids=["the new", "a longer id", "another id", "nothing is deleted", "it is retained"],
)
def test_what_stays_or_nobody_names_is_not_held(report: Report, own: list[dict[str, Any]], subnet: str) -> None:
    assert holds_of(report, layer("network", *own), [layer("compute", function(subnet))]) == []


def test_a_resource_is_known_by_its_name_and_arn_too() -> None:
    arn = "arn:aws:sqs:eu-central-1:1:tapstack-dev-notifications"
    queue = item(QUEUE, "q", "https://sqs/q", outputs={"arn": arn, "name": "tapstack-dev-notifications"})
    report = Report([Operation("delete", QUEUE, queue["urn"])])
    texts = (f'{{"Resource":"{arn}"}}', '[["AWS/SQS","QueueName","tapstack-dev-notifications"]]')

    for text in texts:
        reader = layer("api-edge", item("aws:x:X", "dashboard", "d", inputs={"body": text}))
        assert holds_of(report, layer("data", queue), [reader]) != []


def test_what_a_reader_has_replaced_itself_and_not_deleted_holds_too() -> None:
    reader = layer("compute", function("subnet-2"), {**function("subnet-1"), "delete": True})

    assert [hold.id for hold in holds_of(LEFT, layer("network", NEW, OLD), [reader])] == ["subnet-1"]


@pytest.mark.parametrize(
    ("holds", "is_held"),
    [({"network": ["subnet-1"]}, True), ({"network": ["subnet-2"]}, False), ({}, True), (None, True)],
    ids=["noted", "noted otherwise", "its producer could not be read", "a note of earlier times"],
)
def test_of_a_reader_whose_state_is_not_ours_the_note_says_what_it_holds(
    holds: Mapping[str, list[str]] | None, *, is_held: bool
) -> None:
    note = Note(is_up=True, reads={"network": {"version": 1, "fields": {"vpc_id": "VpcId"}}}, holds=holds)
    reader = LayerState("compute", (), is_readable=False, note=note)

    assert bool(holds_of(LEFT, layer("network", NEW, OLD), [reader])) is is_held


def test_a_note_lists_the_ids_of_a_producer_that_a_reader_names() -> None:
    assert ids_named(layer("compute", function("subnet-1")), layer("network", NEW, OLD)) == ["subnet-1"]


def test_what_a_layer_holds_is_noted_for_the_teams_it_reads_from(all_up: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of data, whose state cannot be read, nothing is noted: it may be held as a whole."""
    written: dict[str, Note] = {}

    class Index:
        def version(self, layer: str) -> str:
            return f"{layer} 1"

        def write(self, layer: str, version: str, note: Note) -> None:
            assert version == f"{layer} 1"
            written[layer] = note

    monkeypatch.setattr(type(all_up), "reads_index", Index())
    all_up.states["network"]["resources"] += [{**NEW, "inputs": {}}, {**OLD, "inputs": {}}]
    all_up.states["compute"]["resources"].append(function("subnet-1"))
    all_up.forbidden.add("data")

    note_reads(all_up, ["compute"])

    assert written["compute"].holds == {"network": ["subnet-1"]}


@pytest.fixture
def held(all_up: Any) -> Any:
    """Compute holds the network's subnet; the network replaces it."""
    all_up.states["network"]["resources"].append(item(SUBNET, "functions", "subnet-1", inputs={}))
    all_up.states["compute"]["resources"].append(function("subnet-1"))
    all_up.reports["preview", "network"] = [AFTERWARDS, LEFT]

    def expand() -> None:
        subnet = all_up.states["network"]["resources"][-1]
        all_up.states["network"]["resources"] += [{**subnet, "delete": True}]
        all_up.states["network"]["resources"][-2] = item(SUBNET, "functions", "subnet-2", inputs={})

    def move() -> None:
        all_up.states["compute"]["resources"][-1] = function("subnet-2")

    def contract() -> None:
        resources = all_up.states["network"]["resources"]
        resources[:] = [each for each in resources if not each.get("delete")]

    all_up.effects = {("expand", "network"): expand, ("up", "compute"): move, ("up", "network"): contract}
    all_up.reports["expand", "network"] = Report(
        counts={"replace": 1}, outputs_before={"vpc_id": "vpc-1"}, outputs_after={"vpc_id": "vpc-2"}
    )
    all_up.reports["preview", "compute"] = [Report(counts={"same": 3}), Report(counts={"update": 1})]
    return all_up


def test_a_plan_says_who_holds_what_and_the_steps(held: Any, run_command: RunCommand, capsys: Captured) -> None:
    assert run_command("plan", "network") == 0

    told = capsys.readouterr().out
    up = ".venv/bin/tapstack --stack dev up"
    assert "network: compute holds 'functions' (subnet-1), so the old stays until it has moved\n" in told
    assert "network: step 1, expand: network makes the new beside the old, and exports it\n" in told
    assert f"network: step 2, move: compute goes over to the new: {up} compute\n" in told
    assert f"network: step 3, contract: network deletes the old: {up} network\n" in told


def test_a_plan_names_what_cannot_stand_beside_its_replacement(
    held: Any, run_command: RunCommand, capsys: Captured
) -> None:
    deleted, made = (
        Operation(op, "aws:x:Nat", "urn:aws:x:Nat::nat-1") for op in ("delete-replaced", "create-replacement")
    )
    held.reports["preview", "network"] = Report(
        [CREATE, REPLACE, deleted, made, DELETE], [CREATE, REPLACE], counts={"replace": 2}
    )

    assert run_command("plan", "network") == 0

    assert "network: 'nat-1' cannot stand beside what replaces it, and goes first\n" in capsys.readouterr().out


def test_all_layers_expand_move_and_contract_in_one_command(held: Any, run_command: RunCommand) -> None:
    assert run_command("up", "network", "compute", "--yes") == 0

    changing = [call for call in held.calls if call[0] in {"up", "expand"}]
    assert changing == [("expand", "network"), ("up", "compute"), ("up", "network")]


def test_the_producer_alone_expands_and_tells_whose_turn_it_is(
    held: Any, run_command: RunCommand, capsys: Captured
) -> None:
    up = ".venv/bin/tapstack --stack dev up"
    for _ in range(2):
        assert run_command("up", "network", "--yes") == 0
        told = "network: the old is kept, as compute holds 'functions' (subnet-1); next: "
        assert f"{told}{up} compute, then {up} network deletes it\n" in capsys.readouterr().out
    assert held.done("expand") == ["network"]

    held.reports["preview", "compute"] = Report(counts={"update": 1})
    assert run_command("up", "compute", "--yes") == 0
    assert f"nobody holds its 1 old resource any more; next: {up} network\n" in capsys.readouterr().out
    assert run_command("up", "network", "--yes") == 0
    assert held.calls[-1] == ("up", "network")
    assert run_command("up", "compute", "--yes") == 0
    assert capsys.readouterr().out == ""


def test_a_reader_that_does_not_let_go_is_named(held: Any, run_command: RunCommand, capsys: Captured) -> None:
    del held.effects["up", "compute"]

    assert run_command("up", "network", "compute", "--yes") == 1

    assert held.done("up") == ["compute"]
    told = (
        "error: network: the old is kept, as compute holds 'functions' (subnet-1) and would not let go: take it out of "
    )
    assert f"{told}projects/compute, or read it through the contract of network" in capsys.readouterr().err


def test_a_reader_that_fails_leaves_the_contraction_to_the_command_it_prints(
    held: Any, run_command: RunCommand, capsys: Captured
) -> None:
    held.reports["up", "compute"] = "AccessDenied"

    assert run_command("up", "network", "compute", "--yes") == 1

    assert capsys.readouterr().err.endswith("go on: .venv/bin/tapstack --stack dev up network compute\n")


def test_what_goes_before_its_replacement_is_made_is_told(held: Any, run_command: RunCommand, capsys: Captured) -> None:
    held.reports["preview", "network"] = BEFORE

    assert run_command("plan", "network") == 0
    told = "network: 'functions' (subnet-1) goes before its replacement is made, and compute holds it: it is without it"
    assert told in capsys.readouterr().out
