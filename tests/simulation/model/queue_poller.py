"""Lambda's event source mapping on a queue, with partial batch responses.

    what the function answered            what comes of the messages
    no failure, null, an empty list       all are deleted
    some of the batch's message ids       the others are deleted; these can be received again when their time is up
    an id that is none of the batch's     none is deleted, as on an error
    an error, a time-out, a crash         none is deleted

Many batches can be with the function at the same time.
"""

from collections.abc import Mapping
from typing import Any

from simulation.model.queue import Message, Queue, md5

Event = dict[str, Any]


class QueuePoller:
    """Lambda on one queue. Its own calls to SQS do not go through the gate."""

    def __init__(self, queue: Queue) -> None:
        """Poll a queue."""
        self._queue = queue

    def has_work(self) -> bool:
        """Tell whether a message can be received now."""
        return self._queue.visible() > 0

    def next_batch(self, limit: int = 10) -> Event | None:
        """Receive a batch and hand it out; None when there is nothing."""
        messages = self._queue.receive(limit)
        return {"Records": [self._record(message) for message in messages]} if messages else None

    def answered(self, event: Event, response: Mapping[str, Any] | None) -> None:
        """Take the function's answer to a batch."""
        failed = [failure.get("itemIdentifier") for failure in (response or {}).get("batchItemFailures") or []]
        known = {record["messageId"] for record in event["Records"]}
        if any(message_id not in known for message_id in failed):
            return
        for record in event["Records"]:
            if record["messageId"] not in failed:
                self._queue.delete(record["receiptHandle"])

    def failed(self, event: Event) -> None:
        """Take it that the function ended with an error, ran out of time or crashed: nothing is deleted."""

    def _record(self, message: Message) -> Event:
        return {
            "messageId": message.id,
            "receiptHandle": message.handle,
            "body": message.body,
            "attributes": message.system_attributes(),
            "messageAttributes": dict(message.attributes),
            "md5OfBody": md5(message.body),
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue.arn,
            "awsRegion": self._queue.arn.split(":")[3],
        }
