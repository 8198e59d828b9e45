"""What waits in a queue, held back for as long as a command looks at it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tapstack.console.errors import UserError
from tapstack.console.words import counted

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HOLD_SECONDS: Final = 900
_BATCH: Final = 10

Message = Any
"""As SQS hands it out."""


class HeldMessages:
    """Messages that nobody else sees meanwhile; what is not deleted is given back."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        """Take nothing yet.

        Args:
            client: SQS.
            url: the queue's.
        """
        self._client = client
        self._url = url
        self._by_id: dict[str, Message] = {}

    @property
    def messages(self) -> list[Message]:
        """Those that are held, oldest first."""
        return sorted(self._by_id.values(), key=lambda message: int(message["Attributes"]["SentTimestamp"]))

    def take(self) -> None:
        """Take all there is."""
        while True:
            # With a wait SQS asks all its servers; without one an empty answer proves nothing.
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HOLD_SECONDS,
                WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            messages = answer.get("Messages")
            if not messages:
                return
            # One that was held for too long comes again, with another receipt.
            self._by_id.update({message["MessageId"]: message for message in messages})

    def delete(self, messages: Sequence[Message]) -> None:
        """Delete messages for good.

        Raises:
            UserError: the queue refused; such a message comes again.
        """
        for part in _parts(messages):
            answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=_entries(part))
            refused = [entry["Id"] for entry in answer.get("Failed", [])]
            for place, message in enumerate(part):
                if f"{place}" not in refused:
                    self._by_id.pop(message["MessageId"], None)
            if refused:
                raise UserError(
                    f"{self._url} did not delete {counted(len(refused), 'message')}; run the same command again"
                )

    def give_back(self) -> None:
        """Let everybody see the messages again, at once."""
        for part in _parts(self.messages):
            # One that is not taken back here comes back by itself after the hold.
            self._client.change_message_visibility_batch(
                QueueUrl=self._url, Entries=_entries(part, VisibilityTimeout=0)
            )
        self._by_id.clear()


@contextmanager
def held_messages(client: "SQSClient", url: str) -> Iterator[HeldMessages]:
    """Hold all that waits in a queue during a `with` block, and give back what was not deleted, however it ends."""
    held = HeldMessages(client, url)
    try:
        held.take()
        yield held
    finally:
        held.give_back()


def _parts(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    for start in range(0, len(messages), _BATCH):
        yield messages[start : start + _BATCH]


def _entries(messages: Sequence[Message], **more: int) -> list[Any]:
    return [
        {"Id": f"{place}", "ReceiptHandle": message["ReceiptHandle"], **more} for place, message in enumerate(messages)
    ]
