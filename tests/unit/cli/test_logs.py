"""`tapstack logs`, as a shell sees it."""

import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tapstack.cli import environments
from tapstack.cli.actions import accounts, logs
from tapstack.cli.main import main
from tapstack.operate.account import Account
from transactions.clock import now

Captured = pytest.CaptureFixture[str]
TRANSACTION = "txn_" + "a" * 32


class Cloud:
    """CloudWatch Logs with one event in each group, and Lambda that knows the groups."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.at = 1_700_000_000_000
        self.text = json.dumps({"level": "INFO", "message": "decided", "service": "x", "transaction_id": TRANSACTION})

    def get_paginator(self, _: str) -> "Cloud":
        return self

    def paginate(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(wanted)
        yield {"events": [{"timestamp": self.at, "logStreamName": "s", "message": self.text}]}

    def get_function_configuration(self, FunctionName: str, Qualifier: str) -> Any:  # noqa: N803 - as boto3 has it
        return {"LoggingConfig": {"LogGroup": f"/logs/{FunctionName}/{Qualifier}"}}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Have the command work on an account of that cloud."""
    cloud = Cloud()
    names = {f"{name}_function_name": f"tapstack-{name}" for name in ("validator", "fraud_detector", "notifier")}
    account: Any = SimpleNamespace(
        compute=SimpleNamespace(alias_name="live", **names),
        data=SimpleNamespace(transactions_table_name="transactions"),
        transactions=SimpleNamespace(get=lambda _: None),
        functions=cloud,
        logs=cloud,
        stack="dev",
    )
    account.log_group = lambda function: Account.log_group(account, function)
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)
    return cloud


def test_all_functions_logs_of_the_last_ten_minutes_are_shown(cloud: Cloud, capsys: Captured) -> None:
    assert main(["logs"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"2023-11-14T22:13:20.000Z  {function:<14}  INFO    decided  transaction_id={TRANSACTION}"
        for function in ("validator", "fraud-detector", "notifier")
    ]
    assert [wanted["logGroupName"] for wanted in cloud.asked] == [
        "/logs/tapstack-validator/live",
        "/logs/tapstack-fraud_detector/live",
        "/logs/tapstack-notifier/live",
    ]
    assert all(abs(now() - 600_000 - wanted["startTime"]) < 60_000 for wanted in cloud.asked)


@pytest.mark.parametrize(("since", "ago"), [("90s", 90), ("10m", 600), ("2h", 7200), ("3d", 259_200)])
def test_one_functions_log_is_shown_from_a_time_on(since: str, ago: int, cloud: Cloud) -> None:
    assert main(["logs", "notifier", "--since", since]) == 0

    (wanted,) = cloud.asked
    assert wanted["logGroupName"] == "/logs/tapstack-notifier/live"
    assert abs(now() - ago * 1000 - wanted["startTime"]) < 60_000


@pytest.mark.parametrize("since", ["2023-11-14T22:13:20Z", "2023-11-15T00:13:20.000+02:00"])
def test_a_time_may_be_a_moment(since: str, cloud: Cloud) -> None:
    assert main(["logs", "notifier", "--since", since]) == 0

    assert cloud.asked[0]["startTime"] == 1_700_000_000_000


def test_as_json_every_event_is_a_line_of_its_own_routine_ones_too(cloud: Cloud, capsys: Captured) -> None:
    assert main(["logs", "notifier", "--json"]) == 0
    cloud.text = "START RequestId: 1"
    assert main(["logs", "notifier", "--json"]) == 0

    at = "2023-11-14T22:13:20.000Z"
    decided = {"level": "INFO", "message": "decided", "service": "x", "transaction_id": TRANSACTION}
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"at": at, "function": "notifier", "message": decided},
        {"at": at, "function": "notifier", "message": "START RequestId: 1"},
    ]


def test_where_nothing_was_logged_the_next_step_is_named(cloud: Cloud, capsys: Captured) -> None:
    cloud.text = "START RequestId: 1"

    assert main(["logs", "notifier"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("nothing was logged since ")
    assert told.err.endswith("look further back with --since, such as --since 2h\n")


def test_where_there_is_more_the_command_that_goes_on_is_named(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(logs, "MOST_EVENTS", 1)

    assert main(["logs", "notifier"]) == 0
    assert cloud.asked
    assert capsys.readouterr().err == (
        "these are the first 1 events; to go on: "
        ".venv/bin/tapstack --stack dev logs notifier --since 2023-11-14T22:13:20.000Z\n"
    )


def test_following_ends_with_a_ctrl_c_and_its_status(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    waits: list[float] = []
    cloud.at = now()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", wait)

    assert main(["logs", "notifier", "--follow"]) == 130
    told = capsys.readouterr()
    assert told.out.count("\n") == 1
    assert told.err == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["fraud"], "unknown function 'fraud': did you mean 'fraud-detector'? the functions are validator, "),
        (["--since", "soon"], "'soon' is no time to look back to; give how long ago, such as 90s, 10m, 2h or 3d"),
        (["--since", "999999999d"], "'999999999d' is no time to look back to"),
        (["--since", "2999-01-01"], "'2999-01-01' is no time to look back to"),
        (["--since", "9" * 10_000], f"{'9' * 60!r}… (10000 characters) is no time to look back to"),
    ],
)
def test_what_is_typed_wrong_is_one_line_and_status_64(arguments: list[str], complaint: str, capsys: Captured) -> None:
    assert main(["logs", *arguments]) == 64

    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("arguments", [["explain"], ["logs", "--transaction"]])
@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("xyz", "'xyz' is no transaction id: one is txn_ and 32 of the letters a to z and the digits 2 to 7, as "),
        ("", "'' is no transaction id: one is txn_ and 32 "),
        ("txn_" + "a" * 31, "is no transaction id: one is txn_ and 32 "),
        ("msg_" + "a" * 32, f"is no transaction id: did you mean '{TRANSACTION}'?"),
        (f" {TRANSACTION.upper()}\n", f"is no transaction id: did you mean '{TRANSACTION}'?"),
        ("z" * 10_000, f"{'z' * 60!r}… (10000 characters) is no transaction id: one is "),
        (TRANSACTION, f"there is no transaction '{TRANSACTION}' in transactions; look at the id, and at --stack"),
    ],
)
def test_what_is_no_transaction_is_one_line_that_says_what_one_looks_like(
    arguments: list[str], typed: str, complaint: str, capsys: Captured
) -> None:
    assert main([*arguments, typed]) == 1

    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
