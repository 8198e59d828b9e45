"""A table's stream, and Lambda's poller on it.

One shard; Lambda's parallelisation splits it into lanes by the partition key, each in order and with one batch under
way at a time.

    what the function answered               what comes next
    no failure, null, an empty list          the records after the batch
    some of the batch's sequence numbers     the batch again from the lowest of them on, what succeeded after it too
    a number that is none of the batch's     the whole batch again, as on an error
    an error, a time-out, a crash            each half of the batch as a batch of its own; of one record, it again

Splitting a batch, at a failed record or in half, uses up no retry, and a part has been tried as often as the whole.
AWS documents the first of these and not the second; this is the reading under which more records are given up.
When the retries are used up, a batch is told to the failure destination and passed over, all its records with it.
A record that was not handed out within a day is gone from the stream, and nobody is told. What was handed out is tried
on: Lambda holds it.
"""

import json
import zlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from simulation.model.values import Item, copied, item_size

Event = dict[str, Any]
Pattern = Mapping[str, Any]
"""Of an event source mapping's filter: names to values of which one has to be there, or to patterns again.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""
SHARD: Final = "shardId-00000001700000000000-0a1b2c3d"
_EXPIRED: Final = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


@dataclass(frozen=True)
class Record:
    """A change of a table."""

    sequence_number: str
    event_name: str
    keys: Item
    new_image: Item | None
    created: int
    """In milliseconds."""
    by_service: bool

    def event(self, stream_arn: str) -> Event:
        """Write the record as Lambda hands it out."""
        image = {} if self.new_image is None else {"NewImage": copied(self.new_image)}
        identity = {"userIdentity": dict(_EXPIRED)} if self.by_service else {}
        return {
            "eventID": f"event-{self.sequence_number}",
            "eventName": self.event_name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": stream_arn.split(":")[3],
            "dynamodb": {
                "ApproximateCreationDateTime": self.created // 1000,
                "Keys": copied(self.keys),
                **image,
                "SequenceNumber": self.sequence_number,
                "SizeBytes": item_size(self.keys) + item_size(self.new_image or {}),
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": stream_arn,
            **identity,
        }


RETENTION_MS: Final = 24 * 60 * 60 * 1000


class Stream:
    """A stream of new images."""

    def __init__(self, arn: str, clock: Callable[[], int], lanes: int) -> None:
        """Make an empty stream.

        Args:
            arn: its name.
            clock: returns now, in milliseconds.
            lanes: how many batches can be under way at a time.
        """
        self.arn = arn
        self.records: list[Record] = []
        self.lanes: list[list[Record]] = [[] for _ in range(lanes)]
        self._clock = clock

    def append(self, key: str, before: Item | None, after: Item | None, *, by_service: bool) -> None:
        """Tell of a change.

        Args:
            key: the name of the table's key.
            before: what was there.
            after: what is there now.
            by_service: DynamoDB itself did it.
        """
        keys = {key: (after or before or {})[key]}
        name = "REMOVE" if after is None else "INSERT" if before is None else "MODIFY"
        number = f"{100_000_000_000_000_000_000 + len(self.records) + 1}"
        record = Record(number, name, keys, after, self._clock(), by_service)
        self.records.append(record)
        self.lanes[self.lane_of(keys[key]["S"])].append(record)

    def lane_of(self, partition_key: str) -> int:
        """Return the lane a key's changes go through."""
        return zlib.crc32(partition_key.encode()) % len(self.lanes)

    def between(self, start: str, end: str) -> list[Record]:
        """Return the shard's records from one sequence number to another, as who follows up a failure reads them."""
        return [record for record in self.records if start <= record.sequence_number <= end]


@dataclass(frozen=True)
class _Batch:
    records: tuple[Record, ...]
    failures: int = 0
    """Attempts that failed and split nothing."""


