"""The engine's event log."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapstack.engine.events import EventLog, Report

VPC = "urn:pulumi:local::tapstack-network::aws:ec2/vpc:Vpc::main"
STACK = "urn:pulumi:local::tapstack-network::pulumi:pulumi:Stack::tapstack-network-local"


def resource(kind: str, op: str, urn: str) -> dict[str, Any]:
    return {kind: {"metadata": {"op": op, "type": urn.split("::")[2], "urn": urn}}}


def error(message: str, urn: str = "") -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": "error", "message": f"{message}\n", "urn": urn}}


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog(tmp_path / "events.jsonl")


def write(tmp_path: Path, *events: dict[str, Any], end: str = "\n") -> None:
    with (tmp_path / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n".join(json.dumps(event) for event in events) + end)


def test_a_log_that_is_not_there_yet_is_empty(log: EventLog) -> None:
    assert not log.follow()


def test_operations_come_in_their_order(log: EventLog, tmp_path: Path) -> None:
    write(tmp_path, resource("resourcePreEvent", "create", STACK), resource("resourcePreEvent", "create", VPC))
    write(tmp_path, resource("resOutputsEvent", "create", VPC), resource("resOutputsEvent", "create", STACK))
    write(tmp_path, {"summaryEvent": {"resourceChanges": {"create": 2, "same": 3}}})

    assert [operation.name for operation in log.follow()] == ["tapstack-network-local", "main"]
    assert [operation.name for operation in log.report.finished] == ["main", "tapstack-network-local"]
    assert log.report.changes == {"create": 2}
    assert log.report.summary() == "create 2, unchanged 3"


def test_what_an_earlier_run_has_replaced_is_counted_as_deleted(log: EventLog, tmp_path: Path) -> None:
    """The engine counts a replacement where the new is made, and says nothing of the old that it deletes later."""
    for op in ("create-replacement", "replace", "delete-replaced", "delete-replaced"):
        write(tmp_path, resource("resourcePreEvent", op, VPC), resource("resOutputsEvent", op, VPC))
    write(tmp_path, resource("resourcePreEvent", "delete-replaced", f"{VPC}-2"))
    write(tmp_path, {"summaryEvent": {"resourceChanges": {"replace": 1, "same": 3}}})

    log.follow()

    assert [operation.name for operation in log.report.leftovers] == ["main", "main-2"]
    assert log.report.changes == {"replace": 1, "delete": 2}


def test_what_a_refresh_read_is_told_apart_from_what_the_program_then_does(log: EventLog, tmp_path: Path) -> None:
    state = {"id": "vpc-1", "inputs": {"cidrBlock": "a"}, "outputs": {"cidrBlock": "a", "arn": "b"}}
    read = resource("resOutputsEvent", "refresh", VPC)
    read["resOutputsEvent"]["metadata"] |= {"old": state, "new": {"outputs": {"arn": "c"}}, "diffs": ["cidrBlock"]}
    gone = resource("resOutputsEvent", "refresh", f"{VPC}-2")
    gone["resOutputsEvent"]["metadata"] |= {"old": state, "new": None}
    for urn, event in ((VPC, read), (f"{VPC}-2", gone)):
        write(tmp_path, resource("resourcePreEvent", "refresh", urn), event)
    write(tmp_path, resource("resourcePreEvent", "update", VPC), resource("resOutputsEvent", "update", VPC))

    log.follow()

    first, second = log.report.readings
    assert (first.name, first.id, first.inputs) == ("main", "vpc-1", {"cidrBlock": "a"})
    assert (first.before, first.after, first.differs) == (state["outputs"], {"arn": "c"}, ("cidrBlock",))
    assert (second.name, second.after) == ("main-2", None)


def test_a_line_that_is_still_being_written_is_left_for_later(log: EventLog, tmp_path: Path) -> None:
    event = json.dumps(resource("resourcePreEvent", "create", VPC))
    file = tmp_path / "events.jsonl"
    file.write_text(event[:20], encoding="utf-8")
    assert not log.follow()

    file.write_text(f"{event}\n", encoding="utf-8")
    assert [operation.op for operation in log.follow()] == ["create"]


def test_one_waited_for_another_only_if_that_had_ended(log: EventLog, tmp_path: Path) -> None:
    write(tmp_path, resource("resourcePreEvent", "create", STACK), resource("resOutputsEvent", "create", STACK))
    write(tmp_path, resource("resourcePreEvent", "create", VPC), resource("resOutputsEvent", "create", VPC))
    log.follow()

    assert log.report.waited(VPC, STACK)
    assert not log.report.waited(STACK, VPC)


def test_one_that_began_while_another_was_under_way_did_not_wait(log: EventLog, tmp_path: Path) -> None:
    write(tmp_path, resource("resourcePreEvent", "create", STACK), resource("resourcePreEvent", "create", VPC))
    write(tmp_path, resource("resOutputsEvent", "create", STACK), resource("resOutputsEvent", "create", VPC))
    log.follow()

    assert not log.report.waited(VPC, STACK)


def test_errors_name_their_resource_and_come_once_without_the_engines_echo(log: EventLog, tmp_path: Path) -> None:
    echo = error("an unhandled error occurred: program exited with non-zero exit code: 1", STACK)
    write(tmp_path, error("the setting is bad", STACK), echo, error("no such zone", VPC), error("no such zone", VPC))
    log.follow()

    assert log.report.errors == ["the setting is bad", "aws:ec2/vpc:Vpc 'main': no such zone"]


@pytest.mark.parametrize(("level", "errors", "warnings"), [("mandatory", 1, 0), ("advisory", 0, 1)])
def test_a_policy_counts_by_its_level(log: EventLog, tmp_path: Path, level: str, errors: int, warnings: int) -> None:
    write(tmp_path, {"policyEvent": {"policyName": "names", "message": "no", "enforcementLevel": level}})
    log.follow()

    assert (len(log.report.errors), len(log.report.warnings)) == (errors, warnings)


def test_changes_are_told_in_the_words_of_a_plan() -> None:
    told = Report(counts={"replace": 9, "import": 1, "discard": 2, "delete": 1, "read": 1, "same": 3}).summary()

    assert told == "replace 9, import 1, discard 2, delete 1, read 1, unchanged 3"


def test_a_violation_names_the_resource_the_policy_and_all_that_it_says_in_one_line(
    log: EventLog, tmp_path: Path
) -> None:
    event = {
        "policyName": "EC2.6",
        "message": "Flow logs\nthere\nare none.\n",
        "enforcementLevel": "mandatory",
    }
    write(tmp_path, {"policyEvent": {**event, "resourceUrn": VPC}})
    write(tmp_path, error("preview failed"))

    log.follow()

    told = "aws:ec2/vpc:Vpc 'main': policy EC2.6: Flow logs: there are none."
    assert [violation.message for violation in log.report.violations] == [told]
    assert log.report.errors == [told]


def test_what_is_exempt_is_neither_an_error_nor_a_warning(log: EventLog, tmp_path: Path) -> None:
    event = {"policyName": "exemptions", "message": "Exempt\nKMS.4 for key: why (@us)", "enforcementLevel": "advisory"}
    write(tmp_path, {"policyEvent": {**event, "resourceUrn": STACK}})

    log.follow()

    assert log.report.exemptions == ["KMS.4 for key: why (@us)"]
    assert [*log.report.errors, *log.report.warnings, *log.report.violations] == []
