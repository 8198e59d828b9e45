"""How often and how much a merchant takes with all cards together: numbers too large for one item.

The count is spread over `SHARDS` items per merchant. A batch of the stream has one of them as its own, adds what fits
to it in one conditional write on its version, and leaves the others alone:

    read the own shard ──▶ read the others ──▶ admit what fits ──▶ write the own: is its version still the one read?
            ▲                                                        │ no
            └────────────────────────────────────────────────────────┘

Two batches on different shards need not see each other, so a limit can be passed, but any window holds at most

    count + (SHARDS - 1) * the most transactions of the merchant that one batch brings

and an amount limit likewise. For, of each shard take the last batch that was written to it, and of these the one, L,
that was the last to read its own shard. All other writes, on whatever shard, were there when the last batch of their
shard read it, as that one's write was conditional on them; so they were there when L read its own, and when it read the
others, which it did after. L therefore admitted no more than fits beside all of them, and what it may have missed are
the last batches of the other shards: SHARDS - 1 of them. It takes the order of reading: a batch that reads the others
first can miss any number of writes on them while it waits for its own, and any number of batches can.

Time is kept in buckets of a twelfth of the window, counted whole, so a limit may hold back a little early, never late;
only a change of the window's length moves what is counted, by one old bucket at the most. A batch that is cut short
after this write and before its decisions is counted again when it comes again: the count may be too high by that, never
too low.
"""

import hashlib
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from transactions.agreed.invocations import DAY_SECONDS
from transactions.agreed.tables import EXPIRES_AT, KEY
from transactions.attributes import Item, from_item, key_of, refused_item, to_item
from transactions.clock import Clock
from transactions.settings import MerchantVelocity
from transactions.transaction import Transaction
from transactions.velocity.windows import LATEST_MS, Counted, exceeded

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS: Final = 4
SHARD_TRIES: Final = 20
"""Tries against other batches on the same shard; then the stream hands the records out again."""

_BUCKETS: Final = 12
"""Buckets a window is cut into."""
_KEPT_WINDOWS: Final = 2
"""Windows that a shard goes back: what comes late by one still finds what was near it."""
_EXPIRY_SECONDS: Final = 3 * DAY_SECONDS
"""A record can come a day late, and a window is a day at the longest."""

_COUNT: Final = "#"
"""Stands for the number of transactions beside the currencies of a bucket."""


class MerchantContentionError(Exception):
    """Other batches kept changing the same count; the records must be tried again."""


@dataclass(frozen=True)
class Tally:
    """One shard: what it counted, by bucket."""

    version: int = 0
    buckets: tuple[Counted, ...] = ()
    forgotten: int = 0
    """When the latest of the buckets was that were left out as too old; 0 when none was."""

    def plus(self, admitted: Sequence[Counted], kept: int) -> "Tally":
        """Add to the buckets, and leave out what is older than the newest by `kept` milliseconds."""
        buckets = merge((*self.buckets, *admitted))
        oldest = max(buckets) - kept
        return Tally(
            self.version + 1,
            tuple(bucket for at, bucket in sorted(buckets.items()) if at > oldest),
            max(self.forgotten, *(at for at in buckets if at <= oldest), 0),
        )


