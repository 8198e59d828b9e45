"""A merchant's list: an index of keys alone, spread over shards, merged on reading.

A partition of DynamoDB takes 1,000 write units a second, and an index that cannot keep up holds up its table. A
merchant's list by time is one partition if nothing is done about it, and as long as its newest end is where everything
is written, DynamoDB cannot split it. So each transaction belongs to one of `SHARDS` shards by its id, and its entry
holds nothing that changes: a decision leaves the index alone.

    index            written by                                               an entry holds
    list-index       this version                                             shard, place and id
    merchant-index   earlier versions; this one, where they still answer      the whole item

What is listed in both is read once. Items are read from the table, so a list shows decisions as they are; which
transactions it shows may be late, as any read of an index.
"""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from transactions.agreed.tables import (
    LIST_INDEX,
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    MERCHANT_INDEX,
    MERCHANT_INDEX_HASH_KEY,
    MERCHANT_INDEX_RANGE_KEY,
)
from transactions.clock import iso
from transactions.partitions import Partition, Partitions, Places
from transactions.transaction import Transaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS: Final = 4
"""Of a merchant's list. Each is a query more for a page, so it may grow, readers first, and never shrink."""


class Listing:
    """The indexes that list transactions."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
        """
        self._partitions = Partitions(client, table, newest_first=True)

    def places(self, merchant_id: str, limit: int, after: str | None) -> Places:
        """Find a part of a merchant's list, newest first.

        Args:
            merchant_id: whose list.
            limit: how many at most.
            after: `next_listing` of the part before; None begins at the newest.
        """
        return self._partitions.places(_partitions_of(merchant_id), limit, after)

    def since(self, merchant_id: str, moment: int | None) -> Iterator[str]:
        """Walk through a merchant's list from a moment on, the oldest place first, reading pages as they are needed.

        Args:
            merchant_id: whose list.
            moment: in milliseconds; None walks through all of it.
        """
        return self._partitions.walk(_partitions_of(merchant_id), "" if moment is None else iso(moment))


def listed(transaction: Transaction, *, for_earlier_versions: bool) -> dict[str, str]:
    """Give the attributes by which a transaction is listed.

    Args:
        transaction: what is listed.
        for_earlier_versions: whether it must be found in the index that they read, too: two write units more.
    """
    earlier = {MERCHANT_INDEX_RANGE_KEY: transaction.listing} if for_earlier_versions else {}
    return {
        LIST_INDEX_HASH_KEY: partition_of(transaction.merchant_id, shard_of(transaction.id)),
        LIST_INDEX_RANGE_KEY: transaction.listing,
        **earlier,
    }


def shard_of(transaction_id: str, shards: int = SHARDS) -> int:
    """Give the shard of a transaction, counted from 0."""
    return hashlib.sha256(transaction_id.encode()).digest()[0] % shards


def _partitions_of(merchant_id: str) -> Iterator[Partition]:
    for shard in range(SHARDS):
        yield Partition(LIST_INDEX, LIST_INDEX_HASH_KEY, partition_of(merchant_id, shard), LIST_INDEX_RANGE_KEY)
    yield Partition(MERCHANT_INDEX, MERCHANT_INDEX_HASH_KEY, merchant_id, MERCHANT_INDEX_RANGE_KEY)


def partition_of(merchant_id: str, shard: int) -> str:
    """Name a shard of a merchant's list."""
    return f"{merchant_id}#{shard}"
