"""`tapstack reconcile`, as a shell sees it."""

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
from transactions.submission import Card, Submission
from transactions.transaction import Transaction

Captured = pytest.CaptureFixture[str]
Pending = Callable[[int], None]


@pytest.fixture
def pending(monkeypatch: pytest.MonkeyPatch) -> Pending:
    """Have the command work on a table without transactions and empty queues; the fixture adds a pending one."""
    items: list[dict[str, Any]] = []

    def add(seconds: int) -> None:
        card = Card("tok_abcd", "424242", "DE", "2099-12")
        at = now() - seconds * 1000
        one = Transaction(f"txn_{len(items)}", "acme", "hash", at, Submission(1250, "EUR", card), None)
        items.append(to_item({**msgspec.to_builtins(one), "status": "pending", "listing": one.listing}))

    pages = SimpleNamespace(paginate=lambda **_: [{"Items": items, "ScannedCount": len(items)}])
    account = SimpleNamespace(
        data=SimpleNamespace(
            transactions_table_name="transactions",
            notifications_dead_letter_queue_url="dead",
            stream_failures_queue_url="failures",
        ),
        dynamodb=SimpleNamespace(describe_table=lambda **_: {"Table": {}}, get_paginator=lambda _: pages),
        sqs=SimpleNamespace(receive_message=lambda **_: {}),
        merchants=SimpleNamespace(settings=lambda merchant_id: merchant_id),
        stack="dev",
    )
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)
    return add


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
