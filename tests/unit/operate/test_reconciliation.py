"""What fell by the wayside, and how it is put back on its way."""

import io
import json
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import msgspec
import pytest

from tapstack.console.errors import UserError
from tapstack.operate.detector import DeployedDetector
from tapstack.operate.reconciliation import Findings, Healer, Lost, look
from tapstack.operate.stream_failures import StreamFailure, stream_failure
from transactions.agreed.invocations import STREAM_BATCH
from transactions.attributes import to_item
from transactions.reviews.resolution import Resolution
from transactions.transaction import Decision, Transaction

AT = 1_700_000_000_000
Make = Callable[..., Transaction]


class Functions:
    """Lambda: the detector answers with the numbers of the records that failed."""

    def __init__(self, *answers: Any, error: str = "") -> None:
        self.answers = list(answers)
        self.error = error
        self.events: list[list[dict[str, Any]]] = []

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        self.events.append(json.loads(Payload)["Records"])
        failed = self.answers.pop(0) if self.answers else []
        answer = failed if isinstance(failed, dict) else {"batchItemFailures": [{"itemIdentifier": n} for n in failed]}
        told = {"Payload": io.BytesIO(json.dumps(answer).encode())}
        return told | ({"FunctionError": self.error} if self.error else {})


class Store:
    """The transactions table, as it is by now."""

    def __init__(self, *transactions: Transaction) -> None:
        self.by_id = {transaction.id: transaction for transaction in transactions}

    def get(self, transaction_id: str) -> Transaction | None:
        return self.by_id.get(transaction_id)


def lost(transaction: Transaction) -> Lost:
    return Lost(transaction, item_of(transaction), overdue=False)


def item_of(transaction: Transaction) -> dict[str, Any]:
    status = transaction.decision.verdict if transaction.decision else "pending"
    return to_item({**msgspec.to_builtins(transaction), "status": status, "listing": transaction.listing})


def healer(functions: Any, store: Any, queue: Any, desk: Any = None) -> Healer:
    detector = DeployedDetector(functions, "alias", "tapstack logs fraud-detector")
    return Healer(detector, store, desk, queue, "url", "failures")


def heal(functions: Any, queue: Any, found: Sequence[Transaction], store: Any = None) -> set[str]:
    return healer(functions, store or Store(*found), queue).heal([lost(each) for each in found], lambda _: None)


def told(queue: Any) -> list[str]:
    return [json.loads(entry["MessageBody"])["webhook_id"] for entry in queue.handles("send")]


def failure(first: int, last: int, size: int = 1) -> StreamFailure:
    return StreamFailure({"MessageId": f"{first}"}, first, last, size)


def in_hand(queue: Any) -> list[StreamFailure]:
    """What the queue of failures was given."""
    return [stream_failure({"Body": body}) for url, body in queue.handles("send one") if url == "failures"]


def test_pending_ones_go_to_the_detector_as_they_were_inserted(transaction: Make, queue: Any) -> None:
    functions = Functions()
    found = [transaction(n) for n in range(STREAM_BATCH + 1)]

    assert heal(functions, queue, found) == set()

    assert [len(event) for event in functions.events] == [STREAM_BATCH, 1]
    record = functions.events[0][0]
    assert (record["eventName"], record["dynamodb"]["NewImage"]) == ("INSERT", item_of(found[0]))
    # The detector tells of what it decides.
    assert told(queue) == []


def test_decided_ones_are_told_of_again_and_not_counted_again(transaction: Make, queue: Any) -> None:
    functions = Functions()

    assert heal(functions, queue, [transaction(1, reasons=[])]) == set()

    assert functions.events == []
    assert told(queue) == ["msg_1"]


def test_one_the_detector_decided_but_could_not_tell_of_is_told_of(transaction: Make, queue: Any) -> None:
    by_now = Store(transaction(1, reasons=[]), transaction(2))

    assert heal(Functions(["0", "1"]), queue, [transaction(1), transaction(2)], by_now) == {"txn_2"}

    assert told(queue) == ["msg_1"]


