"""Closing reviews: one conditional write, which tells a replay from a conflict.

    the transaction is    the resolution               outcome
    in review             any                          written
    closed                the same by the same person  a replay
    closed                another                      ReviewClosedError
    anything else         any                          NotInReviewError

The write takes the transaction out of the indexes of reviews and says in `untold` which event the table's stream is to
tell of. Whoever has put that event into the queue takes the mark away, so what was closed and not told of is found by
it. No count of the card or the merchant changes: they are of the decision (`docs/guarantees.md`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from botocore.exceptions import ClientError

from transactions.agreed.tables import (
    KEY,
    MERCHANT_REVIEWS_INDEX_HASH_KEY,
    REVIEWED_EVENT,
    REVIEWS_INDEX_HASH_KEY,
    REVIEWS_RANGE_KEY,
    UNTOLD,
)
from transactions.attributes import key_of, refused_item, to_item
from transactions.errors import NotInReviewError, ReviewClosedError, TransactionNotFoundError
from transactions.reviews.open_reviews import review_entries
from transactions.reviews.resolution import Resolution
from transactions.store import parse_item
from transactions.transaction import Transaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_IN_REVIEW: Final = "review"


@dataclass(frozen=True)
class Closed:
    """A review that is closed, by this resolution."""

    transaction: Transaction
    replayed: bool
    """Whether it was closed so before."""


class ReviewDesk:
    """Closes reviews."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: the transactions table's name.
        """
        self._client = client
        self._table = table

    def close(self, transaction_id: str, resolution: Resolution) -> Closed:
        """Write a resolution on a transaction in review; on any other, leave it.

        Raises:
            TransactionNotFoundError: there is none.
            NotInReviewError: it is pending, or was approved or declined at once.
            ReviewClosedError: it was closed by another resolution.
        """
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key_of(transaction_id),
                UpdateExpression=(
                    f"SET #status = :verdict, resolution = :resolution, {UNTOLD} = :event "
                    f"REMOVE {REVIEWS_INDEX_HASH_KEY}, {MERCHANT_REVIEWS_INDEX_HASH_KEY}"
                ),
                ConditionExpression="#status = :in_review",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=to_item(
                    {
                        ":verdict": resolution.verdict,
                        ":resolution": msgspec.to_builtins(resolution),
                        ":event": REVIEWED_EVENT,
                        ":in_review": _IN_REVIEW,
                    }
                ),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            item = refused_item(error)
            if item is None:
                raise TransactionNotFoundError("there is no such transaction") from error
            return _closed_before(parse_item(item), resolution)
        return Closed(parse_item(answer["Attributes"]), replayed=False)

    def told(self, transaction_id: str) -> None:
        """Take the mark away of a closed review whose notification is in the queue."""
        self._change(transaction_id, f"REMOVE {UNTOLD}", f"{UNTOLD} = :wanted", {":wanted": REVIEWED_EVENT})

    def enter(self, transaction: Transaction) -> None:
        """List a transaction in review that a version before the indexes has decided."""
        entries = review_entries(transaction)
        self._change(
            transaction.id,
            f"SET {REVIEWS_INDEX_HASH_KEY} = :shard, {MERCHANT_REVIEWS_INDEX_HASH_KEY} = :of, "
            f"{REVIEWS_RANGE_KEY} = :place",
            "#status = :wanted",
            {
                ":shard": entries[REVIEWS_INDEX_HASH_KEY],
                ":of": entries[MERCHANT_REVIEWS_INDEX_HASH_KEY],
                ":place": entries[REVIEWS_RANGE_KEY],
                ":wanted": _IN_REVIEW,
            },
        )

    def _change(self, transaction_id: str, update: str, condition: str, values: dict[str, str]) -> None:
        """Make a write that is nobody's any more where its condition does not hold."""
        names: dict[str, Any] = {"ExpressionAttributeNames": {"#status": "status"}} if "#status" in condition else {}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(transaction_id),
                UpdateExpression=update,
                ConditionExpression=f"attribute_exists({KEY}) AND {condition}",
                ExpressionAttributeValues=to_item(values),
                **names,
            )
        except ClientError as error:
            refused_item(error)


def _closed_before(transaction: Transaction, resolution: Resolution) -> Closed:
    earlier, decision = transaction.resolution, transaction.decision
    if decision is None:
        raise NotInReviewError("the transaction is not decided yet")
    if earlier is None:
        raise NotInReviewError(f"the transaction was {decision.verdict} at once and is in nobody's review")
    if not resolution.repeats(earlier):
        raise ReviewClosedError(
            f"the review was closed before: {earlier.verdict}, {earlier.reason}, by the {earlier.reviewer}"
        )
    return Closed(transaction, replayed=True)
