"""What is told of a run of transactions."""

from dataclasses import replace

import pytest

from tapstack.cli.actions.send import as_data, to_explain
from tapstack.lane.sending import Outcome
from tapstack.lane.summary import print_run
from tapstack.lane.transactions_file import Line

Captured = pytest.CaptureFixture[str]


def outcome(number: int, status: str = "approved", *reasons: str) -> Outcome:
    line = Line(number, {"amount": number})
    return Outcome(line, "globex", f"txn_{number}", status, seconds=0.25, webhook=True, reasons=reasons)


def failed(number: int, problem: str) -> Outcome:
    return replace(outcome(number, ""), transaction_id="", problem=problem, seconds=0.0, webhook=False)


def rows(printed: str) -> list[list[str]]:
    return [line.split() for line in printed.splitlines() if line]


def test_few_transactions_are_told_one_by_one_in_the_order_of_their_lines(capsys: Captured) -> None:
    print_run([outcome(1), outcome(2, "declined", "bin_blocked", "card_expired"), failed(3, "400 no body")])

    assert rows(capsys.readouterr().out) == [
        ["line", "transaction", "outcome", "s", "why"],
        ["1", "txn_1", "approved", "0.25"],
        ["2", "txn_2", "declined", "0.25", "bin_blocked,", "card_expired"],
        ["3", "-", "failed", "400", "no", "body"],
    ]


def test_of_many_there_is_a_summary_and_the_ids_of_all_that_were_not_approved(capsys: Captured) -> None:
    others = [outcome(30, "review", "duplicate"), outcome(31, "declined", "bin_blocked"), failed(32, "500 broken")]
    print_run([outcome(number) for number in range(20)] + others)

    printed = rows(capsys.readouterr().out)
    assert [row[:3] for row in printed[:5]] == [
        ["outcome", "transactions", "webhooks"],
        ["approved", "20", "20"],
        ["declined", "1", "1"],
        ["review", "1", "1"],
        ["failed", "1", "·"],
    ]
    assert [row[:3] for row in printed[6:]] == [
        ["32", "-", "failed"],
        ["30", "txn_30", "review"],
        ["31", "txn_31", "declined"],
    ]


def test_the_decision_with_most_against_it_is_the_one_to_explain() -> None:
    assert to_explain([]) is None
    assert to_explain([failed(1, "400")]) is None
    chosen = to_explain([outcome(1), outcome(2, "declined", "a", "b"), outcome(3, "review", "a")])
    assert chosen
    assert chosen.transaction_id == "txn_2"


def test_as_data_every_transaction_has_id_status_reasons_seconds_and_webhook() -> None:
    assert as_data(outcome(7, "declined", "bin_blocked")) == {
        "line": 7,
        "merchant": "globex",
        "transaction_id": "txn_7",
        "status": "declined",
        "reasons": ("bin_blocked",),
        "problem": "",
        "seconds": 0.25,
        "webhook": True,
    }
