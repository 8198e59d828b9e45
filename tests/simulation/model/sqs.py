"""SQS's client: the operations the functions call and tests look with, with boto3's parameters and answers."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from simulation.model.errors import check_modelled, check_parameters, client_error, exceptions
from simulation.model.faults import Faults
from simulation.model.queue import Message, NotInFlightError, Queue, UnknownHandleError, md5

Answer = dict[str, Any]
LARGEST_BATCH: Final = 10
LONGEST_DELAY_SECONDS: Final = 900
LARGEST_MESSAGE: Final = 1024 * 1024
"""In bytes; of a batch, all messages together."""
_MESSAGE: Final = "DelaySeconds MessageAttributes MessageGroupId"


class Sqs:
    """The client."""

    def __init__(self, queues: Iterable[Queue], faults: Faults) -> None:
        """Work on queues.

        Args:
            queues: all there are.
            faults: the gate.
        """
        self.exceptions = exceptions("MessageNotInflight", "QueueDoesNotExist", "ReceiptHandleIsInvalid")
        self._queues = {queue.url: queue for queue in queues}
        self._faults = faults

    def send_message(self, **request: Any) -> Answer:
        """Send one message."""
        return self._call("SendMessage", self._send, request, f"QueueUrl MessageBody {_MESSAGE}")

    def send_message_batch(self, **request: Any) -> Answer:
        """Send up to ten messages, some of which the queue may not take."""
        return self._call("SendMessageBatch", self._send_batch, request, "QueueUrl Entries")

    def receive_message(self, **request: Any) -> Answer:
        """Receive messages; there is no waiting for any."""
        known = "AttributeNames MaxNumberOfMessages MessageAttributeNames MessageSystemAttributeNames"
        return self._call(
            "ReceiveMessage", self._receive, request, f"QueueUrl {known} VisibilityTimeout WaitTimeSeconds"
        )

    def change_message_visibility(self, **request: Any) -> Answer:
        """Set when a message that was received can be received again, from now."""
        return self._call(
            "ChangeMessageVisibility", self._change_visibility, request, "QueueUrl ReceiptHandle VisibilityTimeout"
        )

    def delete_message(self, **request: Any) -> Answer:
        """Delete a message that was received."""
        return self._call("DeleteMessage", self._delete, request, "QueueUrl ReceiptHandle")

    def delete_message_batch(self, **request: Any) -> Answer:
        """Delete up to ten messages."""
        return self._call("DeleteMessageBatch", self._delete_batch, request, "QueueUrl Entries")

    def get_queue_attributes(self, **request: Any) -> Answer:
        """Read a queue's counts and settings."""
        return self._call("GetQueueAttributes", self._attributes, request, "QueueUrl AttributeNames")

    def _call(self, operation: str, work: Callable[[Queue, Answer], Answer], request: Answer, modelled: str) -> Answer:
        check_parameters("sqs", operation, request, modelled)

        def apply() -> Answer:
            queue = self._queues.get(request["QueueUrl"])
            if queue is None:
                raise client_error(operation, "AWS.SimpleQueueService.NonExistentQueue", "The queue does not exist.")
            return work(queue, request)

        return self._faults.gate("sqs", operation, apply)

    def _send(self, queue: Queue, request: Answer) -> Answer:
        body = request["MessageBody"]
        if not body:
            raise client_error("SendMessage", "MissingParameter", "The request must contain the parameter MessageBody.")
        if len(body.encode()) > LARGEST_MESSAGE:
            raise client_error("SendMessage", "InvalidParameterValue", "Message must be shorter than 1048576 bytes.")
        _check_delay("SendMessage", request)
        message = _sent(queue, request)
        return {"MessageId": message.id, "MD5OfMessageBody": md5(body)}

    def _send_batch(self, queue: Queue, request: Answer) -> Answer:
        for entry in request["Entries"]:
            check_modelled(entry, f"Id MessageBody {_MESSAGE}")
        entries = request["Entries"]
        _check_batch("SendMessageBatch", entries)
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > LARGEST_MESSAGE:
            code = "AWS.SimpleQueueService.BatchRequestTooLong"
            raise client_error("SendMessageBatch", code, "Batch requests cannot be longer than 1048576 bytes.")
        refused = queue.refuse([entry["Id"] for entry in entries])
        taken, failed = [], []
        for entry in entries:
            if entry["Id"] in refused:
                failed.append(_failure(entry, "InternalError", "The service is at fault.", sender=False))
            elif not entry["MessageBody"]:
                failed.append(_failure(entry, "MissingParameter", "The message is empty.", sender=True))
            elif not _is_delay(entry):
                failed.append(_failure(entry, "InvalidParameterValue", "The delay is out of its range.", sender=True))
            else:
                message = _sent(queue, entry)
                taken.append({"Id": entry["Id"], "MessageId": message.id, "MD5OfMessageBody": md5(message.body)})
        return _batch_answer(taken, failed)

    def _receive(self, queue: Queue, request: Answer) -> Answer:
        limit = request.get("MaxNumberOfMessages", 1)
        if not 1 <= limit <= LARGEST_BATCH:
            raise client_error("ReceiveMessage", "InvalidParameterValue", "Must be between 1 and 10, if provided.")
        names = {*request.get("AttributeNames", []), *request.get("MessageSystemAttributeNames", [])}
        with_attributes = bool(request.get("MessageAttributeNames"))
        messages = []
        for message in queue.receive(limit, request.get("VisibilityTimeout")):
            known = message.system_attributes()
            shown = {name: text for name, text in known.items() if name in names or "All" in names}
            own = {"MessageAttributes": dict(message.attributes)} if with_attributes and message.attributes else {}
            messages.append(
                {
                    "MessageId": message.id,
                    "ReceiptHandle": message.handle,
                    "MD5OfBody": md5(message.body),
                    "Body": message.body,
                    **({"Attributes": shown} if shown else {}),
                    **own,
                }
            )
        return {"Messages": messages} if messages else {}

    def _change_visibility(self, queue: Queue, request: Answer) -> Answer:
        seconds = request["VisibilityTimeout"]
        if not 0 <= seconds <= 12 * 60 * 60:
            raise client_error("ChangeMessageVisibility", "InvalidParameterValue", "Must be between 0 and 43200.")
        try:
            queue.change_visibility(request["ReceiptHandle"], seconds)
        except UnknownHandleError as error:
            raise client_error("ChangeMessageVisibility", "ReceiptHandleIsInvalid", f"{error}") from error
        except NotInFlightError as error:
            code = "AWS.SimpleQueueService.MessageNotInflight"
            raise client_error("ChangeMessageVisibility", code, f"{error}") from error
        return {}

    def _delete(self, queue: Queue, request: Answer) -> Answer:
        try:
            queue.delete(request["ReceiptHandle"])
        except UnknownHandleError as error:
            raise client_error("DeleteMessage", "ReceiptHandleIsInvalid", f"{error}") from error
        return {}

    def _delete_batch(self, queue: Queue, request: Answer) -> Answer:
        for entry in request["Entries"]:
            check_modelled(entry, "Id ReceiptHandle")
        _check_batch("DeleteMessageBatch", request["Entries"])
        deleted, failed = [], []
        for entry in request["Entries"]:
            try:
                queue.delete(entry["ReceiptHandle"])
            except UnknownHandleError as error:
                failed.append(_failure(entry, "ReceiptHandleIsInvalid", f"{error}", sender=True))
            else:
                deleted.append({"Id": entry["Id"]})
        return _batch_answer(deleted, failed)

    def _attributes(self, queue: Queue, request: Answer) -> Answer:
        names = request.get("AttributeNames", [])
        known = queue.attributes()
        return {"Attributes": {name: text for name, text in known.items() if name in names or "All" in names}}


