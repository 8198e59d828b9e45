"""How often and how much one card was used at one merchant: strict, whatever runs at the same time.

One item per card and merchant lists the transactions it counted. Every change is one conditional write on the item's
version, so of two that run at once one sees the other; a transaction that is in the list already is not counted again.

    in the list   fits the limits   written   counted
    yes           -                 no        as before
    no            yes               yes       yes
    no            no                no        no: it is not approved
    no            cannot be told    no        no: it came so late that what was near it is forgotten; for a person

The entries that the card has on lists (`transactions.card_lists`) stand in the same item, so they are read with it, and
one that is set meanwhile fails the write: what is counted was judged by the entries in force as it was written. Both
writes are on the version that was read, and neither touches what the other is about but for entries that have ended:
no count is lost to an entry, and no entry to a count.

At most `count` transactions of any window are in the list, and only what is in the list is ever approved. One that was
refused and comes again under another limit may be counted, though its decision stands: the list may hold one too many
by that, never one too few. What the item looks like is in `transactions.velocity.history`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from transactions.agreed.tables import EXPIRES_AT, KEY
from transactions.attributes import key_of, refused_item, to_item
from transactions.card_lists.entry import NOTHING, InForce, in_force, not_ended
from transactions.clock import Clock
from transactions.rules import is_card_limit
from transactions.settings import MerchantSettings
from transactions.transaction import Transaction
from transactions.velocity.history import (
    EntriesUpdate,
    History,
    Use,
    card_key,
    entries_update,
    pack,
    parse_history,
    use_of,
)
from transactions.velocity.windows import LATEST_MS, exceeded

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CARD_TRIES: Final = 20
"""Tries against others that count the same card; then the stream hands the record out again."""

LARGEST_READ: Final = 100
"""Items that DynamoDB reads in one call."""


class CardContentionError(Exception):
    """Others kept changing the same card's history; the record must be tried again."""


@dataclass(frozen=True)
class CardCount:
    """What counting came to: reason codes, and whether the card's history knew the transaction before."""

    reasons: tuple[str, ...]
    known: bool = False
    in_force: InForce = NOTHING
    """What the card's entries came to."""
    is_declined: bool = False
    """Whether it was not to be counted, under those entries."""

    @property
    def is_counted(self) -> bool:
        """Whether the transaction is in the history now."""
        return not (self.is_declined or any(map(is_card_limit, self.reasons)))


