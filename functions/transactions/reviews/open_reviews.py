"""What is in review: two indexes of keys alone, which hold it only as long as it is, oldest first.

    index                     a partition is                     read by
    reviews-index             one of SHARDS, of all merchants    operators, and the alarm on an old review
    merchant-reviews-index    a shard of a merchant's list       the merchant, and operators who look at one

A transaction that is approved or declined at once is in neither and costs neither a unit. One that goes into review is
one unit more in each, and one more in each when it is closed. Partitions are several, as a partition takes 1,000 write
units a second: settings that send everything to review must not hold up the table.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from transactions.agreed.tables import (
    MERCHANT_REVIEWS_INDEX,
    MERCHANT_REVIEWS_INDEX_HASH_KEY,
    REVIEWS_INDEX,
    REVIEWS_INDEX_HASH_KEY,
    REVIEWS_RANGE_KEY,
)
from transactions.clock import moment_of
from transactions.listing import SHARDS as LIST_SHARDS
from transactions.listing import partition_of, shard_of
from transactions.partitions import Partition, Partitions, Places
from transactions.transaction import Transaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS: Final = 8
"""Of all merchants' reviews. Each is a query more for a page, so it may grow, readers first, and never shrink."""


class OpenReviews:
    """The indexes that list what is in review."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: the transactions table's name.
        """
        self._partitions = Partitions(client, table, newest_first=False)

    def places(self, merchant_id: str | None, limit: int, after: str | None) -> Places:
        """Find a part of the list, oldest first.

        Args:
            merchant_id: whose reviews; None for those of all merchants.
            limit: how many at most.
            after: `next_listing` of the part before; None begins at the oldest.
        """
        return self._partitions.places(_partitions_of(merchant_id), limit, after)

    def oldest(self) -> int | None:
        """Tell when the oldest transaction in review was made, in milliseconds; None where none is in review."""
        for place in self.places(None, 1, None).places:
            return moment_of(place.partition("#")[0])
        return None


def review_entries(transaction: Transaction) -> dict[str, str]:
    """Give the attributes by which a transaction in review is listed."""
    return {
        REVIEWS_INDEX_HASH_KEY: f"{shard_of(transaction.id, SHARDS)}",
        MERCHANT_REVIEWS_INDEX_HASH_KEY: partition_of(transaction.merchant_id, shard_of(transaction.id)),
        REVIEWS_RANGE_KEY: transaction.listing,
    }


def _partitions_of(merchant_id: str | None) -> Iterator[Partition]:
    if merchant_id is None:
        for shard in range(SHARDS):
            yield Partition(REVIEWS_INDEX, REVIEWS_INDEX_HASH_KEY, f"{shard}", REVIEWS_RANGE_KEY)
    else:
        for shard in range(LIST_SHARDS):
            of_merchant = partition_of(merchant_id, shard)
            yield Partition(MERCHANT_REVIEWS_INDEX, MERCHANT_REVIEWS_INDEX_HASH_KEY, of_merchant, REVIEWS_RANGE_KEY)
