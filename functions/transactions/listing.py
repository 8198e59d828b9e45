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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from transactions.agreed.tables import (
    LIST_INDEX,
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    MERCHANT_INDEX,
    MERCHANT_INDEX_HASH_KEY,
    MERCHANT_INDEX_RANGE_KEY,
)
from transactions.attributes import to_item
from transactions.transaction import Transaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS: Final = 4
"""Of a merchant's list. Each is a query more for a page, so it may grow, readers first, and never shrink."""

_NO_INDEX: Final = "does not have the specified index"
"""What DynamoDB's ValidationException says, whose code says no more."""


@dataclass(frozen=True)
class Places:
    """A part of a merchant's list, newest first."""

    places: list[str]
    """As `Transaction.listing` has them."""
    has_more: bool

    @property
    def ids(self) -> list[str]:
        """The transactions' ids."""
        return [id_of(place) for place in self.places]

    @property
    def next_listing(self) -> str | None:
        """Where the next part begins; None on the last."""
        return self.places[-1] if self.has_more else None


@dataclass(frozen=True)
class _Partition:
    """A partition of an index, as requests name it."""

    index: str
    hash_key: str
    hash_value: str
    range_key: str


class Listing:
    """The indexes that list transactions."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
        """
        self._client = client
        self._table = table

    def places(self, merchant_id: str, limit: int, after: str | None) -> Places:
        """Find a part of a merchant's list.

        Args:
            merchant_id: whose list.
            limit: how many at most.
            after: `next_listing` of the part before; None begins at the newest.
        """
        found: set[str] = set()
        # Of a partition with more than it told, nothing older than the last it told is known.
        known_from = ""
        for partition in _partitions_of(merchant_id):
            told, more = self._told(partition, limit, after)
            found.update(told)
            if more:
                known_from = max(known_from, more)
        newest = sorted((place for place in found if place >= known_from), reverse=True)
        return Places(newest[:limit], bool(known_from) or len(newest) > limit)

    def _told(self, partition: _Partition, limit: int, after: str | None) -> tuple[list[str], str | None]:
        """Read the newest places of a partition; beside them, the last that was looked at where there may be more."""
        before = f" AND {partition.range_key} < :after" if after else ""
        try:
            answer = self._client.query(
                TableName=self._table,
                IndexName=partition.index,
                KeyConditionExpression=f"{partition.hash_key} = :partition{before}",
                ExpressionAttributeValues=to_item(
                    {":partition": partition.hash_value, **({":after": after} if after else {})}
                ),
                ScanIndexForward=False,
                Limit=limit,
            )
        except ClientError as error:
            # Functions may be deployed before the table has an index; once it is there, it lists what is there already.
            if _NO_INDEX in f"{error}":
                return [], None
            raise
        last: Any = answer.get("LastEvaluatedKey")
        places: list[Any] = [item[partition.range_key]["S"] for item in answer["Items"]]
        return places, last[partition.range_key]["S"] if last else None


def listed(transaction: Transaction, *, for_earlier_versions: bool) -> dict[str, str]:
    """Give the attributes by which a transaction is listed.

    Args:
        transaction: what is listed.
        for_earlier_versions: whether it must be found in the index that they read, too: two write units more.
    """
    earlier = {MERCHANT_INDEX_RANGE_KEY: transaction.listing} if for_earlier_versions else {}
    shard = hashlib.sha256(transaction.id.encode()).digest()[0] % SHARDS
    return {
        LIST_INDEX_HASH_KEY: _shard_of(transaction.merchant_id, shard),
        LIST_INDEX_RANGE_KEY: transaction.listing,
        **earlier,
    }


def id_of(place: str) -> str:
    """Give the id of the transaction at a place."""
    return place.rpartition("#")[2]


def _partitions_of(merchant_id: str) -> Iterator[_Partition]:
    for shard in range(SHARDS):
        yield _Partition(LIST_INDEX, LIST_INDEX_HASH_KEY, _shard_of(merchant_id, shard), LIST_INDEX_RANGE_KEY)
    yield _Partition(MERCHANT_INDEX, MERCHANT_INDEX_HASH_KEY, merchant_id, MERCHANT_INDEX_RANGE_KEY)


def _shard_of(merchant_id: str, shard: int) -> str:
    return f"{merchant_id}#{shard}"
