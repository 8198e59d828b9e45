"""What a function remembers from one invocation to the next: settings, API keys, webhook secrets, endpoints."""

from collections.abc import Callable
from typing import Final, TypeVar

_T = TypeVar("_T")

CACHE_MS: Final = 30_000
"""How long something is taken from memory; a change of it holds everywhere after that."""


def remember(
    memory: dict[str, tuple[int, _T]],
    key: str,
    now: int,
    fetch: Callable[[str], _T | None],
    *,
    for_ms: int = CACHE_MS,
) -> _T | None:
    """Return what is remembered under a key, or fetch it; what is not there is asked for each time.

    Args:
        memory: key to when it was fetched, in milliseconds, and what it was.
        key: what is wanted.
        now: in milliseconds.
        fetch: returns what there is under a key, None for nothing.
        for_ms: how long it is remembered, in milliseconds.
    """
    if key in memory and now - memory[key][0] < for_ms:
        return memory[key][1]
    value = fetch(key)
    if value is None:
        memory.pop(key, None)
    else:
        memory[key] = (now, value)
    return value
