"""When a webhook is tried again, and a failing endpoint."""

import zlib
from typing import Final

from transactions.agreed.webhooks import BACK_OFF_SECONDS, JITTER

LONGEST_PROBE_SECONDS: Final = 60 * 60


def wait_after(webhook_id: str, attempt: int, retry_after: int = 0) -> int:
    """Seconds to wait after a failed attempt.

    Args:
        webhook_id: the jitter follows from it and the attempt, so that it is another for each and can be told again.
        attempt: which one it was, counted from 1.
        retry_after: seconds that the receiver asked for: the wait is no shorter.
    """
    wait = BACK_OFF_SECONDS[min(attempt, len(BACK_OFF_SECONDS)) - 1]
    jitter = JITTER * zlib.crc32(f"{webhook_id} {attempt}".encode()) / 2**32
    return max(int(wait * (1 + jitter)), retry_after)


def probe_wait(probes: int, sweep_seconds: int) -> int:
    """Seconds until a failing endpoint is tried again, after so many probes: twice as long each time, up to an hour."""
    return int(min(sweep_seconds * 2 ** min(probes, 10), LONGEST_PROBE_SECONDS))