class CardVelocityCounter:
    """The histories of cards in the velocity table."""

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

    def read(self, transactions: Iterable[Transaction]) -> dict[str, History]:
        """Read the histories that transactions will be counted on, a hundred in a call.

        One that somebody else changes before it is counted on costs a try and nothing else: what it knows or has no
        room for stays so, and the write is conditional on its version.

        Returns:
            Id to history, an empty one where there is none. Those that DynamoDB left for later are not in it.
        """
        keys = list(dict.fromkeys(map(card_key, transactions)))
        read: dict[str, History] = {}
        for start in range(0, len(keys), LARGEST_READ):
            part = keys[start : start + LARGEST_READ]
            wanted: Any = {self._table: {"Keys": [key_of(key) for key in part], "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=wanted)
            left: Any = answer.get("UnprocessedKeys", {}).get(self._table, {"Keys": []})
            read |= dict.fromkeys(part, History())
            read |= {item[KEY]["S"]: parse_history(item) for item in answer["Responses"].get(self._table, [])}
            for key in left["Keys"]:
                del read[key[KEY]["S"]]
        return read

    def count(
        self,
        transaction: Transaction,
        settings: MerchantSettings,
        read: dict[str, History] | None = None,
        is_declined: Callable[[InForce], bool] = lambda under: under.blocked,
    ) -> CardCount:
        """Count a transaction if entries and limits allow it; of one that is counted already, say the same again.

        Args:
            transaction: what is counted.
            settings: its merchant's.
            read: histories that were read; that of the transaction's card is in it as it holds after this, so that the
                next of the card needs no read.
            is_declined: tells whether it is declined under what the card's entries come to, and so not to be counted.

        Raises:
            CardContentionError: it could not be counted in `CARD_TRIES` tries.
        """
        key = card_key(transaction)
        mine = use_of(transaction)
        known = {} if read is None else read
        if key not in known:
            known[key] = self._read(key)
        for _ in range(CARD_TRIES):
            history = known[key]
            under = in_force(history.entries, self._clock())
            if is_declined(under):
                return CardCount((), in_force=under, is_declined=True)
            place = next((place for place, use in enumerate(history.uses) if use.is_of(mine)), None)
            duplicate = _duplicate(mine, history.uses[:place], settings.duplicate_window_seconds)
            if place is not None:
                return CardCount(duplicate, known=True, in_force=under)
            if reasons := self._refusal(mine, history, settings):
                return CardCount(reasons, in_force=under)
            written, known[key] = self._add(key, history, mine, settings)
            if written:
                return CardCount(duplicate, in_force=under)
        raise CardContentionError(f"{transaction.id} met {CARD_TRIES} others of the same card")

    def tried(
        self, transaction: Transaction, settings: MerchantSettings, read: Mapping[str, History]
    ) -> CardCount | None:
        """Say what counting would come to by other settings, and count nothing.

        Args:
            transaction: what would be counted.
            settings: what it would be counted by.
            read: histories that were read.

        Returns:
            What it would come to; None where the card's history was not read, or has the transaction already.
        """
        history, mine = read.get(card_key(transaction)), use_of(transaction)
        if history is None or any(use.is_of(mine) for use in history.uses):
            return None
        reasons = self._refusal(mine, history, settings) or _duplicate(
            mine, history.uses, settings.duplicate_window_seconds
        )
        return CardCount(reasons, in_force=in_force(history.entries, self._clock()))

    def _refusal(self, mine: Use, history: History, settings: MerchantSettings) -> tuple[str, ...]:
        limit = settings.card_velocity
        window = limit.window_seconds * 1000
        if mine.at - window < history.forgotten or mine.at < self._clock() - LATEST_MS:
            return ("velocity_card_unknown",)
        earlier = [use.counted for use in history.uses]
        too_many, too_much = exceeded(mine.counted, earlier, window, limit.count, limit.amounts)
        return (*(["velocity_card_count"] if too_many else []), *(["velocity_card_amount"] if too_much else []))

    def _read(self, key: str) -> History:
        answer = self._client.get_item(TableName=self._table, Key=key_of(key), ConsistentRead=True)
        return parse_history(answer.get("Item"))

    def _add(self, key: str, history: History, mine: Use, settings: MerchantSettings) -> tuple[bool, History]:
        """Write the history with one more; tell whether nobody else wrote meanwhile, and what it is now."""
        left = not_ended(history.entries, self._clock())
        # One that comes late by a window still finds what was near it.
        following = replace(history, entries=left).plus(mine, kept=2 * 1000 * settings.card_velocity.window_seconds)
        condition: dict[str, Any] = {":version": history.version} if history.version else {}
        changed = entries_update(left) if left != history.entries else EntriesUpdate()
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(key),
                UpdateExpression=(
                    f"SET version = :next, packed = :packed, forgotten = :forgotten, {EXPIRES_AT} = :expires"
                    f"{changed.set} REMOVE uses{changed.remove}"
                ),
                ConditionExpression="version = :version" if history.version else f"attribute_not_exists({KEY})",
                ExpressionAttributeValues=to_item(
                    {
                        ":next": following.version,
                        ":packed": b"".join(map(pack, following.uses)),
                        ":forgotten": following.forgotten,
                        ":expires": following.expires_at,
                        **changed.values,
                        **condition,
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return False, parse_history(refused_item(error))
        return True, following


def _duplicate(mine: Use, counted_before: Iterable[Use], window_seconds: int) -> tuple[str, ...]:
    """Find a use of the same amount on either side: of two, the one that is counted second is the duplicate."""
    for use in counted_before:
        same = (use.amount, use.currency) == (mine.amount, mine.currency)
        if same and abs(mine.at - use.at) < window_seconds * 1000:
            return ("duplicate",)
    return ()