class MerchantVelocityCounter:
    """The merchants' counts in the velocity table."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
            clock: tells how late a transaction comes.
        """
        self._client = client
        self._table = table
        self._clock = clock

    def count(self, limit: MerchantVelocity, transactions: Sequence[Transaction]) -> dict[str, tuple[str, ...]]:
        """Count the transactions a batch brings of one merchant, at least one, as far as its limit allows it.

        Returns:
            For those that are not counted, transaction id to the reason codes.

        Raises:
            MerchantContentionError: they could not be counted in `SHARD_TRIES` tries.
        """
        merchant_id = transactions[0].merchant_id
        keys = shard_keys(merchant_id)
        # Batches that begin with different transactions go to different shards, and seldom meet.
        key = keys[hashlib.sha256(transactions[0].id.encode()).digest()[0] % SHARDS]
        for _ in range(SHARD_TRIES):
            tallies = self._read(key, keys)
            admitted, refused = self._admit(limit, tallies.values(), transactions)
            if not admitted or self._add(key, tallies[key], admitted, limit):
                return refused
        raise MerchantContentionError(f"merchant {merchant_id!r} met {SHARD_TRIES} other batches on one shard")

    def _admit(
        self, limit: MerchantVelocity, tallies: Collection[Tally], transactions: Sequence[Transaction]
    ) -> tuple[list[Counted], dict[str, tuple[str, ...]]]:
        width = bucket_ms(limit)
        reach = _reach_ms(limit)
        buckets = merge(bucket for tally in tallies for bucket in tally.buckets)
        forgotten = max(tally.forgotten for tally in tallies)
        told_from = max(self._clock() - LATEST_MS, forgotten + reach if forgotten else 0)
        admitted: list[Counted] = []
        refused: dict[str, tuple[str, ...]] = {}
        for transaction in transactions:
            submission = transaction.submission
            new = Counted(transaction.created_at // width * width, 1, {submission.currency: submission.amount})
            too_many, too_much = exceeded(new, [*buckets.values()], reach, limit.count, limit.amounts)
            if transaction.created_at < told_from:
                refused[transaction.id] = ("velocity_merchant_unknown",)
            elif too_many or too_much:
                refused[transaction.id] = (
                    *(["velocity_merchant_count"] if too_many else []),
                    *(["velocity_merchant_amount"] if too_much else []),
                )
            else:
                admitted.append(new)
                buckets |= merge((*filter(None, [buckets.get(new.at)]), new))
        return admitted, refused

    def _read(self, own: str, keys: Sequence[str]) -> dict[str, Tally]:
        """Read a merchant's shards, the own one first; the bound rests on that."""
        tallies = dict.fromkeys(keys, Tally())
        held = self._client.get_item(TableName=self._table, Key=key_of(own), ConsistentRead=True)
        if "Item" in held:
            tallies[own] = parse_tally(held["Item"])
        others = [key_of(key) for key in keys if key != own]
        if not others:
            return tallies
        wanted: Any = {self._table: {"Keys": others, "ConsistentRead": True}}
        for _ in range(SHARD_TRIES):
            answer = self._client.batch_get_item(RequestItems=wanted)
            for item in answer["Responses"].get(self._table, []):
                tallies[from_item(item)[KEY]] = parse_tally(item)
            # DynamoDB may leave some for later; to take them for empty would forget what they hold.
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return tallies
        raise MerchantContentionError(f"{keys[0]} and its likes were not read in {SHARD_TRIES} tries")

    def _add(self, key: str, tally: Tally, admitted: Sequence[Counted], limit: MerchantVelocity) -> bool:
        """Write one shard; tell whether it was still as it was read, or is as it was to be written."""
        following = tally.plus(admitted, kept=_kept_ms(limit))
        condition: dict[str, Any] = {":version": tally.version} if tally.version else {}
        # Of this write and no other: two batches can begin with the same transaction.
        writer = uuid.uuid4().hex
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(key),
                UpdateExpression=(
                    f"SET version = :next, buckets = :buckets, forgotten = :forgotten, {EXPIRES_AT} = :expires, "
                    "writer = :writer"
                ),
                ConditionExpression="version = :version" if tally.version else f"attribute_not_exists({KEY})",
                ExpressionAttributeValues=to_item(
                    {
                        ":next": following.version,
                        ":buckets": {
                            f"{bucket.at}": {_COUNT: bucket.count, **bucket.amounts} for bucket in following.buckets
                        },
                        ":forgotten": following.forgotten,
                        ":expires": following.buckets[-1].at // 1000 + _EXPIRY_SECONDS,
                        ":writer": writer,
                        **condition,
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            # The SDK sends a request again when its answer was lost: then it is this very write that is in the way.
            held = from_item(refused_item(error) or {})
            return (held.get("version"), held.get("writer")) == (following.version, writer)
        return True


def shard_keys(merchant_id: str) -> list[str]:
    """Give the ids of a merchant's shards."""
    return [f"merchant#{merchant_id}#{shard}" for shard in range(SHARDS)]


def bucket_ms(limit: MerchantVelocity) -> int:
    """Give the length of a bucket in milliseconds."""
    return limit.window_seconds * 1000 // _BUCKETS


def unknown_ms(earlier: MerchantVelocity, later: MerchantVelocity) -> int:
    """Tell for how long after a change of limits transactions can be `velocity_merchant_unknown`, in milliseconds.

    What the earlier limit has left out as too old, a much longer window could still hold. 0 where it could not.
    """
    return max(_reach_ms(later) - _kept_ms(earlier), 0)


def _reach_ms(limit: MerchantVelocity) -> int:
    # A window that begins within a bucket reaches into one more than it is long.
    return (_BUCKETS + 1) * bucket_ms(limit)


def _kept_ms(limit: MerchantVelocity) -> int:
    return _KEPT_WINDOWS * limit.window_seconds * 1000


def parse_tally(item: Item) -> Tally:
    """Read a shard from its item."""
    values = from_item(item)
    return Tally(
        values["version"],
        tuple(
            Counted(int(at), held[_COUNT], {name: amount for name, amount in held.items() if name != _COUNT})
            for at, held in values["buckets"].items()
        ),
        values["forgotten"],
    )


def merge(buckets: Iterable[Counted]) -> dict[int, Counted]:
    """Add up what is counted of the same time."""
    merged: dict[int, Counted] = {}
    for bucket in buckets:
        held = merged.get(bucket.at, Counted(bucket.at, 0))
        amounts = dict(held.amounts)
        for currency, amount in bucket.amounts.items():
            amounts[currency] = amounts.get(currency, 0) + amount
        merged[bucket.at] = Counted(bucket.at, held.count + bucket.count, amounts)
    return merged
