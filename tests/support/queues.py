"""SQS in memory: keeps what is sent and what is put off."""

from threading import Lock
from typing import Any


class Queues:
    """Any number of queues.

    Attributes:
        sent: queue URL to the bodies that were sent to it.
        put_off: receipt handles of the messages whose time was changed.
    """

    def __init__(self) -> None:
        self.sent: dict[str, list[str]] = {}
        self.put_off: list[str] = []
        self._lock = Lock()

    def send_message(self, **call: Any) -> dict[str, Any]:
        with self._lock:
            self.sent.setdefault(call["QueueUrl"], []).append(call["MessageBody"])
        return {"MessageId": "sent"}

    def send_message_batch(self, **call: Any) -> dict[str, Any]:
        assert 1 <= len(call["Entries"]) <= 10
        with self._lock:
            self.sent.setdefault(call["QueueUrl"], []).extend(entry["MessageBody"] for entry in call["Entries"])
        return {"Successful": [{"Id": entry["Id"]} for entry in call["Entries"]], "Failed": []}

    def change_message_visibility(self, **call: Any) -> None:
        assert 0 <= call["VisibilityTimeout"] <= 43_200
        with self._lock:
            self.put_off.append(call["ReceiptHandle"])
