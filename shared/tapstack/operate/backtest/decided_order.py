"""Stored transactions in the order in which they were decided, as far as that is known.

What is stored says when a transaction came and when it was decided. The order in which a batch's transactions were
counted is that of the stream, and of two batches that ran side by side nobody knows it: so among decisions that are
near each other the order may have been another one.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from transactions.attributes import Item
from transactions.store import parse_item
from transactions.transaction import Decision, Transaction
from transactions.velocity.history import card_key

NEAR_MS: Final = 1_000
"""A batch counts all it brings before it decides the first, and comes to its end within this time as a rule."""
_SKEW_MS: Final = 10_000
"""How far the clocks of the functions may be apart, and how far the pages of the list may be out of order."""


@dataclass
class Decided:
    """A transaction that was decided.

    Attributes:
        item: as the table has it.
        transaction: the same.
        decision: its decision.
        is_near_card: whether another of its card was decided so near that their order is not known.
        is_near_merchant: likewise another of its merchant.
    """

    item: Item
    transaction: Transaction
    decision: Decision
    is_near_card: bool = False
    is_near_merchant: bool = False

    @property
    def order(self) -> tuple[int, int, str]:
        """Its place: by the moment of its decision, then by when it came."""
        return self.decision.decided_at, self.transaction.created_at, self.transaction.id


@dataclass
class DecidedOrder:
    """Puts transactions into the order of their decisions; it holds those that were waiting at any one time.

    Attributes:
        undecided: how many had no decision.
    """

    undecided: int = 0

    def of(self, history: Iterable[Item]) -> Iterator[Decided]:
        """Give a history that is in the order in which it came in that of its decisions."""
        return _near(self._ordered(history))

    def _ordered(self, history: Iterable[Item]) -> Iterator[Decided]:
        waiting: list[tuple[tuple[int, int, str], Decided]] = []
        for item in history:
            transaction = parse_item(item)
            if transaction.decision is None:
                self.undecided += 1
                continue
            one = Decided(item, transaction, transaction.decision)
            heapq.heappush(waiting, (one.order, one))
            # No transaction is decided before it came, so none that follows was decided before this moment.
            while waiting[0][0][0] < transaction.created_at - _SKEW_MS:
                yield heapq.heappop(waiting)[1]
        while waiting:
            yield heapq.heappop(waiting)[1]


def _near(ordered: Iterable[Decided]) -> Iterator[Decided]:
    """Mark those that were decided so near each other that their order is not known."""
    recent: deque[tuple[str, Decided]] = deque()
    of_card: dict[str, Decided] = {}
    for one in ordered:
        while recent and recent[0][1].decision.decided_at < one.decision.decided_at - NEAR_MS:
            key, earlier = recent.popleft()
            if of_card[key] is earlier:
                del of_card[key]
            yield earlier
        key = card_key(one.transaction)
        if key in of_card:
            of_card[key].is_near_card = one.is_near_card = True
        if recent:
            recent[-1][1].is_near_merchant = one.is_near_merchant = True
        of_card[key] = one
        recent.append((key, one))
    for _, one in recent:
        yield one
