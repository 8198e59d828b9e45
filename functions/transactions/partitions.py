"""Partitions of an index that are read as one list: each tells its part in order, and the parts are merged."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from transactions.attributes import to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NO_INDEX: Final = "does not have the specified index"
"""What DynamoDB's ValidationException says, whose code says no more."""


@dataclass(frozen=True)
class Places:
    """A part of a list, in its order."""

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
class Partition:
    """A partition of an index, as requests name it."""

    index: str
    hash_key: str
    hash_value: str
    range_key: str


@dataclass(frozen=True)
class Partitions:
    """What is listed in several partitions.

    Attributes:
        client: DynamoDB.
        table: the table's name.
        newest_first: the list's order; else it begins with the oldest.
    """

    client: "DynamoDBClient"
    table: str
    newest_first: bool

    def places(self, partitions: Iterable[Partition], limit: int, after: str | None) -> Places:
        """Find a part of the list.

        Args:
            partitions: that hold the list together; what stands in two of them is told once.
            limit: how many at most.
            after: `next_listing` of the part before; None begins at the first.
        """
        found: set[str] = set()
        # Of a partition with more than it told, nothing that comes after the last it told is known.
        ends: list[str] = []
        for partition in partitions:
            told, more = self._told(partition, limit, after)
            found.update(told)
            ends += [more] if more else []
        if self.newest_first:
            known = sorted((place for place in found if place >= max(ends, default="")), reverse=True)
        else:
            known = sorted(place for place in found if not ends or place <= min(ends))
        return Places(known[:limit], bool(ends) or len(known) > limit)

    def walk(self, partitions: Iterable[Partition], begin: str) -> Iterator[str]:
        """Walk through the list from a place on, the oldest first, reading pages as they are needed.

        Args:
            partitions: that hold the list together; what stands in two of them is told once.
            begin: a place, or the beginning of one; empty walks through all of it.
        """
        last = ""
        for place in heapq.merge(*(self._walked(partition, begin) for partition in partitions)):
            # What stands in two partitions comes one after the other.
            if place != last:
                yield place
            last = place

    def _walked(self, partition: Partition, begin: str) -> Iterator[str]:
        start: dict[str, Any] = {}
        while True:
            answer = self._asked(partition, ">=", begin, **start)
            yield from _places_of(partition, answer)
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _told(self, partition: Partition, limit: int, after: str | None) -> tuple[list[str], str | None]:
        """Read the first places of a partition; beside them, the last that was looked at where there may be more."""
        relation = "<" if self.newest_first else ">"
        answer = self._asked(partition, relation, after or "", ScanIndexForward=not self.newest_first, Limit=limit)
        last = answer.get("LastEvaluatedKey")
        return _places_of(partition, answer), last[partition.range_key]["S"] if last else None

    def _asked(self, partition: Partition, relation: str, place: str, **more: Any) -> Any:
        beyond = f" AND {partition.range_key} {relation} :place" if place else ""
        try:
            return self.client.query(
                TableName=self.table,
                IndexName=partition.index,
                KeyConditionExpression=f"{partition.hash_key} = :partition{beyond}",
                ExpressionAttributeValues=to_item(
                    {":partition": partition.hash_value, **({":place": place} if place else {})}
                ),
                **more,
            )
        except ClientError as error:
            # Functions may be deployed before the table has an index; once it is there, it lists what is there already.
            if _NO_INDEX in f"{error}":
                return {"Items": []}
            raise


def _places_of(partition: Partition, answer: Any) -> list[str]:
    return [item[partition.range_key]["S"] for item in answer["Items"]]


def id_of(place: str) -> str:
    """Give the id of the transaction at a place."""
    return place.rpartition("#")[2]
