"""An entry of a list: what an operator has set for one card at one merchant, by whom, why and until when.

    block   its transactions are declined
    allow   nothing speaks against them but what no entry lifts
    mute    one rule does not speak against them

Entries stand in the item that the card's velocity is counted in (`transactions.velocity.card`), so that whoever counts
has read them. One is in force while it is there and its end is not reached; what has ended is without effect at once,
and is taken out by the next write of the item.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from transactions.stored import read_stored

BLOCK: Final = "block"
ALLOW: Final = "allow"
MUTE: Final = "mute"

MOST_ENTRIES: Final = 4
"""Of one card at one merchant."""
LONGEST_REASON: Final = 80
"""Bytes of UTF-8."""

_LIST_SIZE: Final = 10
"""Bytes of the attribute's name and of an empty list."""
_LISTED: Final = frozenset({BLOCK, ALLOW})


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry."""

    effect: str
    """`BLOCK`, `ALLOW` or `MUTE`; one that only a later version knows is kept and has no effect here."""
    until: int
    """When it ends, in milliseconds."""
    at: int
    """When it was set, in milliseconds."""
    by: str
    """Who set it: the caller's ARN, as STS tells it."""
    reason: str
    rule: str = ""
    """Of a mute: the code of the rule."""

    @property
    def place(self) -> tuple[str, str]:
        """What it takes the place of when it is set: a card is on one list at the most, and a rule is muted once."""
        return ("list", "") if self.effect in _LISTED else (self.effect, self.rule)


@dataclass(frozen=True)
class InForce:
    """What the entries of a card come to at a moment."""

    blocked: bool = False
    allowed: bool = False
    muted: frozenset[str] = field(default_factory=frozenset)
    """Codes of rules."""


NOTHING: Final = InForce()
"""Of a card without entries."""


def parse_entries(values: Iterable[Any]) -> tuple[Entry, ...]:
    """Read entries from the plain values of an item."""
    return tuple(read_stored(value, Entry) for value in values)


def not_ended(entries: Iterable[Entry], now: int) -> tuple[Entry, ...]:
    """Leave out the entries whose end is reached."""
    return tuple(entry for entry in entries if now < entry.until)


def in_force(entries: Sequence[Entry], now: int) -> InForce:
    """Tell what entries come to at a moment, in milliseconds."""
    if not entries:
        return NOTHING
    left = not_ended(entries, now)
    return InForce(
        blocked=any(entry.effect == BLOCK for entry in left),
        allowed=any(entry.effect == ALLOW for entry in left),
        muted=frozenset(entry.rule for entry in left if entry.effect == MUTE),
    )


def stored_size(entries: Sequence[Entry]) -> int:
    """Give the bytes that entries take in an item, as DynamoDB counts them, or a few more."""
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html: names and texts
    # in UTF-8, up to 21 bytes for a number, 3 bytes for a list or map and one for each part of it.
    if not entries:
        return 0
    parts = [msgspec.to_builtins(entry).items() for entry in entries]
    return sum(4 + sum(1 + len(name) + len(f"{value}".encode()) for name, value in part) for part in parts) + _LIST_SIZE
