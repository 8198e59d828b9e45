"""Dead letters: notifications that could not be delivered, and messages that were none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tapstack.operate.message_queue import HeldMessages, Message
from transactions.webhooks import notifications
from transactions.webhooks.notifications import LARGEST_BATCH, Notification

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class DeadLetter:
    """A message of the dead-letter queue.

    Attributes:
        message: as SQS hands it out.
        notification: what it holds; None for a message that is no notification.
        reason: why it is here.
        sent_at: when it was sent, in milliseconds.
    """

    message: Message
    notification: Notification | None
    reason: str
    sent_at: int

    @property
    def merchant_id(self) -> str:
        """Whose it is; empty where that cannot be told."""
        return self.notification.merchant_id if self.notification else ""

    @property
    def webhook_id(self) -> str:
        """Which webhook it is; empty where that cannot be told."""
        return self.notification.webhook_id if self.notification else ""


def dead_letter(message: Message) -> DeadLetter:
    """Read a dead letter; one that the queue moved by itself carries no reason."""
    attributes: Mapping[str, Any] = message.get("MessageAttributes") or {}
    reason = attributes.get("reason", {}).get(
        "StringValue", "given up by the queue: the notifier never finished with it"
    )
    try:
        held = msgspec.json.decode(message["Body"], type=Notification)
    except (msgspec.MsgspecError, UnicodeError):
        held = None
    # SQS takes a group of no name for none at all, and refuses it.
    if held and not (held.merchant_id and held.webhook_id):
        held = None
    return DeadLetter(message, held, reason, int(message["Attributes"]["SentTimestamp"]))


def send_again(client: "SQSClient", queue_url: str, held: HeldMessages, letters: Sequence[DeadLetter]) -> int:
    """Put dead letters back into the notifications queue; each is deleted after the queue has taken it.

    If this is cut short between the two, a notification is sent once more, under the same webhook id.

    Returns:
        How many the queue took; the others stay dead letters.
    """
    taken = 0
    for start in range(0, len(letters), LARGEST_BATCH):
        part = [letter for letter in letters[start : start + LARGEST_BATCH] if letter.notification]
        refused = notifications.send(client, queue_url, [letter.notification for letter in part if letter.notification])
        gone = [letter.message for place, letter in enumerate(part) if place not in refused]
        held.delete(gone)
        taken += len(gone)
    return taken
