"""A batch of the stream: each record is done by itself, and what is not done comes again, by its sequence number."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

import msgspec
import pytest

from fraud_detector.stream import Detector, FailedRecord, MerchantNotSetUpError
from fraud_detector.workers import Workers
from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from simulation.model.executor import InlineExecutor
from transactions.merchants import Merchants
from transactions.reviews.closing import ReviewDesk
from transactions.reviews.resolution import Resolution
from transactions.settings_document import parse_settings
from transactions.store import TransactionStore
from transactions.submission import Submission
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.merchant import MerchantVelocityCounter

QUEUE = "https://sqs.eu-central-1.amazonaws.com/000000000000/notifications"
Image = Mapping[str, Any]


class Detecting:
    """A fraud-detector on an account in memory, with the merchants acme and globex."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.sqs: Any = mock.Mock(wraps=self.cloud.sqs)
        self.merchants = Merchants(self.cloud.dynamodb, "merchants", self.cloud.clock)
        self.store = TransactionStore(self.cloud.dynamodb, "transactions")
        self.limits = MerchantVelocityCounter(self.cloud.dynamodb, "velocity", self.cloud.clock)
        self.failed: list[FailedRecord] = []
        self.decided: list[tuple[str, str]] = []
        self.detector = Detector(
            merchants=self.merchants,
            store=self.store,
            cards=CardVelocityCounter(self.cloud.dynamodb, "velocity", self.cloud.clock),
            limits=self.limits,
            desk=ReviewDesk(self.cloud.dynamodb, "transactions"),
            sqs=self.sqs,
            queue_url=QUEUE,
            workers=Workers(InlineExecutor()),
            test_tokens=False,
            clock=self.cloud.clock,
            decided=lambda transaction, decision: self.decided.append((transaction.id, decision.verdict)),
            failed=self.failed.append,
        )
        for merchant in ("acme", "globex"):
            self.set_up(merchant)

    def set_up(self, merchant: str, **changes: Any) -> None:
        self.merchants.write(parse_settings(settings_document(merchant) | {"merchant_velocity": None} | changes))

    def submit(self, number: int, merchant: str = "acme", **changes: Any) -> Image:
        """Insert a transaction on a card of its own; return its image in the stream."""
        card = {"token": f"tok_card_{number}", "bin": "424242", "country": "DE", "expires": "2031-12"}
        submission = msgspec.convert({"amount": 1_000, "currency": "EUR", "card": card} | changes, Submission)
        self.store.insert(Transaction(f"txn_{number}", merchant, "hash", self.cloud.now, submission))
        item = self.cloud.transactions.newest(f"txn_{number}")
        assert item is not None
        return item

    def process(self, *images: Image) -> list[str]:
        """Hand out a batch; return the sequence numbers that have to come again."""
        records = [
            {"dynamodb": {"SequenceNumber": f"{place}", "NewImage": image}} for place, image in enumerate(images)
        ]
        answer = self.detector.process({"Records": records})
        assert answer.keys() == {"batchItemFailures"}
        assert all(failure.keys() == {"itemIdentifier"} for failure in answer["batchItemFailures"])
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def decision(self, number: int) -> Decision | None:
        transaction = self.store.get(f"txn_{number}")
        return transaction.decision if transaction else None

    @property
    def told(self) -> list[str]:
        """The ids of the transactions that merchants are told of, in the queue's order."""
        messages = self.cloud.notifications.receive(10)
        return [msgspec.json.decode(message.body)["event"]["data"]["id"] for message in messages]


@pytest.fixture
def detecting() -> Detecting:
    return Detecting()


def test_a_batch_is_decided_and_told(detecting: Detecting) -> None:
    assert detecting.process(detecting.submit(1), detecting.submit(2, "globex")) == []

    assert detecting.decided == [("txn_1", "approved"), ("txn_2", "approved")]
    assert sorted(detecting.told) == ["txn_1", "txn_2"]
    assert detecting.failed == []


def test_a_record_that_cannot_be_read_comes_again_and_holds_up_no_other(detecting: Detecting) -> None:
    broken = {"id": {"S": "txn_1"}}

    assert detecting.process(broken, detecting.submit(2)) == ["0"]
    assert detecting.decided == [("txn_2", "approved")]
    assert [record.change["SequenceNumber"] for record in detecting.failed] == ["0"]


def test_a_merchant_without_settings_is_named_in_the_error(detecting: Detecting) -> None:
    assert detecting.process(detecting.submit(1, "initech")) == ["0"]

    (record,) = detecting.failed
    assert isinstance(record.error, MerchantNotSetUpError)
    assert "'initech'" in f"{record.error}"


def test_where_a_merchants_limit_cannot_be_asked_only_its_transactions_come_again(detecting: Detecting) -> None:
    detecting.set_up("acme", merchant_velocity={"window_seconds": 600, "count": 5})
    images = [detecting.submit(1), detecting.submit(2, "globex"), detecting.submit(3)]

    with mock.patch.object(detecting.limits, "count", side_effect=OSError):
        assert detecting.process(*images) == ["0", "2"]
    assert detecting.decided == [("txn_2", "approved")]
    assert detecting.process(*images) == []
    assert detecting.decided == [(f"txn_{number}", "approved") for number in (2, 1, 3)]


def test_a_decision_that_cannot_be_written_has_its_record_come_again(detecting: Detecting) -> None:
    images = [detecting.submit(1), detecting.submit(2)]
    detecting.cloud.transactions.changed = refuse_once("txn_1")

    assert detecting.process(*images) == ["0"]
    assert detecting.told == ["txn_2"]
    assert detecting.process(*images) == []
    assert detecting.decision(1) is not None


