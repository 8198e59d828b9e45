"""What the velocity table has now of a transaction: the uses near it of card and merchant, and the card's entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transactions.attributes import key_of
from transactions.card_lists.entry import Entry
from transactions.clock import iso
from transactions.settings import MerchantSettings, MerchantVelocity
from transactions.transaction import Transaction
from transactions.velocity.history import card_key, parse_history, use_of
from transactions.velocity.merchant import bucket_ms, merge, parse_tally, shard_keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Trace:
    """One use of the card, or a bucket of the merchant's counts."""

    at: str
    """RFC 3339."""
    count: int
    amounts: Mapping[str, int]
    is_it: bool = False
    """Whether it is the transaction itself; a bucket does not tell."""


@dataclass(frozen=True)
class Near:
    """What is counted within a window before or after the transaction.

    Attributes:
        kept: whether all of it is still kept.
        counted: whether the transaction itself is in it; None where that cannot be told.
        traces: the oldest first.
    """

    kept: bool
    counted: bool | None
    traces: Sequence[Trace]

    @property
    def words(self) -> str:
        """How many there are now."""
        if not self.kept:
            return "nothing of that time is kept (any more)"
        itself = "" if self.counted is None else f", itself {'' if self.counted else 'not '}among them"
        return f"{sum(trace.count for trace in self.traces)} counted near it now{itself}"


@dataclass(frozen=True)
class Traces:
    """Of the card at the merchant, and of the merchant with all cards."""

    card: Near
    merchant: Near
    entries: Sequence[Entry] = ()
    """What operators have set for the card, as it is now."""


def read_traces(client: "DynamoDBClient", table: str, transaction: Transaction, settings: MerchantSettings) -> Traces:
    """Read both histories as they are now."""

    def read(key: str) -> Any:
        return client.get_item(TableName=table, Key=key_of(key), ConsistentRead=True).get("Item")

    limit = settings.merchant_velocity
    tallies = [item for key in shard_keys(transaction.merchant_id) if (item := read(key))] if limit else []
    card = read(card_key(transaction))
    return Traces(
        card=_card(card, transaction, settings),
        merchant=_merchant(tallies, transaction, limit) if limit else Near(kept=True, counted=None, traces=()),
        entries=parse_history(card).entries,
    )


def _card(item: Any, transaction: Transaction, settings: MerchantSettings) -> Near:
    history = parse_history(item)
    window = settings.card_velocity.window_seconds * 1000
    mine = use_of(transaction)
    near = sorted((use for use in history.uses if abs(use.at - mine.at) < window), key=lambda use: use.at)
    return Near(
        kept=item is not None and history.forgotten <= mine.at - window,
        counted=any(use.is_of(mine) for use in near),
        traces=[Trace(iso(use.at), 1, {use.currency: use.amount}, use.is_of(mine)) for use in near],
    )


def _merchant(items: Sequence[Any], transaction: Transaction, limit: MerchantVelocity) -> Near:
    tallies = [parse_tally(item) for item in items]
    buckets = merge(bucket for tally in tallies for bucket in tally.buckets)
    # Buckets are counted whole, so one more than the window is long has a say.
    reach = limit.window_seconds * 1000 + bucket_ms(limit)
    near = [bucket for at, bucket in sorted(buckets.items()) if abs(at - transaction.created_at) < reach]
    return Near(
        kept=bool(tallies) and max(tally.forgotten for tally in tallies) <= transaction.created_at - reach,
        counted=None,
        traces=[Trace(iso(bucket.at), bucket.count, bucket.amounts) for bucket in near],
    )
