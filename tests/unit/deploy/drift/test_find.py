"""Cloud, state and program compared, and references that are out of date."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tapstack.cli.statuses import FOUND
from tapstack.deploy.drift.additions import Found
from tapstack.deploy.drift.differences import Difference
from tapstack.engine.events import Operation, Reading, Report

RunCommand = Callable[..., int]
Captured = pytest.CaptureFixture[str]
QUEUE = "aws:sqs/queue:Queue"


def reading(name: str, before: Mapping[str, Any], after: Mapping[str, Any] | None, *differs: str) -> Reading:
    return Reading(QUEUE, f"urn::{QUEUE}::{name}", f"https://sqs/{name}", before, before, after, differs)


def test_nothing_has_drifted(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    assert run_command("drift") == 0

    assert capsys.readouterr().out.count("as it should be") == 4
    assert {action for action, _ in all_up.calls} == {"compare", "preview"}


def test_what_somebody_changed_in_the_cloud_is_named(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    given = {"messageRetentionSeconds": 1209600}
    changed = reading("notifications", given, {"messageRetentionSeconds": 60}, "messageRetentionSeconds")
    all_up.reports["compare", "data"] = Report(readings=[changed, reading("stream-failures", given, given)])

    assert run_command("drift", "data") == FOUND

    told = capsys.readouterr()
    assert told.out == f"data          cloud      update 'notifications' ({QUEUE}): messageRetentionSeconds\n"
    assert "pulumi up --refresh --stack dev" in told.err


def test_what_the_program_would_change_is_named(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    made = Operation("create", QUEUE, f"urn::{QUEUE}::more")
    stack = Operation("create", "pulumi:pulumi:Stack", "urn::stack")
    all_up.reports["preview", "data"] = Report(finished=[made, stack])

    assert run_command("drift", "data", "--json") == FOUND

    (found,) = json.loads(capsys.readouterr().out)
    assert found["program"] == [
        {"kind": "create", "type": QUEUE, "name": "more", "properties": [], "where": "", "detail": ""}
    ]
    assert found["cloud"] == []


def test_an_output_that_changed_since_is_a_stale_reference(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.states["data"]["resources"][0]["outputs"]["key_arn"] = "arn:2"

    assert run_command("drift") == FOUND

    told = capsys.readouterr()
    assert "compute       stale      data.key_arn has changed since this layer was deployed" in told.out
    assert "api-edge      as it should be" in told.out
    assert "compute: to bring it up to date: .venv/bin/tapstack --stack dev up compute" in told.err


def test_a_secrets_ciphertext_is_not_compared(all_up: Any, run_command: RunCommand) -> None:
    mark = "4dabf18193072939515e22adb298388d"
    all_up.states["data"]["resources"][0]["outputs"]["key_arn"] = {
        mark: "1b47061264138c4ac30d75fd1eb44270",
        "ciphertext": "v1:other",
    }

    assert run_command("drift", "compute") == 0


def test_an_error_is_told_from_drift(all_up: Any, run_command: RunCommand, capsys: Captured) -> None:
    all_up.reports["compare", "data"] = "AccessDenied"

    assert run_command("drift") == 1
    assert "error: data: AccessDenied" in capsys.readouterr().err


def test_layers_that_are_not_up_are_left_out(script: Any, run_command: RunCommand, capsys: Captured) -> None:
    script.states["network"] = {}

    assert run_command("drift", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_is_typed_by_hand_comes_with_what_the_shell_needs_first(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.shell = 'eval "$(tapstack env)"'
    all_up.reports["compare", "data"] = Report(readings=[reading("notifications", {}, None)])

    assert run_command("drift", "data") == FOUND
    refresh = "(cd projects/data && pulumi refresh --stack dev)"
    assert f'to keep what the cloud has: eval "$(tapstack env)" && {refresh}\n' in capsys.readouterr().err


def test_a_layer_that_cannot_be_compared_is_said_beside_the_others(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.reports["compare", "data"] = "AccessDenied"

    assert run_command("drift", "network", "data") == 1

    told = capsys.readouterr()
    assert told.out == "network       as it should be\ndata          ?          AccessDenied\n"


def test_what_has_drifted_counts_also_where_another_layer_cannot_be_compared(
    all_up: Any, run_command: RunCommand, capsys: Captured
) -> None:
    all_up.reports["compare", "network"] = "AccessDenied"
    all_up.reports["compare", "data"] = Report(readings=[reading("notifications", {}, None)])

    assert run_command("drift", "network", "data") == FOUND

    assert capsys.readouterr().out.splitlines() == [
        "network       ?          AccessDenied",
        f"data          cloud      delete 'notifications' ({QUEUE})",
    ]


@pytest.mark.parametrize(
    ("found", "status", "line", "told"),
    [
        (
            Found([Difference("create", "aws:iam/rolePolicy:RolePolicy", "all", (), "on 'one' (role)", "more")]),
            FOUND,
            "cloud      create 'all' (aws:iam/rolePolicy:RolePolicy) on 'one' (role): more",
            "data: what others added stays there: take it away in AWS, or write it into the program",
        ),
        (
            Found(unseen=["iam list_role_policies of 'one': AccessDenied", "and another"]),
            1,
            "?          iam list_role_policies of 'one': AccessDenied",
            "error: data: iam list_role_policies of 'one': AccessDenied (and 1 more)",
        ),
    ],
    ids=["something was added", "something cannot be looked at"],
)
def test_what_others_added_and_what_cannot_be_looked_at_is_never_as_it_should_be(
    all_up: Any,
    run_command: RunCommand,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    found: Found,
    status: int,
    line: str,
    told: str,
) -> None:
    monkeypatch.setattr("tapstack.deploy.drift.find.additions", lambda *_: found)

    assert run_command("drift", "data") == status

    printed = capsys.readouterr()
    assert printed.out.splitlines()[0] == f"data          {line}"
    assert "as it should be" not in printed.out
    assert told in printed.err
