"""The webhooks that arrived: one JSON object a line."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to the receiver.

    Attributes:
        merchant: whose address it came to.
        webhook_id: the header `webhook-id`, the same on every attempt.
        verified: whether the signature is the merchant's and the time is now.
        problem: why it is not verified; empty when it is.
        event: the body, where it is a JSON object; else empty.
        received: epoch seconds.
    """

    merchant: str
    webhook_id: str
    verified: bool
    problem: str
    event: dict[str, Any]
    received: float


def append(file: Path, delivery: Delivery) -> None:
    """Add a delivery to the file, in one write."""
    line = json.dumps(asdict(delivery), separators=(",", ":")) + "\n"
    with file.open("ab", buffering=0) as stream:
        stream.write(line.encode())


def read(file: Path) -> list[Delivery]:
    """Read the deliveries, oldest first; none when the file is not there."""
    if not file.exists():
        return []
    complete, _, _ = file.read_bytes().rpartition(b"\n")
    return [Delivery(**json.loads(line)) for line in complete.splitlines()]
