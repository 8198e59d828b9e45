"""The transactions table: one conditional write to accept, one to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from botocore.exceptions import ClientError

from transactions.agreed.tables import KEY, OUTCOME
from transactions.attributes import Item, from_item, key_of, refused_item, to_item
from transactions.errors import UnavailableError
from transactions.listing import Listing, listed
from transactions.partitions import Places
from transactions.reviews.open_reviews import OpenReviews, review_entries
from transactions.stored import read_stored
from transactions.transaction import PENDING, Decision, Transaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


LARGEST_GET: Final = 100
"""Items that DynamoDB reads in one call."""
_READ_TRIES: Final = 20


@dataclass(frozen=True)
class Page:
    """A part of a list, in its order."""

    transactions: list[Transaction]
    next_listing: str | None
    """Where the next page begins; None on the last."""


class TransactionStore:
    """Reads and writes transactions."""

    def __init__(self, client: "DynamoDBClient", table: str, *, lists_for_earlier_versions: bool = False) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
            lists_for_earlier_versions: whether what is inserted is also listed where versions before the list index
                look for it.
        """
        self._client = client
        self._table = table
        self._listing = Listing(client, table)
        self._open_reviews = OpenReviews(client, table)
        self._lists_for_earlier_versions = lists_for_earlier_versions

    def insert(self, transaction: Transaction) -> Transaction | None:
        """Write a transaction whose id is not there yet.

        Returns:
            None when it was written; else the one that is there, from the same call.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item=self._item(transaction),
                ConditionExpression=f"attribute_not_exists({KEY})",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return parse_item(_refused_by(error))
        return None

    def decide(self, transaction: Transaction, decision: Decision) -> Decision:
        """Write a decision on a pending transaction; on a decided one, leave it.

        Returns:
            The decision that holds now.
        """
        entries = review_entries(transaction) if decision.verdict == "review" else {}
        listed_now = "".join(f", {name} = :{name}" for name in entries)
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(transaction.id),
                UpdateExpression=f"SET #status = :verdict, decision = :decision{listed_now}",
                ConditionExpression="#status = :pending",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=to_item(
                    {
                        ":verdict": decision.verdict,
                        ":decision": msgspec.to_builtins(decision),
                        ":pending": PENDING,
                        **{f":{name}": value for name, value in entries.items()},
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            earlier = parse_item(_refused_by(error)).decision
            if earlier is None:
                raise
            return earlier
        return decision

    def get(self, transaction_id: str) -> Transaction | None:
        """Read a transaction as it is now; None when there is none."""
        answer = self._client.get_item(TableName=self._table, Key=key_of(transaction_id), ConsistentRead=True)
        return parse_item(answer["Item"]) if "Item" in answer else None

    def read(self, transaction_ids: Sequence[str]) -> list[Transaction]:
        """Read transactions as they are now, in any order; what is not there is left out.

        Raises:
            UnavailableError: DynamoDB left some for later `_READ_TRIES` times.
        """
        return [parse_item(item) for item in self.items(transaction_ids)]

    def items(self, transaction_ids: Sequence[str], *, consistent: bool = True) -> list[Item]:
        """Read the items of transactions likewise; where that is enough, as they were a moment ago, at half the price.

        Raises:
            UnavailableError: likewise.
        """
        left = [key_of(each) for each in transaction_ids]
        found: list[Item] = []
        tries = _READ_TRIES
        while left:
            part, left = left[:LARGEST_GET], left[LARGEST_GET:]
            wanted: Any = {self._table: {"Keys": part, "ConsistentRead": consistent}}
            answer = self._client.batch_get_item(RequestItems=wanted)
            found += answer["Responses"].get(self._table, [])
            if later := answer.get("UnprocessedKeys", {}).get(self._table):
                tries -= 1
                if not tries:
                    raise UnavailableError("send the request again; the transactions could not be read now")
                left += [dict(key) for key in later["Keys"]]
        return found

    def page(self, merchant_id: str, limit: int, after: str | None) -> Page:
        """Read a page of a merchant's list, its transactions as they are now.

        Args:
            merchant_id: whose list.
            limit: how many at most.
            after: `next_listing` of the page before; None begins at the newest.
        """
        return self._page(self._listing.places(merchant_id, limit, after))

    def reviews(self, merchant_id: str | None, limit: int, after: str | None) -> Page:
        """Read a page of what is in review, oldest first; what was closed meanwhile is left out.

        Args:
            merchant_id: whose; None for those of all merchants.
            limit: how many at most.
            after: `next_listing` of the page before; None begins at the oldest.
        """
        page = self._page(self._open_reviews.places(merchant_id, limit, after))
        return Page([each for each in page.transactions if each.is_in_review], page.next_listing)

    def _page(self, found: Places) -> Page:
        # Only a read that is not late has all that an index can tell of.
        transactions = {each.id: each for each in self.read(found.ids)}
        return Page([transactions[each] for each in found.ids if each in transactions], found.next_listing)

    def _item(self, transaction: Transaction) -> dict[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(transaction)
        # What comes later comes by a write of its own: what nobody reviews takes no room for a resolution.
        del values[OUTCOME]
        if transaction.resolution is None:
            del values["resolution"]
        return to_item(
            {
                **values,
                **listed(transaction, for_earlier_versions=self._lists_for_earlier_versions),
                "status": transaction.decision.verdict if transaction.decision else PENDING,
            }
        )


def parse_item(item: Item) -> Transaction:
    """Read a transaction from an item, or from its image in the table's stream."""
    return read_stored(from_item(item), Transaction)


def _refused_by(error: ClientError) -> Item:
    """Return the item a failed condition was about; any other error goes on."""
    item: Item | None = refused_item(error)
    if item is None:
        raise error
    return item
