"""What a function remembers from one invocation to the next: settings, API keys, webhook secrets, endpoints.

Threads of one invocation share a memory, so each step on it is one that the interpreter does as a whole.
"""

from collections.abc import Callable
from typing import Final, TypeVar

MOST_REMEMBERED: Final = 2_000
"""Of one kind; what was fetched first goes, so that a function needs no more memory for more merchants."""

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
    held = memory.get(key)
    if held and now - held[0] < for_ms:
        return held[1]
    value = fetch(key)
    # What is fetched again is put in anew, so that they stand in the order in which they were fetched.
    memory.pop(key, None)
    if value is not None:
        memory[key] = (now, value)
        for first in list(memory)[:-MOST_REMEMBERED]:
            memory.pop(first, None)
    return value
