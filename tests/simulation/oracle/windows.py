"""Sliding windows, in the plainest way."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulation.oracle.wire import Kept


@dataclass(frozen=True)
class Limit:
    """How many, and how much in each currency, any window of time may hold."""

    window_ms: int
    count: int
    amounts: Mapping[str, int]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Limit":
        """Read a limit from settings."""
        return cls(document["window_seconds"] * 1000, document["count"], document.get("amounts", {}))


def windows(transactions: Iterable[Kept], length_ms: int, holding: Kept) -> Iterator[list[Kept]]:
    """Give what is in each window of a length that holds one of the transactions.

    A window holds what is at its beginning and not what is at its end; those that begin with a transaction are enough.
    """
    every = list(transactions)
    for first in every:
        inside = [each for each in every if 0 <= each.created_at - first.created_at < length_ms]
        if holding in inside:
            yield inside


def passed(limit: Limit, transactions: Iterable[Kept], new: Kept) -> set[str]:
    """Tell what a transaction would pass beside others: `count`, `amount`, both or nothing."""
    found = set()
    for inside in windows([*transactions, new], limit.window_ms, new):
        if len(inside) > limit.count:
            found.add("count")
        amount = sum(each.amount for each in inside if each.currency == new.currency)
        if amount > limit.amounts.get(new.currency, amount):
            found.add("amount")
    return found
