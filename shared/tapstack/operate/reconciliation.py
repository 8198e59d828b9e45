"""Finds transactions that fell by the wayside, and puts them back on their way.

found                                        healed by
pending for too long                         the fraud-detector, called as the stream would call it
pending, made while a batch was given up     the same
decided, made while a batch was given up     its notification once more: perhaps it was never sent
reviewed, and marked as not told of          the same, and the mark goes
in review, and in no list of reviews         put into the lists: a version before them has decided it

The merchant may hear of a decision twice, under the same webhook id. What is decided already does not go through the
fraud-detector again: it would count it once more against the merchant's limit. What the fraud-detector could not finish
is looked at once more: if it is decided by now, its notification may be all that is missing.

A pending transaction is found by being pending, and a batch that was given up by its message, but one that is decided
here and not told of would be found by nothing. So a message in the stream-failures queue names what is about to be
decided, and goes when all of it went through, in this run or in a later one.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from tapstack.operate.detector import DeployedDetector
from tapstack.operate.stream_failures import AFTER_MS, BEFORE_MS, StreamFailure, in_hand, moments_of
from transactions.agreed.invocations import STREAM_BATCH
from transactions.agreed.tables import KEY, MERCHANT_REVIEWS_INDEX_HASH_KEY, UNTOLD
from transactions.attributes import Item, key_of, to_item
from transactions.reviews.closing import ReviewDesk
from transactions.store import TransactionStore, parse_item
from transactions.transaction import PENDING, Transaction
from transactions.webhooks import notifications
from transactions.webhooks.notifications import notifications_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

_NOTIFICATIONS_AT_ONCE: Final = 100


@dataclass(frozen=True)
class Lost:
    """A transaction that may have fallen by the wayside.

    Attributes:
        transaction: as it is.
        item: the same, as the table has it.
        overdue: whether it is pending for too long.
        untold: whether its review was closed long enough ago, and the merchant is still to be told of that.
    """

    transaction: Transaction
    item: Item
    overdue: bool
    untold: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether it waits for its decision; else it is its notification that may be missing."""
        return self.transaction.decision is None


@dataclass
class Findings:
    """What was found in one look at the table."""

    failures: Sequence[StreamFailure]
    lost: list[Lost] = field(default_factory=list)
    waiting: list[Transaction] = field(default_factory=list)
    """What is pending, and not for too long."""
    unlisted: list[Transaction] = field(default_factory=list)
    """What is in review and in no index of reviews."""
    unreadable: list[str] = field(default_factory=list)
    """Ids of items that are no transactions."""
    gone: set[str] = field(default_factory=set)
    """Ids that messages name and the table has no more: nothing is left to tell of."""

    def suspects(self, failure: StreamFailure) -> set[str]:
        """Give the ids of the transactions that may have been in a batch that was given up."""
        return {lost.transaction.id for lost in self.lost if failure.concerns(lost.transaction)}

    def settled(self, remaining: Collection[str]) -> list[StreamFailure]:
        """Pick the failures all of whose transactions are found, and went through; the others are for a person."""
        return [
            failure
            for failure in self.failures
            if self.is_complete(failure) and self.suspects(failure).isdisjoint(remaining)
        ]

    def is_complete(self, failure: StreamFailure) -> bool:
        """Tell whether all that a failure is about is found.

        What was made about the time of several batches may have been in any of them, so what is found has to be enough
        for all of these together.
        """
        if failure.ids:
            return failure.ids <= self.suspects(failure) | self.gone
        records = self._records(failure)
        found, wanted = set(records), 0
        for other in self.failures:
            if not (other.ids or records.isdisjoint(about := self._records(other))):
                found |= about
                wanted += other.size
        return 0 < wanted <= len(found)

    def _records(self, failure: StreamFailure) -> set[tuple[str, int]]:
        """Give the records that may have been in a batch that was given up: of which transaction, and of when."""
        return {
            (lost.transaction.id, moment)
            for lost in self.lost
            for moment in moments_of(lost.transaction)
            if failure.covers(moment)
        }

    def let_go(self, messages: Sequence[StreamFailure], remaining: Collection[str]) -> list[StreamFailure]:
        """Pick the messages about transactions that were in hand, all of which went through."""
        through = {lost.transaction.id for lost in self.lost}.difference(remaining) | self.gone
        return [message for message in messages if message.ids and message.ids <= through]


