"""What the log of deliveries keeps and gives back, on the model."""

import msgspec
import pytest

from simulation.model.cloud import Cloud
from simulation.test_card_velocity import transaction
from transactions.reviews.resolution import Resolution
from transactions.transaction import Decision
from transactions.webhooks.deliveries import Attempt, DeliveryLog
from transactions.webhooks.notifications import (
    Notification,
    notifications_of,
    review_notifications,
    webhook_ids_of,
)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def log(cloud: Cloud) -> DeliveryLog:
    return DeliveryLog(cloud.dynamodb, "deliveries", cloud.clock)


def told(number: int) -> Notification:
    return Notification("acme", f"msg_{number}", {"type": "transaction.approved", "data": {"id": f"txn_{number}"}})


def test_what_dynamodb_leaves_for_later_is_asked_for_again(cloud: Cloud, log: DeliveryLog) -> None:
    for number in range(3):
        log.unaddressed(told(number))
    left = ["msg_1"]
    cloud.dynamodb_model.unprocessed = lambda table, key: key in left and not left.remove(key)  # type: ignore[func-returns-value]

    found = log.read(["msg_2", "msg_1", "msg_0", "msg_none"])

    assert [each.id for each in found] == ["msg_2", "msg_1", "msg_0"]


def test_the_first_that_waits_is_the_one_that_is_due_first(cloud: Cloud, log: DeliveryLog) -> None:
    assert log.first_due("acme") is None
    for number, due in enumerate((9_000, 5_000, 7_000)):
        log.waits(told(number), None, cloud.now + due)

    assert log.first_due("acme") == cloud.now + 5_000
    assert log.first_due("globex") is None


def test_a_second_delivery_of_one_webhook_is_written_down_too(cloud: Cloud, log: DeliveryLog) -> None:
    for status in (200, 204):
        log.delivered(told(1), Attempt(cloud.now, 10, status))

    (delivery,) = log.read(["msg_1"])
    assert [attempt.status for attempt in delivery.attempts] == [200, 204]


def test_all_webhooks_of_a_transaction_are_found_by_its_id_and_no_two_have_the_same() -> None:
    decision = Decision("review", ["duplicate"], 50, 1, 1)
    resolution = Resolution("approved", "known_customer", "arn:aws:iam::123456789012:user/ann", 2, None)
    closed = msgspec.structs.replace(transaction(1, 1), decision=decision, resolution=resolution)

    ids = [each.webhook_id for each in notifications_of(closed, decision)]

    assert ids == webhook_ids_of(closed.id)
    assert len(set(ids)) == 2
    assert [each.webhook_id for each in review_notifications(closed)] == ids[1:]


def test_an_event_that_says_no_type_has_none() -> None:
    assert Notification("acme", "msg_1", {}).event_type == ""
