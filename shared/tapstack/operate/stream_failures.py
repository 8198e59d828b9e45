"""Batches of the transactions stream that Lambda gave up: it tells their time, not what was in them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tapstack.operate.message_queue import Message

MARGIN_MS: Final = 1000
"""A record arrives a moment after its transaction was made, and Lambda tells whole seconds."""


@dataclass(frozen=True)
class StreamFailure:
    """A message of the stream-failures queue: when its records arrived; None where it tells nothing of the kind."""

    message: Message
    first: int | None
    last: int | None

    def covers(self, moment: int) -> bool:
        """Tell whether a transaction made at that moment may have been in the batch."""
        return (
            self.first is not None
            and self.last is not None
            and self.first - MARGIN_MS <= moment <= self.last + MARGIN_MS
        )


def stream_failure(message: Message) -> StreamFailure:
    """Read a message."""
    try:
        about = json.loads(message["Body"])["DDBStreamBatchInfo"]
        first = _moment(about, "approximateArrivalOfFirstRecord")
        last = _moment(about, "approximateArrivalOfLastRecord")
    except (KeyError, TypeError, ValueError):
        return StreamFailure(message, None, None)
    return StreamFailure(message, first, last)


def _moment(about: Mapping[str, Any], name: str) -> int:
    return int(datetime.fromisoformat(about[name]).timestamp() * 1000)
