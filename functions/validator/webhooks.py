"""A merchant's own view of its webhooks: what became of each, one more of them, and one to try."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transactions.clock import Clock, iso
from transactions.errors import NotDecidedError, UnavailableError
from transactions.transaction import Transaction
from transactions.webhooks.deliveries import Attempt, Delivery, DeliveryLog
from transactions.webhooks.notifications import Notification, make_test_event, redeliveries_of, send

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Webhooks:
    """The log of deliveries, and the queue that asks for more of them."""

    log: DeliveryLog
    sqs: "SQSClient"
    queue_url: str
    clock: Clock

    def of(self, transaction: Transaction) -> dict[str, Any]:
        """Tell of every webhook of a transaction that was handled."""
        return {"data": [delivery_view(delivery) for delivery in self.log.of_transaction(transaction.id)]}

    def redeliver(self, transaction: Transaction) -> dict[str, Any]:
        """Ask for the webhooks of a transaction once more, under the ids that they had.

        Raises:
            NotDecidedError: there is none yet.
        """
        if transaction.decision is None:
            raise NotDecidedError("there is no webhook of a transaction that is not decided; it comes by itself")
        return {"data": self._ask_for(redeliveries_of(transaction, transaction.decision))}

    def send_test_event(self, merchant_id: str) -> dict[str, Any]:
        """Ask for an event that means nothing, signed like any other."""
        (asked_for,) = self._ask_for([make_test_event(merchant_id, uuid.uuid4().hex, self.clock())])
        return asked_for

    def _ask_for(self, notifications: list[Notification]) -> list[dict[str, Any]]:
        if send(self.sqs, self.queue_url, notifications):
            raise UnavailableError("send the request again; a webhook can come twice, with the same webhook-id")
        return [{"id": each.webhook_id, "type": each.event_type} for each in notifications]


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """What the merchant is told of a delivery."""
    return {
        "id": delivery.id,
        "type": delivery.event_type,
        "state": delivery.state,
        "attempts": [_attempt(attempt) for attempt in delivery.attempts],
        "next_attempt_at": None if delivery.next_due is None else iso(delivery.next_due),
        "held": delivery.held,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": iso(attempt.at),
        "duration_ms": attempt.ms,
        "status": attempt.status,
        "reason": attempt.reason,
    }
