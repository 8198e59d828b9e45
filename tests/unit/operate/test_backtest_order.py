"""The order of decisions, as far as it is known, and the velocity table that a backtest counts in."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapstack.operate.backtest.decided_order import NEAR_MS, DecidedOrder
from tapstack.operate.backtest.velocity_table import VelocityTable
from transactions.attributes import Item, to_item
from transactions.submission import Card, Submission
from transactions.transaction import Decision, Transaction
from transactions.velocity.windows import LATEST_MS


def item(number: int, created_at: int, decided_at: int | None, card: str = "tok_abcd") -> Item:
    submission = Submission(1_000, "EUR", Card(card, "424242", "DE", "2099-12"))
    decision = None if decided_at is None else Decision("approved", [], 0, 1, decided_at)
    return to_item(msgspec.to_builtins(Transaction(f"txn_{number}", "acme", "", created_at, submission, decision)))


@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 90_000)), max_size=40))
def test_history_comes_in_the_order_of_its_decisions(made: list[tuple[int, int]]) -> None:
    history = [item(number, came, came + took) for number, (came, took) in enumerate(sorted(made))]

    ordered = list(DecidedOrder().of(history))

    assert sorted(one.transaction.id for one in ordered) == sorted(f"txn_{n}" for n in range(len(made)))
    moments = [one.decision.decided_at for one in ordered]
    assert moments == sorted(moments)


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 3)), min_size=1, max_size=30))
def test_what_is_decided_within_a_second_is_marked(made: list[tuple[int, int]]) -> None:
    history = [item(number, 0, moment, f"tok_000{card}") for number, (moment, card) in enumerate(made)]

    for one in DecidedOrder().of(history):
        number = int(one.transaction.id.removeprefix("txn_"))
        near = [
            card
            for other, (moment, card) in enumerate(made)
            if other != number and abs(moment - made[number][0]) <= NEAR_MS
        ]
        assert one.is_near_merchant == bool(near)
        assert one.is_near_card == (made[number][1] in near)


def test_what_is_pending_is_counted_and_left_out() -> None:
    order = DecidedOrder()

    assert [one.transaction.id for one in order.of([item(1, 0, None), item(2, 0, 5)])] == ["txn_2"]
    assert order.undecided == 1


def test_the_table_lets_go_of_what_no_window_can_hold() -> None:
    now = [0]
    table = VelocityTable(lambda: now[0], 1_000)

    def write(name: str) -> None:
        values = {":a": {"N": "1"}}
        table.update_item(Key={"id": {"S": name}}, UpdateExpression="SET a = :a", ExpressionAttributeValues=values)

    write("one")
    now[0] = LATEST_MS + 1_000
    write("two")
    assert len(table) == 2
    now[0] += 1
    write("three")

    assert len(table) == 2
    assert table.get_item(Key={"id": {"S": "one"}}) == {}
    assert table.get_item(Key={"id": {"S": "two"}})["Item"] == {"id": {"S": "two"}, "a": {"N": "1"}}


@pytest.mark.parametrize("expression", ["ADD a :a", "SET a = a + :a", "SET a = :a, b = if_not_exists(b, :a)"])
def test_the_table_refuses_what_it_does_not_know(expression: str) -> None:
    table: Any = VelocityTable(lambda: 0, 1_000)

    with pytest.raises(ValueError, match="knows no"):
        table.update_item(Key={"id": {"S": "a"}}, UpdateExpression=expression, ExpressionAttributeValues={":a": 1})
