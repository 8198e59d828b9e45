"""Messages of the notifications queue to webhooks, each merchant's on a thread of its own."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from transactions.clock import Clock
from transactions.delivery import Courier, back_off
from transactions.merchants import Merchants
from transactions.notifications import Notification
from transactions.webhooks import SecretStore, signed_headers

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT_ONCE: Final = 10
"""A whole batch: a merchant that does not answer holds up nobody else's."""


@dataclass(frozen=True)
class Notifier:
    """Delivers notifications."""

    merchants: Merchants
    secrets: SecretStore
    courier: Courier
    sqs: "SQSClient"
    queue_url: str
    clock: Clock
    told: Callable[[str, Exception | None], None]
    """Hears of each attempt, by webhook id, and what went wrong with it."""

    def process(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Deliver a batch of messages.

        Returns:
            The messages that have to come again, in the form Lambda asks for.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            delivered = list(pool.map(self._attempt, event["Records"]))
        again = [record for record, success in zip(event["Records"], delivered, strict=True) if not success]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in again]}

    def _attempt(self, record: Mapping[str, Any]) -> bool:
        webhook_id = ""
        try:
            notification = msgspec.json.decode(record["body"], type=Notification)
            webhook_id = notification.webhook_id
            self._deliver(notification)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the message is tried again or kept
            self.told(webhook_id, error)
            self._put_off(record)
            return False
        self.told(webhook_id, None)
        return True

    def _deliver(self, notification: Notification) -> None:
        settings = self.merchants.settings(notification.merchant_id)
        if settings is None or settings.webhook_url is None:
            return
        body = msgspec.json.encode(notification.event)
        headers = signed_headers(self.secrets.of(notification.merchant_id), notification.webhook_id, self.clock(), body)
        self.courier.deliver(settings.webhook_url, headers, body)

    def _put_off(self, record: Mapping[str, Any]) -> None:
        attempt = int(record["attributes"]["ApproximateReceiveCount"])
        self.sqs.change_message_visibility(
            QueueUrl=self.queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=back_off(attempt)
        )
