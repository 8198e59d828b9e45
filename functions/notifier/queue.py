"""Messages of the notifications queue to webhooks, each on a thread of its own.

                        answered 2xx    otherwise                            endpoint failing or paused
attempt 1 to 4          logged          a delayed message                    waits in the table, no attempt made
attempt 5 to 14         logged          waits in the table                   likewise
attempt 15              logged          a dead letter, with the reason       likewise
410 at any attempt      -               waits in the table: paused           -
test event              logged          logged                               attempted all the same
redelivery, probe       logged          as the attempt it is                 attempted all the same

What somebody asks for, a test or a redelivery, goes by the settings and the secret that are in force at that moment:
nothing of them is taken from memory. So does what the probe is told.

The log is written before the message that goes on, and that before this one is forgotten: whatever is cut short comes
again. A message that is no notification is a dead letter at once: no attempt would go better.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from transactions.agreed.invocations import NOTIFICATIONS_BATCH
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.agreed.webhooks import DELIVERY_ATTEMPTS, LONGEST_DELAY_SECONDS
from transactions.availability import is_unavailable
from transactions.clock import Clock
from transactions.failures import described, ids
from transactions.merchants import Merchants
from transactions.webhooks.deliveries import Attempt, DeliveryLog
from transactions.webhooks.delivery import GONE, Courier, DeliveryError
from transactions.webhooks.endpoints import EndpointRegister
from transactions.webhooks.notifications import Notification, Purpose, send_later
from transactions.webhooks.probe_sink import ProbeSink
from transactions.webhooks.schedule import wait_after
from transactions.webhooks.secret_store import SecretStore
from transactions.webhooks.signing import signed_headers

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Result = Literal["delivered", "failed", "held", "unaddressed", "broken"]
_SAYS_NOTHING_OF_THE_SECRET = frozenset({None, GONE, 429, 502, 503, 504})
"""What a receiver does not answer to a signature that it does not accept."""
_ASKED_FOR: Final = frozenset[Purpose]({"test", "redelivery"})
"""Purposes of webhooks that somebody looks at just after a change, to see whether it is right."""


@dataclass(frozen=True)
class Outcome:
    """What became of one receive of a message.

    Attributes:
        message_id: SQS's.
        result: `broken` is a message that is none, or one that could not be handled now and comes again.
        notification: None where the message is none.
        attempt: the attempt, where one was made.
        error: what went wrong.
        again_in: seconds until the next attempt, where there is one.
    """

    message_id: str
    result: Result
    notification: Notification | None = None
    attempt: Attempt | None = None
    error: Exception | None = None
    again_in: int | None = None

    @property
    def is_probe(self) -> bool:
        """Tell whether it is the probe's, which is counted apart."""
        return self.notification is not None and self.notification.merchant_id == PROBE_MERCHANT

    def described(self) -> dict[str, Any]:
        """Say what a log may: ids, and of an error its reason, kind and place."""
        told = self.notification
        return {
            "message_id": self.message_id,
            "webhook_id": told.webhook_id if told else "",
            **ids(told.transaction_id if told else None, told.merchant_id if told else None),
            **({"attempt": told.attempt} if told and self.attempt else {}),
            **({"status": self.attempt.status} if self.attempt and self.attempt.status else {}),
            **({"again_in_seconds": self.again_in} if self.again_in is not None else {}),
            **({"reason": reason_of(self.error), **described(self.error)} if self.error else {}),
        }


