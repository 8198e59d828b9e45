"""A merchant's stored transactions, the earliest first, read page by page.

The list index holds ids in the order in which the transactions came; their items are read from the table, a hundred in
a call, a few calls ahead. One read unit for two transactions of the usual size, and nothing is written.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final

from transactions.agreed.tables import KEY
from transactions.attributes import Item
from transactions.listing import Listing
from transactions.partitions import id_of
from transactions.store import LARGEST_GET, TransactionStore

_AHEAD: Final = 8
"""Calls that are under way while what came before is looked at."""


def stored_history(store: TransactionStore, listing: Listing, merchant_id: str, since: int | None) -> Iterator[Item]:
    """Read a merchant's transactions in the order in which they came.

    Args:
        store: reads their items.
        listing: lists them.
        merchant_id: whose.
        since: leave out those that came before this moment, in milliseconds; None reads all.
    """
    ids = map(id_of, listing.since(merchant_id, since))
    reads: deque[Future[list[Item]]] = deque()
    pool = ThreadPoolExecutor(_AHEAD)
    try:
        while True:
            while len(reads) < _AHEAD and (part := list(islice(ids, LARGEST_GET))):
                reads.append(pool.submit(_read, store, part))
            if not reads:
                return
            yield from reads.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _read(store: TransactionStore, ids: list[str]) -> list[Item]:
    # DynamoDB answers in any order, and leaves out what is gone since it was listed.
    items = {item[KEY]["S"]: item for item in store.items(ids, consistent=False)}
    return [items[each] for each in ids if each in items]
