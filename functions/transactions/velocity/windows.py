"""Sliding windows over counted transactions, for cards and merchants alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from transactions.agreed.invocations import DAY_SECONDS

LATEST_MS: Final = DAY_SECONDS * 1000
"""A stream keeps its records for a day; what is older than that, no history is kept long enough to judge."""


@dataclass(frozen=True)
class Counted:
    """One transaction, or several of about the same time: when, how many, and how much in each currency."""

    at: int
    count: int = 1
    amounts: Mapping[str, int] = field(default_factory=dict)


def exceeded(
    new: Counted, earlier: Sequence[Counted], window: int, count: int, amounts: Mapping[str, int]
) -> tuple[bool, bool]:
    """Tell whether some window with the new one in it would hold too many, or too much of a currency of the new one.

    What came before may be of a later time: records can overtake each other. So every window that the new one is in is
    looked at, not only the one that ends with it.

    Args:
        new: what would be counted.
        earlier: what is counted.
        window: its length, in the unit of `at`.
        count: how many a window may hold.
        amounts: currency to how much a window may hold.

    Returns:
        Whether there would be too many, and whether too much.
    """
    near = [entry for entry in earlier if abs(entry.at - new.at) < window]
    limited = [(currency, amount) for currency, amount in new.amounts.items() if currency in amounts]
    # Mostly all that is near fits even if it were in one window: then no window need be looked at by itself.
    if _fits(new, near, count) and all(
        sum(entry.amounts.get(currency, 0) for entry in near) + amount <= amounts[currency]
        for currency, amount in limited
    ):
        return False, False
    starts = {entry.at for entry in near if entry.at <= new.at} | {new.at}
    windows = [[entry for entry in near if start <= entry.at < start + window] for start in starts]
    too_many = not all(_fits(new, entries, count) for entries in windows)
    too_much = any(
        sum(entry.amounts.get(currency, 0) for entry in entries) + amount > amounts[currency]
        for currency, amount in limited
        for entries in windows
    )
    return too_many, too_much


def _fits(new: Counted, entries: Sequence[Counted], count: int) -> bool:
    return sum(entry.count for entry in entries) + new.count <= count
