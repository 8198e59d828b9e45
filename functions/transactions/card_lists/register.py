"""The entries of cards as operators set and clear them: one conditional write of the card's item, beside the counting.

    nobody wrote meanwhile   written
    somebody did             read from the same answer, and tried again on that

An item that is not there is made, with an empty history.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from transactions.agreed.tables import EXPIRES_AT, KEY
from transactions.attributes import key_of, refused_item, to_item
from transactions.card_lists.entry import MOST_ENTRIES, Entry, not_ended
from transactions.clock import Clock
from transactions.velocity.card import CARD_TRIES, CardContentionError
from transactions.velocity.history import History, card_id, entries_update, parse_history

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NEW: Final = ", packed = :none, forgotten = :never"
"""What makes a history of an item that holds entries alone, for every version of the code."""

_Change = Callable[[tuple[Entry, ...]], tuple[Entry, ...]]


class CardFullError(Exception):
    """The card has as many entries as there may be; nothing was written.

    Attributes:
        entries: those that it has.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Refuse one more."""
        self.entries = entries
        super().__init__(f"there are {len(entries)} entries, and {MOST_ENTRIES} is the most")


@dataclass(frozen=True)
class ListedCard:
    """What is known of a card at a merchant.

    Attributes:
        entries: those whose end is not reached.
        uses: how many uses of the card are kept.
    """

    entries: tuple[Entry, ...]
    uses: int

    @property
    def is_known(self) -> bool:
        """Whether anything is kept of the card."""
        return bool(self.entries or self.uses)


class CardListRegister:
    """The entries of cards, in the velocity table."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
            clock: tells which entries have ended.
        """
        self._client = client
        self._table = table
        self._clock = clock

    def read(self, merchant_id: str, token: str) -> ListedCard:
        """Read what is known of a card at a merchant now."""
        return self._listed(self._history(card_id(merchant_id, token)))

    def set(self, merchant_id: str, token: str, entry: Entry) -> ListedCard:
        """Set an entry, in the place of the one that it contradicts.

        Returns:
            What is known of the card as it was before.

        Raises:
            CardFullError: there is no place for one more.
            CardContentionError: others kept changing the card's item.
        """

        def with_it(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
            left = tuple(each for each in entries if each.place != entry.place)
            if len(left) >= MOST_ENTRIES:
                raise CardFullError(left)
            return (*left, entry)

        return self._change(card_id(merchant_id, token), with_it)

    def clear(self, merchant_id: str, token: str, wanted: Callable[[Entry], bool]) -> tuple[Entry, ...]:
        """Take out the entries that are wanted away; return those, none where there was nothing to write.

        Raises:
            CardContentionError: others kept changing the card's item.
        """
        before = self._change(
            card_id(merchant_id, token), lambda entries: tuple(each for each in entries if not wanted(each))
        )
        return tuple(each for each in before.entries if wanted(each))

    def _change(self, key: str, change: _Change) -> ListedCard:
        """Change the entries of a card, unless the change leaves them as they are."""
        history = self._history(key)
        for _ in range(CARD_TRIES):
            before = self._listed(history)
            following = change(before.entries)
            if following == before.entries:
                return before
            refused = self._write(key, history, following)
            if refused is None:
                return before
            history = refused
        raise CardContentionError(f"{key} met {CARD_TRIES} others of the same card")

    def _write(self, key: str, history: History, entries: tuple[Entry, ...]) -> History | None:
        """Write entries on a history as it was read; return what there is instead, where somebody else wrote."""
        changed = entries_update(entries)
        expires = History(uses=history.uses, entries=entries).expires_at
        condition: dict[str, Any] = {":version": history.version} if history.version else {}
        new: dict[str, Any] = {} if history.version else {":none": b"", ":never": 0}
        remove = f" REMOVE{changed.remove.removeprefix(',')}" if changed.remove else ""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(key),
                UpdateExpression=(
                    f"SET version = :next, {EXPIRES_AT} = :expires{_NEW if new else ''}{changed.set}{remove}"
                ),
                ConditionExpression="version = :version" if history.version else f"attribute_not_exists({KEY})",
                ExpressionAttributeValues=to_item(
                    {
                        ":next": history.version + 1,
                        # DynamoDB deletes nothing whose time is over since more than five years:
                        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
                        ":expires": max(expires, self._clock() // 1000),
                        **changed.values,
                        **condition,
                        **new,
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return parse_history(refused_item(error))
        return None

    def _history(self, key: str) -> History:
        answer = self._client.get_item(TableName=self._table, Key=key_of(key), ConsistentRead=True)
        return parse_history(answer.get("Item"))

    def _listed(self, history: History) -> ListedCard:
        return ListedCard(not_ended(history.entries, self._clock()), len(history.uses))
