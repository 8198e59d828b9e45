"""Velocity: how often and how much one card was used at one merchant, strict whatever runs at the same time.

One item per card and merchant lists the transactions it counted. Every change is one conditional write on the item's
version, so of two that run at once one sees the other; a transaction that is in the list already is not counted again.

    in the list   fits the limits   written   counted
    yes           -                 no        as before
    no            yes               yes       yes
    no            no                no        no: it is declined

At most `count` transactions of any window of time are in the list, and only what is in the list is ever approved.
"""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec
from botocore.exceptions import ClientError

from transactions.attributes import Item, from_item, refused_item, to_item
from transactions.merchants import MerchantSettings, VelocityLimit
from transactions.transaction import Transaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS: Final = 20
"""Tries against others that count the same card; then the stream hands the record out again."""


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """A transaction that was counted."""

    id: str
    at: int
    amount: int


class History(msgspec.Struct, frozen=True):
    """What is known of a card at a merchant."""

    version: int = 0
    counted: list[Counted] = []


class VelocityContentionError(Exception):
    """Others kept changing the same card's history; the record is to be tried again."""


class Velocity:
    """The velocity table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
        """
        self._client = client
        self._table = table

    def count(self, transaction: Transaction, settings: MerchantSettings) -> tuple[str, ...]:
        """Count a transaction if the limits allow it.

        Returns:
            The reason codes that speak against it; the same ones again when it is called again for the same one.

        Raises:
            VelocityContentionError: it could not be counted in `ATTEMPTS` tries.
        """
        key = _key(transaction)
        mine = Counted(transaction.id, transaction.created_at, transaction.submission.amount)
        history = self._read(key)
        for _ in range(ATTEMPTS):
            duplicate = _duplicate(mine, history.counted, settings.duplicate_window_seconds)
            if any(entry.id == mine.id for entry in history.counted):
                return duplicate
            if exceeded := _exceeded(mine, history.counted, settings.velocity):
                return exceeded
            newer = self._add(key, history, mine, settings)
            if newer is None:
                return duplicate
            history = newer
        raise VelocityContentionError(f"{transaction.id} met {ATTEMPTS} others of the same card")

    def _read(self, key: str) -> History:
        answer = self._client.get_item(TableName=self._table, Key=to_item({"id": key}), ConsistentRead=True)
        return _parse(answer.get("Item"))

    def _add(self, key: str, history: History, mine: Counted, settings: MerchantSettings) -> History | None:
        """Write the history with one more; return None, or the history that somebody else has written meanwhile."""
        # Both windows can still see an entry this long after it, and one that comes late looks as far ahead.
        kept_ms = 2 * 1000 * max(settings.velocity.window_seconds, settings.duplicate_window_seconds)
        newest = max(mine.at, *(entry.at for entry in history.counted), 0)
        counted = [entry for entry in history.counted if entry.at > newest - kept_ms] + [mine]
        try:
            self._client.update_item(
                TableName=self._table,
                Key=to_item({"id": key}),
                UpdateExpression="SET version = :next, counted = :counted, expires_at = :expires",
                ConditionExpression="version = :version" if history.version else "attribute_not_exists(id)",
                ExpressionAttributeValues=to_item(
                    {
                        ":next": history.version + 1,
                        ":counted": msgspec.to_builtins(counted),
                        ":expires": (newest + kept_ms) // 1000 + 1,
                        **({":version": history.version} if history.version else {}),
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return _parse(refused_item(error))
        return None


def _key(transaction: Transaction) -> str:
    # The token is no secret, but a table of counters has no need to know it.
    token = hashlib.sha256(transaction.submission.card.token.encode()).hexdigest()
    return f"card#{transaction.merchant_id}#{token}"


def _parse(item: Item | None) -> History:
    return msgspec.convert(from_item(item), History) if item else History()


def _exceeded(mine: Counted, counted: Iterable[Counted], limit: VelocityLimit) -> tuple[str, ...]:
    """Say which limits some window of time with this transaction in it would break."""
    window = limit.window_seconds * 1000
    near = [entry for entry in counted if abs(entry.at - mine.at) < window]
    starts = [entry.at for entry in near if entry.at <= mine.at] + [mine.at]
    windows = [[entry for entry in near if start <= entry.at < start + window] for start in starts]
    reasons = []
    if any(len(entries) + 1 > limit.count for entries in windows):
        reasons.append("velocity_count")
    if any(sum(entry.amount for entry in entries) + mine.amount > limit.amount for entries in windows):
        reasons.append("velocity_amount")
    return tuple(reasons)


def _duplicate(mine: Counted, counted: Iterable[Counted], window_seconds: int) -> tuple[str, ...]:
    for entry in counted:
        earlier = (entry.at, entry.id) < (mine.at, mine.id)
        if earlier and entry.amount == mine.amount and mine.at - entry.at < window_seconds * 1000:
            return ("duplicate",)
    return ()