def test_after_a_crash_of_the_detector_the_table_says_what_it_got_done(transaction: Make, queue: Any) -> None:
    by_now = Store(transaction(1, reasons=[]), transaction(2))
    crashed = Functions({"errorType": "Runtime.ExitError"}, error="Unhandled")

    assert heal(crashed, queue, [transaction(1), transaction(2)], by_now) == {"txn_2"}

    assert told(queue) == ["msg_1"]


def test_one_the_queue_refuses_remains(transaction: Make, queue: Any) -> None:
    queue.refuses = {"acme"}

    assert heal(Functions(), queue, [transaction(1, reasons=[])]) == {"txn_1"}


def test_an_answer_no_detector_gives_is_an_error(transaction: Make, queue: Any) -> None:
    with pytest.raises(UserError, match="alias answered what no fraud-detector answers"):
        heal(Functions({"ok": True}), queue, [transaction(1)])


class Table:
    """A table whose scan leaves nothing out."""

    def __init__(self, *items: dict[str, Any], by_id: dict[str, dict[str, Any]] | None = None) -> None:
        self.items = items
        self.by_id = by_id or {}
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, _operation: str) -> "Table":
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked.append(asked)
        return [{"Items": [item], "ScannedCount": 7} for item in self.items]

    def get_item(self, **asked: Any) -> dict[str, Any]:
        held = self.by_id.get(asked["Key"]["id"]["S"])
        return {"Item": held} if held else {}


def test_the_table_is_looked_at_once_for_what_is_overdue_and_what_a_failure_covers(transaction: Make) -> None:
    kept = [
        transaction(1, at=AT),  # overdue
        transaction(2, at=AT + 60_000, reasons=[]),  # in the first span
        transaction(3, at=AT + 66_001, reasons=[]),  # between the spans
        transaction(4, at=AT + 90_000),  # in the second
        transaction(5, at=AT + 120_000),  # pending, but new
        transaction(6, at=AT, reasons=[]),  # decided
    ]
    table: Any = Table(*map(item_of, kept))
    looked: list[int] = []
    failures = [failure(AT + 60_000, AT + 60_000), failure(AT + 89_000, AT + 89_500)]

    found = look(table, "table", failures, AT + 1, looked.append)

    assert [one.transaction.id for one in found.lost] == ["txn_1", "txn_2", "txn_4"]
    assert [one.overdue for one in found.lost] == [True, False, False]
    assert [one.id for one in found.waiting] == ["txn_5"]
    assert (len(table.asked), sum(looked)) == (1, 42)
    values = table.asked[0]["ExpressionAttributeValues"]
    assert (values[":first"], values[":last"]) == ({"N": f"{AT + 45_000}"}, {"N": f"{AT + 95_500}"})


def test_an_item_that_is_no_transaction_is_told_and_stops_nothing(transaction: Make) -> None:
    table: Any = Table(to_item({"id": "by-hand", "status": "pending"}), item_of(transaction(1)))

    found = look(table, "table", [], AT + 1, lambda _: None)

    assert found.unreadable == ["by-hand"]
    assert [one.transaction.id for one in found.lost] == ["txn_1"]


def test_a_failure_is_settled_when_all_it_covers_went_through(transaction: Make) -> None:
    early, late, nowhere = failure(AT, AT + 2000), failure(AT + 60_000, AT + 60_000), failure(AT - 60_000, AT - 60_000)
    found = Findings([early, late, nowhere], [lost(transaction(n, at=AT + n * 1000)) for n in (1, 2, 60)])

    assert found.settled(set()) == [early, late]
    assert found.settled({"txn_2"}) == [late]
    assert found.settled({"txn_1", "txn_2", "txn_60"}) == []


