"""Finds transactions that fell by the wayside, and puts them back on their way.

found                                        healed by
pending for too long                         the fraud-detector, called as the stream would call it
pending, made while a batch was given up     the same
decided, made while a batch was given up     its notification once more: perhaps it was never sent

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
from tapstack.operate.stream_failures import AFTER_MS, BEFORE_MS, StreamFailure, in_hand
from transactions.agreed.invocations import STREAM_BATCH
from transactions.agreed.tables import KEY
from transactions.attributes import Item, key_of, to_item
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
    """

    transaction: Transaction
    item: Item
    overdue: bool

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
        suspects = self.suspects(failure)
        found, wanted = set(suspects), 0
        for other in self.failures:
            if not (other.ids or suspects.isdisjoint(about := self.suspects(other))):
                found |= about
                wanted += other.size
        return 0 < wanted <= len(found)

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
        overdue_before: a transaction made before this moment should be decided by now.
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
        if overdue or any(failure.concerns(transaction) for failure in failures):
            findings.lost.append(Lost(transaction, item, overdue))
        elif transaction.decision is None:
            findings.waiting.append(transaction)
    findings.gone = named
    return findings


def _candidates(
    client: "DynamoDBClient", table: str, failures: Sequence[StreamFailure], looked: Callable[[int], None]
) -> Iterator[Item]:
    """Have the table leave out what is decided and was made at another time than any of the failures."""
    wanted, values = "#status = :pending", {":pending": PENDING}
    spans = [(failure.first, failure.last) for failure in failures if failure.first and failure.last]
    bounds: dict[str, int] = {}
    if spans:
        wanted += " OR created_at BETWEEN :first AND :last"
        bounds[":first"] = min(first for first, _ in spans) - BEFORE_MS
        bounds[":last"] = max(last for _, last in spans) + AFTER_MS
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression=wanted,
        ExpressionAttributeNames={"#status": "status"},
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
            remaining |= {messages[place][0] for place in refused}
            done(len(told))
        return remaining
