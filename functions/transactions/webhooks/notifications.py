"""Notifications: what a merchant is told of a transaction, on its way through the queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from transactions.agreed.tables import REVIEWED_EVENT
from transactions.clock import iso
from transactions.transaction import Decision, Transaction, current_view

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LARGEST_BATCH = 10
WEBHOOK_ID_PREFIX: Final = "msg_"
TEST_EVENT: Final = "webhook.test"
"""The type of the event that only shows whether an endpoint takes webhooks."""
_REVIEWED_SUFFIX: Final = "_reviewed"
"""Of the webhook that tells how a review was closed: it comes beside the decision's."""

Purpose = Literal["delivery", "probe", "redelivery", "test"]
"""Why a notification is sent.

delivery      it was decided, or its time has come again; held where the endpoint is failing or paused
probe         the one that finds out whether a failing endpoint answers again
redelivery    somebody asked for it, so it is tried whatever became of it before
test          somebody asked for a test event: one attempt, whatever the endpoint's state
"""


class Notification(msgspec.Struct, frozen=True, omit_defaults=True):
    """A webhook to deliver, as a message of the queue.

    What came later than the first form has a default that is left out: a version that does not know it reads the rest.
    """

    merchant_id: str
    webhook_id: str
    """The same for every attempt: each event happens once, so the id follows from the transaction's."""
    event: dict[str, Any]
    """The webhook's body: `type`, `timestamp` and `data`, the transaction as `GET` shows it."""
    attempt: int = 1
    """Which attempt this makes; receives that came to none do not count."""
    purpose: Purpose = "delivery"

    @property
    def transaction_id(self) -> str | None:
        """Which it tells of; None for a test event."""
        data = self.event.get("data")
        name = data.get("id") if isinstance(data, dict) else None
        return name if isinstance(name, str) else None

    @property
    def event_type(self) -> str:
        """The webhook's `type`."""
        return f"{self.event.get('type', '')}"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A row of the table: something that a merchant is told once it is decided."""

    type: str
    """The webhook's `type`."""
    happened: Callable[[Transaction, Decision], bool]
    """Tells whether a decision is one of these."""
    id_suffix: str = ""
    """Ends the webhook id; one of its own for an event that a decision can be beside another."""


EVENTS: Final = (
    Event(type="transaction.approved", happened=lambda _, decision: decision.verdict == "approved"),
    Event(type="transaction.declined", happened=lambda _, decision: decision.verdict == "declined"),
    Event(type="transaction.review", happened=lambda _, decision: decision.verdict == "review"),
)


def webhook_ids_of(transaction_id: str) -> list[str]:
    """Give the ids of all webhooks that there can be of a transaction."""
    return [*decision_webhook_ids_of(transaction_id), _webhook_id(transaction_id, _REVIEWED_SUFFIX)]


def decision_webhook_ids_of(transaction_id: str) -> list[str]:
    """Give the ids of those that tell of its decision."""
    return [_webhook_id(transaction_id, suffix) for suffix in dict.fromkeys(event.id_suffix for event in EVENTS)]


def notifications_of(transaction: Transaction, decision: Decision) -> list[Notification]:
    """Say what became of a transaction: one notification for every event that its decision is, and its resolution."""
    decided = msgspec.structs.replace(transaction, decision=decision, resolution=None)
    return [
        *(
            _notification(decided, event.type, event.id_suffix, decision.decided_at)
            for event in EVENTS
            if event.happened(transaction, decision)
        ),
        *review_notifications(transaction),
    ]


def review_notifications(transaction: Transaction) -> list[Notification]:
    """Say how a review was closed; nothing of a transaction that no person has decided."""
    if transaction.resolution is None:
        return []
    return [_notification(transaction, REVIEWED_EVENT, _REVIEWED_SUFFIX, transaction.resolution.at)]


def _notification(transaction: Transaction, event_type: str, suffix: str, at: int) -> Notification:
    return Notification(
        merchant_id=transaction.merchant_id,
        webhook_id=_webhook_id(transaction.id, suffix),
        event={"type": event_type, "timestamp": iso(at), "data": current_view(transaction)},
    )


def redeliveries_of(transaction: Transaction, decision: Decision) -> list[Notification]:
    """Say once more what became of a transaction, under the same webhook ids."""
    return [msgspec.structs.replace(each, purpose="redelivery") for each in notifications_of(transaction, decision)]


def make_test_event(merchant_id: str, name: str, at: int) -> Notification:
    """Make a test event.

    Args:
        merchant_id: whose endpoint is tried.
        name: tells this test event from others; its webhook id ends with it.
        at: now, in milliseconds.
    """
    return Notification(
        merchant_id=merchant_id,
        webhook_id=f"{WEBHOOK_ID_PREFIX}test_{name}",
        event={"type": TEST_EVENT, "timestamp": iso(at), "data": {"merchant_id": merchant_id}},
        purpose="test",
    )


def send(
    client: "SQSClient", queue_url: str, notifications: Sequence[Notification], *, over_seconds: int = 0
) -> set[int]:
    """Put notifications into the queue, in batches.

    Args:
        client: SQS.
        queue_url: the queue's.
        notifications: in the order they are to come.
        over_seconds: how long the last of them is put off for, at the most 15 minutes; the others come evenly before.

    Returns:
        The places in the list of those the queue did not take.
    """
    refused: set[int] = set()
    for start in range(0, len(notifications), LARGEST_BATCH):
        part = notifications[start : start + LARGEST_BATCH]
        entries: list[Any] = [
            {
                "Id": f"{place}",
                "MessageBody": msgspec.json.encode(item).decode(),
                # SQS hands out fairly among groups: a merchant with a backlog does not hold up the others.
                "MessageGroupId": item.merchant_id,
                **({"DelaySeconds": over_seconds * place // len(notifications)} if over_seconds else {}),
            }
            for place, item in enumerate(part, start)
        ]
        answer = client.send_message_batch(QueueUrl=queue_url, Entries=entries)
        refused.update(int(entry["Id"]) for entry in answer.get("Failed", []))
    return refused


def send_later(client: "SQSClient", queue_url: str, notification: Notification, seconds: int) -> None:
    """Put a notification into the queue that nobody is handed before so many seconds; it is not in flight meanwhile."""
    client.send_message(
        QueueUrl=queue_url,
        MessageBody=msgspec.json.encode(notification).decode(),
        MessageGroupId=notification.merchant_id,
        DelaySeconds=seconds,
    )


def _webhook_id(transaction_id: str, suffix: str) -> str:
    return f"{WEBHOOK_ID_PREFIX}{transaction_id.removeprefix('txn_')}{suffix}"
