"""A standard queue of SQS: at least once, in any order."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Occasion = Literal["receive", "delete"]
IN_FLIGHT_QUOTA = 120_000
"""About as many as SQS allows of a standard queue; one with fewer transactions a second can be given fewer."""


class UnknownHandleError(ValueError):
    """The receipt handle is none this queue gave out."""


class NotInFlightError(ValueError):
    """The message is not with the one who asks: it is gone, waits to be received or was received again."""


@dataclass
class Message:
    """A message."""

    id: str
    body: str
    sent: int
    """In milliseconds."""
    visible: int
    """The moment from which it can be received."""
    group: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    receives: int = 0
    first_received: int = 0
    handle: str = ""
    """Of the last time it was received."""
    dead_letter_of: str | None = None

    def system_attributes(self) -> dict[str, str]:
        """Return what SQS tells about the message."""
        return {
            "SenderId": "AIDASIMULATION",
            "SentTimestamp": f"{self.sent}",
            "ApproximateReceiveCount": f"{self.receives}",
            "ApproximateFirstReceiveTimestamp": f"{self.first_received}",
            **({"MessageGroupId": self.group} if self.group else {}),
            **({"DeadLetterQueueSourceArn": self.dead_letter_of} if self.dead_letter_of else {}),
        }


class Queue:
    """The queue."""

    def __init__(
        self,
        arn: str,
        clock: Callable[[], int],
        *,
        visibility_seconds: int = 30,
        retention_seconds: int = 4 * 24 * 60 * 60,
        dead_letters: "Queue | None" = None,
        max_receives: int = 0,
        in_flight_quota: int = IN_FLIGHT_QUOTA,
    ) -> None:
        """Make an empty queue.

        Args:
            arn: its name.
            clock: returns now, in milliseconds.
            visibility_seconds: how long a message that was received cannot be received again.
            retention_seconds: how long a message is kept, from when it was first sent, in whatever queue it is.
            dead_letters: where a message goes that would be received once too often.
            max_receives: how often a message is received at most, where there are dead letters.
            in_flight_quota: how many messages can be received and not yet deleted; beyond it none is handed out.
        """
        *_, region, account, name = arn.split(":")
        self.arn = arn
        self.name = name
        self.url = f"https://sqs.{region}.amazonaws.com/{account}/{name}"
        self.messages: list[Message] = []
        """All there are, in flight or not, in the order they came; to look at only."""
        self.choose: Callable[[Sequence[Message]], int] = lambda visible: 0
        """Says which of those that can be received comes next."""
        self.duplicate: Callable[[Occasion, Message], bool] = lambda occasion, message: False
        """Says whether a message can be received again though it was just received, or deleted."""
        self.refuse: Callable[[Sequence[str]], Collection[str]] = lambda entry_ids: ()
        """Says which entries of a batch the queue does not take."""
        self._clock = clock
        self._visibility = visibility_seconds
        self._retention = retention_seconds
        self._dead_letters = dead_letters
        self._max_receives = max_receives
        self._in_flight_quota = in_flight_quota
        self._sent = 0
        self._received = 0
        self._handles: dict[str, str] = {}

    def send(
        self,
        body: str,
        *,
        delay_seconds: int | None = None,
        group: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> Message:
        """Take a message.

        Args:
            body: its text.
            delay_seconds: how long it cannot be received.
            group: its message group, which on a standard queue is for fairness only.
            attributes: its own attributes.
        """
        self._sent += 1
        now = self._clock()
        visible = now + 1000 * (delay_seconds or 0)
        message = Message(f"{self.name}-{self._sent}", body, now, visible, group, attributes or {})
        self.messages.append(message)
        return message

    def receive(self, limit: int, visibility_seconds: int | None = None) -> list[Message]:
        """Hand out messages.

        Args:
            limit: how many at most.
            visibility_seconds: how long they cannot be received again; None for the queue's own time.
        """
        self._forget()
        self._bury()
        now = self._clock()
        hidden = 1000 * (self._visibility if visibility_seconds is None else visibility_seconds)
        visible = [message for message in self.messages if message.visible <= now]
        received: list[Message] = []
        limit = min(limit, self._in_flight_quota - len(self._in_flight()))
        while visible and len(received) < limit:
            message = visible.pop(self.choose(visible))
            self._received += 1
            message.receives += 1
            message.first_received = message.first_received or now
            message.handle = f"{message.id}/{self._received}"
            message.visible = now if self.duplicate("receive", message) else now + hidden
            self._handles[message.handle] = message.id
            received.append(message)
        return received

    def change_visibility(self, handle: str, seconds: int) -> None:
        """Set when a message can be received again, from now.

        Raises:
            UnknownHandleError: the handle is none of this queue's.
            NotInFlightError: the message is not with who received it under this handle.
        """
        message = self._of(handle)
        if message is None or message.handle != handle or message.visible <= self._clock():
            raise NotInFlightError("Message does not exist or is not available for visibility timeout change.")
        message.visible = self._clock() + 1000 * seconds

    def delete(self, handle: str) -> None:
        """Delete a message; one that is gone already, or was received again since, is left as it is without an error.

        Raises:
            UnknownHandleError: the handle is none of this queue's.
        """
        message = self._of(handle)
        if message and message.handle == handle and not self.duplicate("delete", message):
            self.messages.remove(message)

    def visible(self) -> int:
        """Count the messages that can be received now."""
        self._forget()
        if len(self._in_flight()) >= self._in_flight_quota:
            return 0
        return sum(message.visible <= self._clock() for message in self.messages)

    def next_visible(self) -> int | None:
        """Return the first moment at which a message can be received; None where there is none."""
        self._forget()
        in_flight = self._in_flight()
        # At its quota the queue hands out nothing before the time of one that is in flight is up.
        waiting = in_flight if len(in_flight) >= self._in_flight_quota else self.messages
        return min((message.visible for message in waiting), default=None)

    def _in_flight(self) -> list[Message]:
        """Give what was received, was not deleted, and cannot be received again yet."""
        return [message for message in self.messages if message.receives and message.visible > self._clock()]

    def attributes(self) -> dict[str, str]:
        """Return counts and settings as SQS names them."""
        self._forget()
        waiting = [message for message in self.messages if message.visible > self._clock()]
        in_flight = len(self._in_flight())
        return {
            "QueueArn": self.arn,
            "VisibilityTimeout": f"{self._visibility}",
            "MessageRetentionPeriod": f"{self._retention}",
            "ApproximateNumberOfMessages": f"{len(self.messages) - len(waiting)}",
            "ApproximateNumberOfMessagesNotVisible": f"{in_flight}",
            "ApproximateNumberOfMessagesDelayed": f"{len(waiting) - in_flight}",
        }

    def _of(self, handle: str) -> Message | None:
        if handle not in self._handles:
            raise UnknownHandleError("The input receipt handle is invalid.")
        return next((message for message in self.messages if message.id == self._handles[handle]), None)

    def _bury(self) -> None:
        """Move what would be received once too often to the dead letters."""
        if self._dead_letters is None:
            return
        now = self._clock()
        for message in [each for each in self.messages if each.receives >= self._max_receives and each.visible <= now]:
            self.messages.remove(message)
            message.dead_letter_of = self.arn
            self._dead_letters.messages.append(message)

    def _forget(self) -> None:
        """Drop what is older than the queue keeps."""
        oldest = self._clock() - 1000 * self._retention
        self.messages = [message for message in self.messages if message.sent > oldest]


def md5(body: str) -> str:
    """Sum up a body as SQS does."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
