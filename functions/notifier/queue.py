"""Messages of the notifications queue to webhooks, each on a thread of its own.

attempt        answered 2xx   otherwise
1 to 11        done           again after the next wait of the back-off
12             done           a dead letter, with the reason beside it
not readable   -              a dead letter at once: no attempt would go better
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from transactions.agreed.invocations import NOTIFICATIONS_BATCH
from transactions.agreed.webhooks import DELIVERY_ATTEMPTS
from transactions.clock import Clock
from transactions.failures import described, ids
from transactions.merchants import Merchants
from transactions.webhooks.delivery import Courier, DeliveryError, back_off
from transactions.webhooks.notifications import Notification
from transactions.webhooks.signing import SecretStore, signed_headers

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Attempt:
    """What became of one receive of a message."""

    message_id: str
    notification: Notification | None
    """None where the message is none."""
    error: Exception | None = None
    """What went wrong; None where it was delivered, or where there is nobody to tell."""

    def described(self) -> dict[str, Any]:
        """Say what a log may: ids, and of an error its reason, kind and place."""
        told = self.notification
        data = told.event.get("data") if told else None
        return {
            "message_id": self.message_id,
            "webhook_id": told.webhook_id if told else "",
            **ids(data.get("id") if isinstance(data, Mapping) else None, told.merchant_id if told else None),
            **({"reason": reason_of(self.error), **described(self.error)} if self.error else {}),
        }


@dataclass(frozen=True)
class Notifier:
    """Delivers notifications."""

    merchants: Merchants
    secrets: SecretStore
    courier: Courier
    sqs: "SQSClient"
    queue_url: str
    dead_letter_queue_url: str
    clock: Clock
    told: Callable[[Attempt], None]
    """Hears of each attempt."""

    def process(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Deliver a batch of messages.

        Returns:
            The messages that have to come again, in the form Lambda asks for.
        """
        # A whole batch at once: a merchant that does not answer holds up nobody else's.
        with ThreadPoolExecutor(NOTIFICATIONS_BATCH) as pool:
            delivered = list(pool.map(self._attempt, event["Records"]))
        again = [record for record, success in zip(event["Records"], delivered, strict=True) if not success]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in again]}

    def _attempt(self, record: Mapping[str, Any]) -> bool:
        """Make one attempt; tell whether the queue may forget the message."""
        try:
            return self._try(record)
        except Exception as error:  # noqa: BLE001 - what cannot even be put off comes again after the queue's own time-out
            self.told(Attempt(record["messageId"], None, error))
            return False

    def _try(self, record: Mapping[str, Any]) -> bool:
        attempt = int(record["attributes"]["ApproximateReceiveCount"])
        try:
            notification = msgspec.json.decode(record["body"], type=Notification)
        except (msgspec.MsgspecError, UnicodeError) as error:
            self.told(Attempt(record["messageId"], None, error))
            self._give_up(record, "the message is no notification", attempt)
            return True
        try:
            self._deliver(notification)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the message is tried again or kept
            self.told(Attempt(record["messageId"], notification, error))
            if attempt >= DELIVERY_ATTEMPTS:
                self._give_up(record, reason_of(error), attempt, notification)
                return True
            self._put_off(record, attempt)
            return False
        self.told(Attempt(record["messageId"], notification))
        return True

    def _deliver(self, notification: Notification) -> None:
        settings = self.merchants.settings(notification.merchant_id)
        if settings is None or settings.webhook_url is None:
            return
        body = msgspec.json.encode(notification.event)
        headers = signed_headers(self.secrets.of(notification.merchant_id), notification.webhook_id, self.clock(), body)
        self.courier.deliver(settings.webhook_url, headers, body)

    def _put_off(self, record: Mapping[str, Any], attempt: int) -> None:
        self.sqs.change_message_visibility(
            QueueUrl=self.queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=back_off(attempt)
        )

    def _give_up(
        self, record: Mapping[str, Any], reason: str, attempt: int, notification: Notification | None = None
    ) -> None:
        about = {"reason": reason, "attempts": f"{attempt}"}
        if notification:
            about |= {"merchant_id": notification.merchant_id, "webhook_id": notification.webhook_id}
        self.sqs.send_message(
            QueueUrl=self.dead_letter_queue_url,
            MessageBody=record["body"],
            MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in about.items()},
        )


def reason_of(error: Exception) -> str:
    """Say why an attempt failed; of errors that can hold parts of what was handled, only the kind."""
    return f"{error}" if isinstance(error, DeliveryError) else type(error).__name__
