"""What waits in the stream-failures queue: transactions that may not be decided, or not told of.

Lambda writes of a batch it gave up when its records arrived and how many they were, not what was in them. `reconcile`
writes which transactions it has decided, before it does.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tapstack.operate.message_queue import Message
from transactions.agreed.invocations import VALIDATOR_WORK_SECONDS
from transactions.transaction import Transaction

CLOCKS_MS: Final = 5000
"""How far the validator's clock and DynamoDB's may differ."""
BEFORE_MS: Final = VALIDATOR_WORK_SECONDS * 1000 + CLOCKS_MS
"""How long before its record arrives a transaction may have been made: the validator looks at its clock, and then a
write with all its attempts may take so long."""
AFTER_MS: Final = 1000 + CLOCKS_MS
"""How long after the arrival that is told it may have been made: Lambda tells whole seconds, cut off."""

_IN_HAND: Final = "TransactionsInHand"
_BATCH: Final = "DDBStreamBatchInfo"


@dataclass(frozen=True)
class StreamFailure:
    """A message of the stream-failures queue.

    Attributes:
        message: as SQS hands it out.
        first: when the batch's first record arrived, in milliseconds; None where that is not told.
        last: when its last one did, likewise.
        size: how many records it is about; a transaction has one of its making, and one of the end of its review.
        ids: which they are, where that is told.
    """

    message: Message
    first: int | None
    last: int | None
    size: int = 1
    ids: frozenset[str] = frozenset()

    @property
    def tells_nothing(self) -> bool:
        """Whether it is about nothing that can be looked for."""
        return self.first is None and not self.ids

    def concerns(self, transaction: Transaction) -> bool:
        """Tell whether a transaction may be one of those it is about."""
        return transaction.id in self.ids or any(map(self.covers, moments_of(transaction)))

    def covers(self, moment: int) -> bool:
        """Tell whether a record of what happened at that moment may have been in the batch."""
        return (
            self.first is not None
            and self.last is not None
            and self.first - BEFORE_MS <= moment <= self.last + AFTER_MS
        )


def moments_of(transaction: Transaction) -> Iterator[int]:
    """Give the moments of which the stream has a record: when it was made, and when its review was closed."""
    yield transaction.created_at
    if transaction.resolution:
        yield transaction.resolution.at


def stream_failure(message: Message) -> StreamFailure:
    """Read a message."""
    try:
        body = json.loads(message["Body"])
        if _IN_HAND in body:
            ids = frozenset(map(str, body[_IN_HAND]))
            return StreamFailure(message, None, None, len(ids), ids)
        about = body[_BATCH]
        first = _moment(about, "approximateArrivalOfFirstRecord")
        last = _moment(about, "approximateArrivalOfLastRecord")
        size = int(about.get("batchSize", 1))
    except (KeyError, TypeError, ValueError):
        return StreamFailure(message, None, None)
    return StreamFailure(message, first, last, size)


def in_hand(ids: Iterable[str]) -> str:
    """Write the body of a message about transactions that are about to be decided by hand."""
    return json.dumps({_IN_HAND: sorted(ids)})


def _moment(about: Mapping[str, Any], name: str) -> int:
    return int(datetime.fromisoformat(about[name]).timestamp() * 1000)