class StreamPoller:
    """Lambda's event source mapping on one lane of a stream, with partial batch responses."""

    def __init__(
        self,
        stream: Stream,
        lane: int,
        to_failures: Callable[[str], object],
        clock: Callable[[], int],
        *,
        function_arn: str,
        maximum_retry_attempts: int,
        bisect: bool = True,
        filters: Sequence[Pattern] = ({"eventName": ["INSERT"]},),
    ) -> None:
        """Begin at the oldest record.

        Args:
            stream: the stream.
            lane: which of its lanes.
            to_failures: takes the body of what goes to the failure destination.
            clock: returns now, in milliseconds.
            function_arn: whose batches these are.
            maximum_retry_attempts: how often a batch is tried again.
            bisect: whether an error splits the batch.
            filters: patterns of which a record has to match one.
        """
        self.lane = lane
        self.given_up: list[Record] = []
        """Every record that was passed over, in order."""
        self.expired: list[Record] = []
        """Every record that went from the stream before it was handed out, in order."""
        self._stream = stream
        self._to_failures = to_failures
        self._clock = clock
        self._function_arn = function_arn
        self._retries = maximum_retry_attempts
        self._bisect = bisect
        self._filters = filters
        self._read = 0
        self._waiting: deque[_Batch] = deque()
        self._in_flight: _Batch | None = None
        self._last: _Batch | None = None
        self._failed_batches = 0

    @property
    def in_flight(self) -> bool:
        """Whether a batch is with the function."""
        return self._in_flight is not None

    def has_work(self) -> bool:
        """Tell whether `next_batch` would hand something out."""
        if self.in_flight:
            return False
        return bool(self._waiting) or bool(self._unread())

    def unfinished(self) -> list[Record]:
        """Return the records that are with the function, wait to come again, or were not handed out yet."""
        batches = [*([self._in_flight] if self._in_flight else []), *self._waiting]
        handed_out = (record for batch in batches for record in batch.records)
        return [*handed_out, *self._unread()]

    def _unread(self) -> list[Record]:
        """Give the records that are still to be handed out."""
        self._expire()
        unread = self._stream.lanes[self.lane][self._read :]
        return [record for record in unread if self._passes(record)]

    def _passes(self, record: Record) -> bool:
        event = record.event(self._stream.arn)
        return any(_matches(event, pattern) for pattern in self._filters)

    def _expire(self) -> None:
        """Pass over what has gone from the stream."""
        lane, oldest = self._stream.lanes[self.lane], self._clock() - RETENTION_MS
        while self._read < len(lane) and lane[self._read].created <= oldest:
            if self._passes(lane[self._read]):
                self.expired.append(lane[self._read])
            self._read += 1

    def next_batch(self, limit: int = 100) -> Event | None:
        """Hand out a batch; None when there is nothing, or one is with the function.

        Args:
            limit: the largest batch; what is tried again keeps its size.
        """
        if self.in_flight:
            return None
        self._in_flight = self._waiting.popleft() if self._waiting else self._fresh(limit)
        return self._event()

    def answered(self, response: Mapping[str, Any] | None) -> None:
        """Take the function's answer to the batch that is with it."""
        batch = self._taken_back()
        named = (response or {}).get("batchItemFailures") or []
        if not named:
            self._last = batch
            return
        numbers = [record.sequence_number for record in batch.records]
        failed = [failure.get("itemIdentifier") for failure in named]
        if any(number not in numbers for number in failed):
            self._after_error(batch)
            return
        lowest = min(map(numbers.index, failed))
        if lowest:
            self._waiting.appendleft(replace(batch, records=batch.records[lowest:]))
        else:
            self._again(batch, error=False)

    def failed(self) -> None:
        """Take it that the function ended with an error, ran out of time or crashed."""
        self._after_error(self._taken_back())

    def redeliver_last(self) -> Event | None:
        """Hand out the last batch that succeeded once more; None when there is none, or one is with the function.

        Lambda does so when it loses track of where it was; the answer counts as any other.
        """
        if self.in_flight or self._last is None:
            return None
        self._in_flight = replace(self._last, failures=0)
        return self._event()

    def _fresh(self, limit: int) -> _Batch | None:
        self._expire()
        lane, records = self._stream.lanes[self.lane], list[Record]()
        while self._read < len(lane) and len(records) < limit:
            record = lane[self._read]
            self._read += 1
            if self._passes(record):
                records.append(record)
        return _Batch(tuple(records)) if records else None

    def _event(self) -> Event | None:
        if self._in_flight is None:
            return None
        return {"Records": [record.event(self._stream.arn) for record in self._in_flight.records]}

    def _taken_back(self) -> _Batch:
        batch, self._in_flight, self._last = self._in_flight, None, None
        if batch is None:
            raise ValueError("no batch is with the function")
        return batch

    def _after_error(self, batch: _Batch) -> None:
        middle = len(batch.records) // 2
        if self._bisect and middle:
            self._waiting.appendleft(replace(batch, records=batch.records[middle:]))
            self._waiting.appendleft(replace(batch, records=batch.records[:middle]))
        else:
            self._again(batch, error=True)

    def _again(self, batch: _Batch, *, error: bool) -> None:
        tried = replace(batch, failures=batch.failures + 1)
        if tried.failures > self._retries:
            self.given_up.extend(tried.records)
            self._to_failures(json.dumps(self._metadata(tried, error=error)))
        else:
            self._waiting.appendleft(tried)

    def _metadata(self, batch: _Batch, *, error: bool) -> Event:
        """Describe a batch that was given up, in the form of Lambda's invocation records."""
        self._failed_batches += 1
        first, last = batch.records[0], batch.records[-1]
        now = datetime.fromtimestamp(self._clock() / 1000, UTC)
        return {
            "requestContext": {
                "requestId": f"request-{self.lane}-{self._failed_batches}",
                "functionArn": self._function_arn,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": batch.failures,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled" if error else None,
            },
            "version": "1.0",
            "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": first.sequence_number,
                "endSequenceNumber": last.sequence_number,
                "approximateArrivalOfFirstRecord": _seconds(first.created),
                "approximateArrivalOfLastRecord": _seconds(last.created),
                "batchSize": len(batch.records),
                "streamArn": self._stream.arn,
            },
        }


def _matches(value: Any, pattern: Pattern) -> bool:
    """Hold a part of an event against a pattern."""
    if not isinstance(value, Mapping):
        return False
    return all(
        _matches(value.get(name), wanted) if isinstance(wanted, Mapping) else value.get(name) in wanted
        for name, wanted in pattern.items()
    )


def _seconds(moment: int) -> str:
    return datetime.fromtimestamp(moment // 1000, UTC).isoformat().replace("+00:00", "Z")
