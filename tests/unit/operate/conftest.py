"""Small stand-ins for a queue and for transactions."""

from collections.abc import Callable
from typing import Any

import pytest

from transactions.submission import Card, Submission
from transactions.transaction import Decision, Transaction


class Queue:
    """A queue that remembers what it was asked to do, in order."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.did: list[tuple[str, Any]] = []
        self.refuses: set[str] = set()
        """Bodies it does not take, ids of messages it does not delete."""
        self._handed_out = 0

    def receive_message(self, **wanted: Any) -> dict[str, Any]:
        part = self.bodies[self._handed_out :][: wanted["MaxNumberOfMessages"]]
        messages = [
            {"MessageId": f"id-{n}", "ReceiptHandle": f"{n}", "Body": body, "Attributes": {"SentTimestamp": f"{n}"}}
            for n, body in enumerate(part, self._handed_out)
        ]
        self._handed_out += len(part)
        return {"Messages": messages} if messages else {}

    def send_message_batch(self, **wanted: Any) -> dict[str, Any]:
        self.did.extend(("send", entry) for entry in wanted["Entries"])
        return {
            "Failed": [{"Id": entry["Id"]} for entry in wanted["Entries"] if entry["MessageGroupId"] in self.refuses]
        }

    def send_message(self, **wanted: Any) -> dict[str, Any]:
        self.did.append(("send one", (wanted["QueueUrl"], wanted["MessageBody"])))
        return {}

    def delete_message_batch(self, **wanted: Any) -> dict[str, Any]:
        self.did.extend(("delete", entry["ReceiptHandle"]) for entry in wanted["Entries"])
        return {
            "Failed": [{"Id": entry["Id"]} for entry in wanted["Entries"] if entry["ReceiptHandle"] in self.refuses]
        }

    def change_message_visibility_batch(self, **wanted: Any) -> dict[str, Any]:
        assert {entry["VisibilityTimeout"] for entry in wanted["Entries"]} == {0}
        self.did.extend(("give back", entry["ReceiptHandle"]) for entry in wanted["Entries"])
        return {}

    def handles(self, action: str) -> list[str]:
        return [about for did, about in self.did if did == action]


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def transaction() -> Callable[..., Transaction]:
    """Make a transaction."""

    def make(number: int = 1, *, at: int = 1_700_000_000_000, reasons: list[str] | None = None) -> Transaction:
        card = Card("tok_abcd", "424242", "DE", "2099-12")
        decision = None if reasons is None else Decision("approved", reasons, 0, 1, at + 5)
        return Transaction(f"txn_{number}", "acme", "hash", at, Submission(1250, "EUR", card), decision)

    return make
