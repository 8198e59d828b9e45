"""The transactions table: one conditional write to accept, one to decide."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from botocore.exceptions import ClientError

from transactions.attributes import Item, from_item, refused_item, to_item
from transactions.transaction import PENDING, Decision, Transaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MERCHANT_INDEX: Final = "merchant-index"
"""Hash key `merchant_id`, range key `listing`."""


@dataclass(frozen=True)
class Page:
    """A part of a merchant's list, newest first."""

    transactions: list[Transaction]
    next_listing: str | None
    """Where the next page begins; None on the last."""


class TransactionStore:
    """Reads and writes transactions."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
        """
        self._client = client
        self._table = table

    def insert(self, transaction: Transaction) -> Transaction | None:
        """Write a transaction whose id is not there yet.

        Returns:
            None when it was written; else the one that is there, from the same call.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_to_item(transaction),
                ConditionExpression="attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return parse_item(_refused_by(error))
        return None

    def decide(self, transaction_id: str, decision: Decision) -> Decision:
        """Write a decision on a pending transaction; on a decided one, leave it.

        Returns:
            The decision that holds now.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=to_item({"id": transaction_id}),
                UpdateExpression="SET #status = :verdict, decision = :decision",
                ConditionExpression="#status = :pending",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=to_item(
                    {":verdict": decision.verdict, ":decision": msgspec.to_builtins(decision), ":pending": PENDING}
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
        answer = self._client.get_item(TableName=self._table, Key=to_item({"id": transaction_id}), ConsistentRead=True)
        return parse_item(answer["Item"]) if "Item" in answer else None

    def page(self, merchant_id: str, limit: int, after: str | None) -> Page:
        """Read a page of a merchant's list.

        Args:
            merchant_id: whose list.
            limit: how many at most.
            after: `next_listing` of the page before; None begins at the newest.
        """
        start: dict[str, Any] = {}
        if after:
            key = {"merchant_id": merchant_id, "listing": after, "id": after.rpartition("#")[2]}
            start = {"ExclusiveStartKey": to_item(key)}
        answer = self._client.query(
            TableName=self._table,
            IndexName=MERCHANT_INDEX,
            KeyConditionExpression="merchant_id = :merchant",
            ExpressionAttributeValues=to_item({":merchant": merchant_id}),
            ScanIndexForward=False,
            Limit=limit,
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        return Page([parse_item(item) for item in answer["Items"]], from_item(last)["listing"] if last else None)


def parse_item(item: Item) -> Transaction:
    """Read a transaction from an item, or from its image in the table's stream."""
    return msgspec.convert(from_item(item), Transaction)


def _to_item(transaction: Transaction) -> dict[str, Any]:
    return to_item(
        {
            **msgspec.to_builtins(transaction),
            "listing": transaction.listing,
            "status": transaction.decision.verdict if transaction.decision else PENDING,
        }
    )


def _refused_by(error: ClientError) -> Item:
    """Return the item a failed condition was about; any other error goes on."""
    item: Item | None = refused_item(error)
    if item is None:
        raise error
    return item