def test_a_failure_of_more_than_is_found_is_for_a_person(transaction: Make) -> None:
    of_three = failure(AT, AT, size=3)
    some = [lost(transaction(n, at=AT)) for n in range(2)]

    assert Findings([of_three], some).settled(set()) == []
    assert Findings([of_three], [*some, lost(transaction(9, at=AT))]).settled(set()) == [of_three]


def test_what_is_found_at_one_time_has_to_be_enough_for_all_batches_of_that_time(transaction: Make) -> None:
    both = [failure(AT, AT, size=2), failure(AT + 1000, AT + 1000, size=2)]
    found = [lost(transaction(n, at=AT)) for n in range(4)]

    assert Findings(both, found[:3]).settled(set()) == []
    assert Findings(both, found).settled(set()) == both


def test_one_whose_write_took_as_long_as_the_validator_may_run_is_found(transaction: Make) -> None:
    mine, other = (transaction(1, at=AT - 9_900, reasons=[]), transaction(2, at=AT + 100, reasons=[]))
    table: Any = Table(item_of(mine), item_of(other))

    found = look(table, "table", [failure(AT, AT)], 0, lambda _: None)

    assert [one.transaction.id for one in found.lost] == ["txn_1", "txn_2"]
    assert int(table.asked[0]["ExpressionAttributeValues"][":first"]["N"]) <= mine.created_at


def test_what_is_decided_by_hand_and_not_told_of_is_found_the_next_time(transaction: Make, queue: Any) -> None:
    decided, pending, told_of = transaction(1, reasons=[]), transaction(2), transaction(3, reasons=[])
    queue.refuses = {"acme"}
    remaining = heal(Functions(["0", "1"]), queue, [transaction(1), pending], Store(decided, pending, told_of))
    assert remaining == {"txn_1", "txn_2"}

    # Of the record that expired there is nothing left; of the one that is decided not even that it is pending.
    table: Any = Table(item_of(pending), by_id={"txn_1": item_of(decided)})
    found = look(table, "table", in_hand(queue), AT - 1, lambda _: None)

    assert [one.transaction.id for one in found.lost] == ["txn_2", "txn_1"]
    assert found.settled({"txn_1"}) == []
    assert found.settled(set()) == list(found.failures)


def test_what_a_message_names_and_the_table_has_no_more_is_let_go(transaction: Make, queue: Any) -> None:
    heal(Functions(["0", "1"]), queue, [transaction(1), transaction(2)], Store(transaction(1), transaction(2)))
    table: Any = Table(item_of(transaction(2)))

    found = look(table, "table", in_hand(queue), AT - 1, lambda _: None)

    assert found.gone == {"txn_1"}
    assert found.settled({"txn_2"}) == []
    assert found.settled(set()) == list(found.failures)
    assert found.let_go(in_hand(queue), {"txn_2"}) == []
    assert found.let_go(in_hand(queue), set()) == in_hand(queue)


def test_what_is_about_to_be_decided_is_named_before_it_is(transaction: Make, queue: Any) -> None:
    class Killed(BaseException):
        pass

    class Dying:
        def invoke(self, **_: Any) -> None:
            raise Killed

    with pytest.raises(Killed):
        heal(Dying(), queue, [transaction(1), transaction(2)])

    assert [each.ids for each in in_hand(queue)] == [{"txn_1", "txn_2"}]


def test_what_was_in_hand_is_let_go_when_all_of_it_went_through(transaction: Make, queue: Any) -> None:
    heal(Functions(), queue, [transaction(1), transaction(2)])
    found = Findings([], [lost(transaction(n)) for n in (1, 2)])

    assert found.let_go(in_hand(queue), set()) == in_hand(queue)
    assert found.let_go(in_hand(queue), {"txn_2"}) == []
    assert Findings([], [lost(transaction(1))]).let_go(in_hand(queue), set()) == []
    assert found.let_go([failure(AT, AT)], set()) == []


