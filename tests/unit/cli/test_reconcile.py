"""`tapstack reconcile`, as a shell sees it."""

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tapstack.cli import environments
from tapstack.cli.actions import accounts, reconcile
from tapstack.cli.main import main
from transactions.attributes import to_item
from transactions.clock import now
from transactions.reviews.closing import ReviewDesk
from transactions.store import TransactionStore
from transactions.submission import Card, Submission
from transactions.transaction import Decision, Transaction

Captured = pytest.CaptureFixture[str]
Pending = Callable[[int], None]


@pytest.fixture
def items() -> list[dict[str, Any]]:
    """What is in the table."""
    return []


@pytest.fixture
def pending(account: SimpleNamespace, items: list[dict[str, Any]]) -> Pending:
    """Have the command work on a table without transactions and empty queues; the fixture adds a pending one."""
    assert account.stack == "dev"

    def add(seconds: int) -> None:
        card = Card("tok_abcd", "424242", "DE", "2099-12")
        at = now() - seconds * 1000
        one = Transaction(f"txn_{len(items)}", "acme", "hash", at, Submission(1250, "EUR", card), None)
        items.append(to_item({**msgspec.to_builtins(one), "status": "pending", "listing": one.listing}))

    return add


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, items: list[dict[str, Any]]) -> SimpleNamespace:
    """The account that the command works on."""

    def scan(**asked: Any) -> list[dict[str, Any]]:
        wanted = asked["ExpressionAttributeValues"][":pending"]
        return [{"Items": [item for item in items if item["status"] == wanted], "ScannedCount": len(items)}]

    def get_item(**asked: Any) -> dict[str, Any]:
        return next(({"Item": item} for item in items if item["id"] == asked["Key"]["id"]), {})

    account = SimpleNamespace(
        data=SimpleNamespace(
            transactions_table_name="transactions",
            notifications_dead_letter_queue_url="dead",
            stream_failures_queue_url="failures",
            notifications_queue_url="notifications",
        ),
        compute=SimpleNamespace(fraud_detector_alias_arn="alias"),
        functions=DetectorThatCannotTell(items),
        dynamodb=SimpleNamespace(
            describe_table=lambda **_: {"Table": {}},
            get_paginator=lambda _: SimpleNamespace(paginate=scan),
            get_item=get_item,
        ),
        sqs=Queues(),
        merchants=SimpleNamespace(settings=lambda merchant_id: merchant_id),
        stack="dev",
    )
    client: Any = account.dynamodb
    account.transactions = TransactionStore(client, "transactions")
    account.reviews = ReviewDesk(client, "transactions")
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)
    return account


@pytest.mark.usefixtures("pending")
def test_where_every_transaction_is_decided_nothing_is_wrong(capsys: Captured) -> None:
    assert main(["reconcile"]) == 0

    assert capsys.readouterr().err == "nothing is wrong: every transaction is decided and told of\n"


def test_what_is_pending_for_a_shorter_time_is_told_and_nothing_to_do_yet(pending: Pending, capsys: Captured) -> None:
    pending(45)
    pending(7)

    assert main(["reconcile", "--stack", "dev"]) == 0

    told = capsys.readouterr()
    (row,) = told.out.splitlines()[1:]
    assert row.split()[:9] == ["pending,", "for", "45", "s", "at", "the", "most", "acme", "2"]
    assert row.rstrip().endswith("wait, or: .venv/bin/tapstack --stack dev reconcile --older-than 45")
    assert told.err == "nothing to do yet: 2 transactions may still be decided\n"


def test_what_is_pending_for_too_long_is_to_be_done_whatever_else_may_wait(pending: Pending, capsys: Captured) -> None:
    pending(400)
    pending(7)

    assert main(["reconcile"]) == 2

    told = capsys.readouterr()
    overdue, waiting = told.out.splitlines()[1:]
    assert overdue.startswith("pending for longer than 300 s")
    assert waiting.startswith("pending, for 7 s at the most")
    assert "--fix would have 1 transaction decided and 0 notifications sent again" in told.err