def look(
    client: "DynamoDBClient",
    table: str,
    failures: Sequence[StreamFailure],
    overdue_before: int,
    looked: Callable[[int], None],
) -> Findings:
    """Scan the table once, and read those that messages name and that are decided by now.

    Args:
        client: DynamoDB.
        table: the transactions table's name.
        failures: batches that were given up.
        overdue_before: what was made before this moment should be decided by now, and what was closed told of.
        looked: hears how many items were looked at, page by page.
    """
    findings = Findings(failures)
    named = set[str]().union(*(failure.ids for failure in failures))
    for item in chain(_candidates(client, table, failures, looked), _items(client, table, named)):
        named.discard(f"{item[KEY].get('S')}")
        try:
            transaction = parse_item(item)
        except (msgspec.ValidationError, KeyError):
            findings.unreadable.append(f"{item['id'].get('S')}")
            continue
        overdue = transaction.decision is None and transaction.created_at < overdue_before
        closed_at = transaction.resolution.at if transaction.resolution else overdue_before
        untold = UNTOLD in item and closed_at < overdue_before
        if transaction.is_in_review and MERCHANT_REVIEWS_INDEX_HASH_KEY not in item:
            findings.unlisted.append(transaction)
        if overdue or untold or any(failure.concerns(transaction) for failure in failures):
            findings.lost.append(Lost(transaction, item, overdue, untold))
        elif transaction.decision is None:
            findings.waiting.append(transaction)
    findings.gone = named
    return findings


def _candidates(
    client: "DynamoDBClient", table: str, failures: Sequence[StreamFailure], looked: Callable[[int], None]
) -> Iterator[Item]:
    """Have the table leave out what has nothing to wait for and happened at another time than any of the failures."""
    wanted = (
        f"#status = :pending OR attribute_exists({UNTOLD}) "
        f"OR (#status = :review AND attribute_not_exists({MERCHANT_REVIEWS_INDEX_HASH_KEY}))"
    )
    names, values = {"#status": "status"}, {":pending": PENDING, ":review": "review"}
    spans = [(failure.first, failure.last) for failure in failures if failure.first and failure.last]
    bounds: dict[str, int] = {}
    if spans:
        wanted += " OR created_at BETWEEN :first AND :last OR resolution.#at BETWEEN :first AND :last"
        names["#at"] = "at"
        bounds[":first"] = min(first for first, _ in spans) - BEFORE_MS
        bounds[":last"] = max(last for _, last in spans) + AFTER_MS
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression=wanted,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=to_item({**values, **bounds}),
    )
    for page in pages:
        yield from page["Items"]
        looked(page["ScannedCount"])


def _items(client: "DynamoDBClient", table: str, ids: Collection[str]) -> Iterator[Item]:
    """Read the items of ids, of which some may be gone by the time this begins."""
    for transaction_id in sorted(ids):
        answer = client.get_item(TableName=table, Key=key_of(transaction_id), ConsistentRead=True)
        if "Item" in answer:
            yield answer["Item"]


@dataclass(frozen=True)
class Healer:
    """Puts what was lost back on its way."""

    detector: DeployedDetector
    store: TransactionStore
    desk: ReviewDesk
    sqs: "SQSClient"
    queue_url: str
    failures_url: str
    """Of the stream-failures queue."""

    def heal(self, lost: Sequence[Lost], done: Callable[[int], None]) -> set[str]:
        """Heal what was found.

        Args:
            lost: what was found.
            done: hears how many more are dealt with.

        Returns:
            The ids of those that are as they were.
        """
        remaining: set[str] = set()
        pending = [one for one in lost if one.is_pending]
        decided = [one.transaction for one in lost if not one.is_pending]
        for start in range(0, len(pending), STREAM_BATCH):
            part = pending[start : start + STREAM_BATCH]
            body = in_hand(one.transaction.id for one in part)
            self.sqs.send_message(QueueUrl=self.failures_url, MessageBody=body)
            for transaction_id in sorted(self.detector.decide([one.item for one in part])):
                now = self.store.get(transaction_id)
                if now and now.decision:
                    decided.append(now)
                else:
                    remaining.add(transaction_id)
            done(len(part))
        for start in range(0, len(decided), _NOTIFICATIONS_AT_ONCE):
            told = decided[start : start + _NOTIFICATIONS_AT_ONCE]
            messages = [
                (each.id, message)
                for each in told
                if each.decision
                for message in notifications_of(each, each.decision)
            ]
            refused = notifications.send(self.sqs, self.queue_url, [message for _, message in messages])
            unsent = {messages[place][0] for place in refused}
            for each in told:
                if each.resolution and each.id not in unsent:
                    self.desk.told(each.id)
            remaining |= unsent
            done(len(told))
        return remaining

    def enter(self, unlisted: Sequence[Transaction]) -> None:
        """Put what is in review into the lists of reviews."""
        for transaction in unlisted:
            self.desk.enter(transaction)
