"""Time, in milliseconds since the epoch, and its form in documents."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""Returns now."""


def now() -> int:
    """Read the system's clock."""
    return time.time_ns() // 1_000_000


def iso(moment: int) -> str:
    """Write a moment as RFC 3339 in UTC, with milliseconds; such texts sort as the moments do."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str) -> int:
    """Read a moment as `iso` writes it."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
