"""The words for what is done to a resource: the same in plans, deployments, drift, JSON and pictures."""

from collections.abc import Iterable, Mapping
from typing import Final

UNCHANGED: Final = "unchanged"
OPTIONS: Final = "options"
"""The word for a resource that stays as it is in the cloud, and of which the state alone is written anew."""
NOTHING: Final = "nothing to do"
LEFT_ALONE: Final = frozenset({"same", "read", "refresh"})
"""The engine's names of operations that change no resource."""

_WORDS: Final = {
    "same": UNCHANGED,
    # The steps of one replacement, each of which the engine tells of by a name of its own.
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "discard-replaced": "replace",
    "import-replacement": "replace",
    "read-replacement": "replace",
    "remove-pending-replace": "replace",
}
"""The engine's names of operations that have another word; all others stand for themselves, such as `create`."""


def word_for(op: str) -> str:
    """Give the word for an operation of the engine, such as `replace` for `create-replacement`."""
    return _WORDS.get(op, op)


def told(counts: Mapping[str, int], more: Iterable[str] = ()) -> str:
    """Write the counts of a run: `create 12, unchanged 3`.

    Args:
        counts: operation, or word, to number; nothing is said of those without any.
        more: what else the run did.
    """
    return ", ".join([*(f"{word_for(op)} {count}" for op, count in counts.items() if count), *more]) or NOTHING