@pytest.mark.parametrize("body", ["", "x", "[]", "{}", '{"DDBStreamBatchInfo": {}}', '{"DDBStreamBatchInfo": null}'])
def test_a_message_that_tells_of_no_batch_covers_nothing(body: str) -> None:
    read = stream_failure({"Body": body})

    assert (read.first, read.covers(AT)) == (None, False)


def test_a_batch_covers_what_a_write_may_take_and_clocks_may_differ() -> None:
    times = {
        "approximateArrivalOfFirstRecord": "2023-11-14T22:13:20Z",
        "approximateArrivalOfLastRecord": "2023-11-14T22:13:21Z",
    }
    read = stream_failure({"Body": json.dumps({"DDBStreamBatchInfo": times})})

    assert [read.covers(AT + off) for off in (-15_001, -15_000, 0, 7000, 7001)] == [False, True, True, True, False]


def test_a_message_tells_how_many_it_is_about() -> None:
    moment = "2023-11-14T22:13:20Z"
    times = {"approximateArrivalOfFirstRecord": moment, "approximateArrivalOfLastRecord": moment}

    assert stream_failure({"Body": json.dumps({"DDBStreamBatchInfo": times | {"batchSize": 7}})}).size == 7


def reviewed(made: Transaction, closed_at: int | None) -> Transaction:
    """Send a transaction into review, and have it closed."""
    decision = Decision("review", ["duplicate"], 50, 1, made.created_at + 5)
    closed = None if closed_at is None else Resolution("approved", "known_customer", "acme", closed_at)
    return msgspec.structs.replace(made, decision=decision, resolution=closed)


def test_a_review_that_was_closed_and_not_told_of_is_found_told_of_and_no_longer_marked(
    transaction: Make, queue: Any
) -> None:
    closed = [reviewed(transaction(number, at=AT), AT + number) for number in (1, 2, 3)]
    # The first is marked and long over, the second marked and new, the third was told of.
    items = [item_of(each) | ({"untold": {"S": "x"}} if place < 2 else {}) for place, each in enumerate(closed)]
    table: Any = Table(*items)

    found = look(table, "table", [], AT + 2, lambda _: None)

    assert [(one.transaction.id, one.untold) for one in found.lost] == [("txn_1", True)]
    desk = mock.Mock()
    assert healer(Functions(), Store(), queue, desk).heal(found.lost, lambda _: None) == set()
    assert told(queue) == ["msg_1", "msg_1_reviewed"]
    assert [call.args for call in desk.told.call_args_list] == [("txn_1",)]


def test_a_mark_stays_where_the_queue_refuses(transaction: Make, queue: Any) -> None:
    queue.refuses, desk = {"acme"}, mock.Mock()
    lost_one = lost(reviewed(transaction(1, at=AT), AT + 1))

    assert healer(Functions(), Store(), queue, desk).heal([lost_one], lambda _: None) == {"txn_1"}
    assert desk.told.call_args_list == []


def test_what_is_in_review_and_listed_nowhere_is_found_and_listed(transaction: Make, queue: Any) -> None:
    unlisted, listed = (reviewed(transaction(number, at=AT), None) for number in (1, 2))
    table: Any = Table(item_of(unlisted), item_of(listed) | {"review_of": {"S": "acme#0"}})

    found = look(table, "table", [], AT + 1, lambda _: None)

    assert (found.unlisted, found.lost) == ([unlisted], [])
    desk = mock.Mock()
    healer(Functions(), Store(), queue, desk).enter(found.unlisted)
    assert [call.args for call in desk.enter.call_args_list] == [(unlisted,)]


def test_a_batch_of_both_records_of_a_transaction_is_complete_with_that_one(transaction: Make) -> None:
    of_two = failure(AT, AT + 2_000, size=2)
    closed = reviewed(transaction(1, at=AT), AT + 1_000)

    assert Findings([of_two], [lost(closed)]).settled(set()) == [of_two]
    assert Findings([of_two], [lost(reviewed(transaction(1, at=AT), None))]).settled(set()) == []