def test_what_a_fix_would_not_touch_is_not_put_down_to_it(
    pending: Pending, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    pending(7)
    row = reconcile.Row("a dead letter: answered 503", "acme", 1, 0, "redrive")
    monkeypatch.setattr(reconcile, "_letter_rows", lambda *_: [row])

    assert main(["reconcile"]) == 2
    told = capsys.readouterr()
    assert told.out.splitlines()[1].split()[-1] == "redrive"
    assert told.err == ""


def test_as_json_what_may_wait_is_a_row_too(pending: Pending, capsys: Captured) -> None:
    pending(7)

    assert main(["reconcile", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["found"], row["merchant"]) == ("pending, for 7 s at the most", "acme")
    assert (row["count"], row["healed"]) == (1, 0)


class Queues:
    """Queues by url, which may refuse what comes in batches; what is received is held until it is given back."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[str]] = {"dead": [], "failures": [], "notifications": []}
        self.held: dict[str, tuple[str, str]] = {}
        self.refuse = False
        self._received = 0

    def send_message(self, **asked: Any) -> dict[str, Any]:
        self.bodies[asked["QueueUrl"]].append(asked["MessageBody"])
        return {}

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:
        if self.refuse:
            return {"Failed": [{"Id": entry["Id"]} for entry in asked["Entries"]]}
        self.bodies[asked["QueueUrl"]] += [entry["MessageBody"] for entry in asked["Entries"]]
        return {}

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        url, found = asked["QueueUrl"], []
        while self.bodies[url]:
            self._received += 1
            handle, body = f"{self._received}", self.bodies[url].pop(0)
            self.held[handle] = (url, body)
            sent = {"SentTimestamp": handle}
            found.append({"MessageId": handle, "ReceiptHandle": handle, "Body": body, "Attributes": sent})
        return {"Messages": found} if found else {}

    def delete_message_batch(self, **asked: Any) -> dict[str, Any]:
        for entry in asked["Entries"]:
            del self.held[entry["ReceiptHandle"]]
        return {}

    def change_message_visibility_batch(self, **asked: Any) -> dict[str, Any]:
        for entry in asked["Entries"]:
            url, body = self.held.pop(entry["ReceiptHandle"])
            self.bodies[url].append(body)
        return {}


class DetectorThatCannotTell:
    """Lambda: decides, and asks for each record again, as no queue took the news of it."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self.items = items

    def invoke(self, **asked: Any) -> dict[str, Any]:
        again = []
        for record in json.loads(asked["Payload"])["Records"]:
            again.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
            (item,) = (item for item in self.items if item["id"] == record["dynamodb"]["Keys"]["id"])
            decision = Decision("approved", [], 0, 1, now())
            item.update(to_item({"status": "approved", "decision": msgspec.to_builtins(decision)}))
        return {"Payload": io.BytesIO(json.dumps({"batchItemFailures": again}).encode())}


def test_one_that_was_decided_by_hand_and_not_told_of_is_found_and_told_of_by_the_next_run(
    pending: Pending, account: SimpleNamespace, capsys: Captured
) -> None:
    pending(400)
    account.sqs.refuse = True

    assert main(["reconcile", "--fix"]) == 2
    account.sqs.refuse = False
    capsys.readouterr()
    assert main(["reconcile"]) == 2
    told = capsys.readouterr().out
    assert main(["reconcile", "--fix"]) == 0

    assert "perhaps not told" in told
    assert "transactions that were in hand" in told
    (body,) = account.sqs.bodies["notifications"]
    assert json.loads(body)["event"]["type"] == "transaction.approved"
    assert (account.sqs.bodies["failures"], account.sqs.held) == ([], {})
    assert main(["reconcile"]) == 0


def test_what_is_decided_and_told_of_in_one_run_leaves_no_message(pending: Pending, account: SimpleNamespace) -> None:
    pending(400)

    assert main(["reconcile", "--fix"]) == 0

    assert len(account.sqs.bodies["notifications"]) == 1
    assert (account.sqs.bodies["failures"], account.sqs.held) == ([], {})