def _is_delay(entry: Answer) -> bool:
    seconds: int = entry.get("DelaySeconds", 0)
    return 0 <= seconds <= LONGEST_DELAY_SECONDS


def _check_delay(operation: str, entry: Answer) -> None:
    if not _is_delay(entry):
        told = f"Value {entry['DelaySeconds']} for parameter DelaySeconds is invalid. Must be between 0 and 900."
        raise client_error(operation, "InvalidParameterValue", told)


def _sent(queue: Queue, entry: Answer) -> Message:
    return queue.send(
        entry["MessageBody"],
        delay_seconds=entry.get("DelaySeconds"),
        group=entry.get("MessageGroupId"),
        attributes=entry.get("MessageAttributes"),
    )


def _batch_answer(successful: list[Answer], failed: list[Answer]) -> Answer:
    return {**({"Successful": successful} if successful else {}), **({"Failed": failed} if failed else {})}


def _failure(entry: Answer, code: str, message: str, *, sender: bool) -> Answer:
    return {"Id": entry["Id"], "Code": code, "Message": message, "SenderFault": sender}


def _check_batch(operation: str, entries: list[Answer]) -> None:
    ids = [entry["Id"] for entry in entries]
    for wrong, code in (
        (not ids, "EmptyBatchRequest"),
        (len(ids) > LARGEST_BATCH, "TooManyEntriesInBatchRequest"),
        (len(set(ids)) < len(ids), "BatchEntryIdsNotDistinct"),
    ):
        if wrong:
            raise client_error(operation, f"AWS.SimpleQueueService.{code}", code)
