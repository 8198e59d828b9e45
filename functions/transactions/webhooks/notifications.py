"""Notifications: what a merchant is told of a decision, on its way through the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from transactions.clock import iso
from transactions.transaction import Decision, Transaction, current_view

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LARGEST_BATCH = 10


class Notification(msgspec.Struct, frozen=True):
    """A webhook to deliver."""

    merchant_id: str
    webhook_id: str
    """The same for every attempt: there is one decision, so the id follows from the transaction's."""
    event: dict[str, Any]
    """The webhook's body: `type`, `timestamp` and `data`, the transaction as `GET` shows it."""


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


def notifications_of(transaction: Transaction, decision: Decision) -> list[Notification]:
    """Say what was decided: one notification for every event that the decision is."""
    decided = msgspec.structs.replace(transaction, decision=decision)
    return [
        Notification(
            merchant_id=transaction.merchant_id,
            webhook_id=f"msg_{transaction.id.removeprefix('txn_')}{event.id_suffix}",
            event={"type": event.type, "timestamp": iso(decision.decided_at), "data": current_view(decided)},
        )
        for event in EVENTS
        if event.happened(transaction, decision)
    ]


def send(client: "SQSClient", queue_url: str, notifications: list[Notification]) -> set[int]:
    """Put notifications into the queue, in batches.

    Returns:
        The places in the list of those the queue did not take.
    """
    refused: set[int] = set()
    for start in range(0, len(notifications), LARGEST_BATCH):
        part = notifications[start : start + LARGEST_BATCH]
        answer = client.send_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {
                    "Id": f"{place}",
                    "MessageBody": msgspec.json.encode(item).decode(),
                    # SQS hands out fairly among groups: a merchant with a backlog does not hold up the others.
                    "MessageGroupId": item.merchant_id,
                }
                for place, item in enumerate(part, start)
            ],
        )
        refused.update(int(entry["Id"]) for entry in answer.get("Failed", []))
    return refused
