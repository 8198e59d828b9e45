"""How long the functions wait for AWS: a call that hangs is given up in time for the SDK to make it again.

    attempts x (connect + read)  +  the waits between them  +  the function's own work  <=  its time-out

Left to itself, the SDK waits 60 seconds for either, longer than any function runs: one connection that was lost without
a word would be the end of an invocation.
"""

from typing import Final

from botocore.config import Config

ATTEMPTS: Final = 3
"""Of a call, the first included."""
CONNECT_SECONDS: Final = 0.5
"""Within a region, the handshake of TLS included; far more than it takes."""
WAITS_SECONDS: Final = 1 + 2
"""The longest that the SDK's standard mode waits before the second and third attempt."""
WORK_SECONDS: Final = 1
"""For what the function does beside the call."""


def config_within(timeout_seconds: int) -> Config:
    """Bound a client's calls, so that one with all its attempts fits into a function's time-out."""
    attempt = (timeout_seconds - WORK_SECONDS - WAITS_SECONDS) / ATTEMPTS
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=attempt - CONNECT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