@dataclass(frozen=True)
class Notifier:
    """Delivers notifications."""

    merchants: Merchants
    secrets: SecretStore
    log: DeliveryLog
    endpoints: EndpointRegister
    courier: Courier
    sink: ProbeSink
    """Where the probe's webhooks go, and no others."""
    sqs: "SQSClient"
    queue_url: str
    dead_letter_queue_url: str
    clock: Clock
    told: Callable[[Outcome], None]
    """Hears of what became of each message."""

    def process(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Deliver a batch of messages.

        Returns:
            The messages that have to come again, in the form Lambda asks for.
        """
        # A whole batch at once: a merchant that does not answer holds up nobody else's.
        with ThreadPoolExecutor(NOTIFICATIONS_BATCH) as pool:
            handled = list(pool.map(self._handle, event["Records"]))
        again = [record for record, done in zip(event["Records"], handled, strict=True) if not done]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in again]}

    def _handle(self, record: Mapping[str, Any]) -> bool:
        """Do what there is to do for a message; tell whether the queue may forget it."""
        told = None
        try:
            try:
                told = msgspec.json.decode(record["body"], type=Notification)
            except (msgspec.MsgspecError, UnicodeError) as error:
                self._give_up(record, {"reason": "the message is no notification"})
                self.told(Outcome(record["messageId"], "broken", error=error))
                return True
            self.told(self._deliver(record, told))
        except Exception as error:  # noqa: BLE001 - what could not be written down comes again after the queue's own time-out
            self.told(Outcome(record["messageId"], "broken", told, error=error))
            return False
        return True

    def _deliver(self, record: Mapping[str, Any], told: Notification) -> Outcome:
        if told.purpose in _ASKED_FOR or told.merchant_id == PROBE_MERCHANT:
            self.merchants.forget(told.merchant_id)
            self.secrets.forget(told.merchant_id)
        settings = self.merchants.settings(told.merchant_id)
        url = settings.webhook_url if settings else None
        if url is None:
            self.log.unaddressed(told)
            return Outcome(record["messageId"], "unaddressed", told)
        held = "" if told.purpose != "delivery" else self.endpoints.of(told.merchant_id).holds(url)
        if held:
            return self._hold(record, told, held)
        began = self.clock()
        try:
            status = self._attempt(told, url)
        except Exception as error:
            # A service of AWS that does not answer is no failure of the receiver's: no attempt was made.
            if is_unavailable(error):
                raise
            return self._failed(record, told, url, error, began)
        attempt = Attempt(began, self.clock() - began, status)
        self.log.delivered(told, attempt)
        self.endpoints.delivered(told.merchant_id, url)
        return Outcome(record["messageId"], "delivered", told, attempt)

    def _attempt(self, told: Notification, url: str) -> int:
        body = msgspec.json.encode(told.event)
        headers = signed_headers(self.secrets.of(told.merchant_id), told.webhook_id, self.clock(), body)
        # By the merchant, not by the URL: nobody's settings lead into the sink, and the probe's lead nowhere else.
        if told.merchant_id == PROBE_MERCHANT:
            return self.sink.deliver(headers, body)
        return self.courier.deliver(url, headers, body)

    def _hold(self, record: Mapping[str, Any], told: Notification, held: str) -> Outcome:
        """Have a webhook wait without an attempt, until its endpoint answers again."""
        self.log.waits(told, None, self.clock(), held=held)
        self.endpoints.touch(told.merchant_id)
        return Outcome(record["messageId"], "held", told)

    def _failed(self, record: Mapping[str, Any], told: Notification, url: str, error: Exception, began: int) -> Outcome:
        status = error.status if isinstance(error, DeliveryError) else None
        attempt = Attempt(began, self.clock() - began, status, reason_of(error))
        if status not in _SAYS_NOTHING_OF_THE_SECRET:
            self.secrets.forget(told.merchant_id)
        if told.purpose == "test":
            self.log.failed(told, attempt)
            return Outcome(record["messageId"], "failed", told, attempt, error)
        if status == GONE:
            self.endpoints.gone(told.merchant_id, url, reason_of(error))
        else:
            self.endpoints.failed(told.merchant_id, url, reason_of(error), told.attempt)
        if told.attempt >= DELIVERY_ATTEMPTS:
            about = {
                "reason": reason_of(error),
                "attempts": f"{told.attempt}",
                "merchant_id": told.merchant_id,
                "webhook_id": told.webhook_id,
            }
            self._give_up(record, about)
            self.log.failed(told, attempt)
            return Outcome(record["messageId"], "failed", told, attempt, error)
        retry_after = error.retry_after if isinstance(error, DeliveryError) else 0
        wait = wait_after(told.webhook_id, told.attempt, retry_after)
        self._wait(told, attempt, wait)
        return Outcome(record["messageId"], "failed", told, attempt, error, wait)

    def _wait(self, told: Notification, attempt: Attempt, seconds: int) -> None:
        due = self.clock() + 1000 * seconds
        if seconds > LONGEST_DELAY_SECONDS:
            if self.log.waits(told, attempt, due):
                self.endpoints.touch(told.merchant_id)
        elif self.log.waits_in_queue(told, attempt, due):
            following = msgspec.structs.replace(told, attempt=told.attempt + 1, purpose="delivery")
            send_later(self.sqs, self.queue_url, following, seconds)

    def _give_up(self, record: Mapping[str, Any], about: Mapping[str, str]) -> None:
        self.sqs.send_message(
            QueueUrl=self.dead_letter_queue_url,
            MessageBody=record["body"],
            MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in about.items()},
        )


def reason_of(error: Exception) -> str:
    """Say why an attempt failed; of errors that can hold parts of what was handled, only the kind."""
    return f"{error}" if isinstance(error, DeliveryError) else type(error).__name__