def refuse_once(wanted: str) -> Callable[..., None]:
    left = [wanted]

    def changed(key: str, before: object, after: object) -> None:
        if key in left:
            left.remove(key)
            raise ConnectionError("the answer was lost")

    return changed


def test_a_notification_that_the_queue_does_not_take_has_its_record_come_again(detecting: Detecting) -> None:
    images = [detecting.submit(1), detecting.submit(2), detecting.submit(3)]
    send = detecting.cloud.sqs.send_message_batch

    def refuse_second(**call: Any) -> Any:
        refused = call["Entries"].pop(1)
        answer = send(**call)
        return answer | {"Failed": [{"Id": refused["Id"], "Code": "InternalError", "SenderFault": False}]}

    detecting.sqs.send_message_batch.side_effect = refuse_second
    assert detecting.process(*images) == ["1"]
    # It is decided, and decided it stays.
    detecting.sqs.send_message_batch.side_effect = send
    assert detecting.process(images[1]) == []
    assert len(detecting.decided) == 3
    assert sorted(detecting.told) == ["txn_1", "txn_2", "txn_3"]


def test_what_is_over_the_merchants_limit_is_for_review_and_each_merchant_has_its_own(detecting: Detecting) -> None:
    for merchant in ("acme", "globex"):
        detecting.set_up(merchant, merchant_velocity={"window_seconds": 600, "count": 1})
    images = [detecting.submit(number, ("acme", "globex")[number % 2]) for number in range(4)]

    assert detecting.process(*images) == []
    assert detecting.decided == [
        ("txn_0", "approved"),
        ("txn_1", "approved"),
        ("txn_2", "review"),
        ("txn_3", "review"),
    ]
    for number in (2, 3):
        decision = detecting.decision(number)
        assert decision is not None
        assert decision.reasons == ["velocity_merchant_count"]


@pytest.mark.parametrize(
    "changes",
    [{"amount": 9_999_999}, {"card": {"token": "tok_card_1", "bin": "424242", "country": "DE", "expires": "2031-12"}}],
)
def test_what_is_refused_without_the_merchants_limit_uses_nothing_of_it(
    detecting: Detecting, changes: dict[str, Any]
) -> None:
    one_a_card = {"window_seconds": 600, "count": 1}
    detecting.set_up("acme", merchant_velocity={"window_seconds": 600, "count": 2}, card_velocity=one_a_card)

    assert detecting.process(detecting.submit(1), detecting.submit(2, **changes), detecting.submit(3)) == []
    assert [verdict for _, verdict in detecting.decided] == ["approved", "declined", "approved"]


def test_what_is_decided_already_is_told_again_and_asks_no_limit_again(detecting: Detecting) -> None:
    detecting.set_up("acme", merchant_velocity={"window_seconds": 600, "count": 1})
    image = detecting.submit(1)
    detecting.process(image)
    detecting.cloud.usage.reset()

    assert detecting.process(image) == []
    assert detecting.decided == [("txn_1", "approved")]
    assert detecting.told == ["txn_1", "txn_1"]
    assert detecting.cloud.usage.total().write_units == 0


def closed_review(detecting: Detecting, number: int) -> dict[str, Any]:
    """Have a transaction go into review and be closed; return the record that the stream has of that."""
    card = {"token": f"tok_card_{number}", "bin": "424242", "country": "FR", "expires": "2031-12"}
    image = detecting.submit(number, amount=4_000, card=card)
    detecting.process(image)
    name = image["id"]["S"]
    resolution = Resolution("approved", "known_customer", "acme", detecting.cloud.now)
    ReviewDesk(detecting.cloud.dynamodb, "transactions").close(name, resolution)
    image_after = detecting.cloud.transactions.newest(name)
    return {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": f"m{number}", "NewImage": image_after}}


def test_a_closed_review_is_told_of_and_neither_decided_nor_counted_again(detecting: Detecting) -> None:
    record = closed_review(detecting, 1)
    detecting.sqs.reset_mock()
    detecting.decided.clear()
    histories = [*detecting.cloud.velocity.items()]

    assert detecting.detector.process({"Records": [record]}) == {"batchItemFailures": []}

    (entry,) = detecting.sqs.send_message_batch.call_args.kwargs["Entries"]
    assert json.loads(entry["MessageBody"])["event"]["type"] == "transaction.reviewed"
    assert detecting.decided == []
    # A person's decision takes nothing from the limits and gives nothing back.
    assert [*detecting.cloud.velocity.items()] == histories
    item = detecting.cloud.transactions.newest(record["dynamodb"]["NewImage"]["id"]["S"])
    assert item is not None
    assert "untold" not in item


def test_a_closed_review_that_the_queue_does_not_take_comes_again_and_stays_marked(detecting: Detecting) -> None:
    records = [closed_review(detecting, number) for number in (1, 2)]
    detecting.sqs.send_message_batch = mock.Mock(return_value={"Failed": [{"Id": "0"}]})

    answer = detecting.detector.process({"Records": records})

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    marked = ["untold" in (detecting.cloud.transactions.newest(f"txn_{number}") or {}) for number in (1, 2)]
    assert marked == [True, False]


def test_a_closed_review_that_cannot_be_read_comes_again_by_itself(detecting: Detecting) -> None:
    good, bad = (closed_review(detecting, number) for number in (1, 2))
    bad["dynamodb"]["NewImage"] = {"id": {"S": "txn_x"}}

    assert detecting.detector.process({"Records": [bad, good]}) == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    assert len(detecting.failed) == 1
