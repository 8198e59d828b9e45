"""The history of one card at one merchant: the uses that were counted, and the entries that the card has on lists.

It is one item of the velocity table, packed so tightly that it stays within one write unit. A list of uses that would
be too long forgets its oldest: never one that the newest's window holds, as that has fewer. Entries take their room
from it, down to as many uses as a window can hold; only past that, with more than one entry as a rule, is it a second
unit.
"""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from transactions.agreed.tables import CARD_ID_PREFIX
from transactions.attributes import Item, from_item
from transactions.card_lists.entry import Entry, parse_entries, stored_size
from transactions.settings import LONGEST_WINDOW_SECONDS, MOST_CARD_COUNT
from transactions.transaction import Transaction
from transactions.velocity.windows import LATEST_MS, Counted

_EXPIRY_MS: Final = LATEST_MS + 2 * LONGEST_WINDOW_SECONDS * 1000
"""An item goes when no record can come any more that any window could join with its newest use."""
_PACKED: Final = struct.Struct(">16s6s5s3s")
"""Digest of the transaction's id, milliseconds since the epoch, minor units, currency."""
_PACKED_SHORT: Final = struct.Struct(">8s6s5s3s")
"""The same in histories that an earlier version wrote; they are gone two windows after it."""
_SHORT_DIGEST: Final = 8
MOST_USES: Final = 30
"""Uses that fit into a write unit beside no entry: a window has 20 at the most, and what is left out is remembered as
forgotten."""
_ENTRIES: Final = "entries"
"""The attribute of the card's entries; missing where it has none."""


@dataclass(frozen=True)
class Use:
    """One use of a card, as the history has it."""

    digest: bytes
    """Of the transaction's id: 16 bytes, so that nobody finds two ids with one digest, or the first 8 of them."""
    at: int
    amount: int
    currency: str

    @property
    def counted(self) -> Counted:
        """What it adds to a window."""
        return Counted(self.at, 1, {self.currency: self.amount})

    def is_of(self, mine: "Use") -> bool:
        """Tell whether it is the use that a transaction itself is."""
        return mine.digest.startswith(self.digest) and (self.at, self.amount, self.currency) == (
            mine.at,
            mine.amount,
            mine.currency,
        )


@dataclass(frozen=True)
class History:
    """What is known of a card at a merchant."""

    version: int = 0
    uses: tuple[Use, ...] = ()
    """In the order in which they were counted, which need not be that of their times."""
    forgotten: int = 0
    """When the latest of the uses was that were left out to keep the list short; 0 when none was."""
    entries: tuple[Entry, ...] = ()
    """What operators have set for the card, ended or not."""

    @property
    def expires_at(self) -> int:
        """When nobody needs it any more, in seconds since the epoch."""
        used = max((use.at + _EXPIRY_MS for use in self.uses), default=0)
        return max(used, *(entry.until for entry in self.entries), 0) // 1000

    def plus(self, use: Use, kept: int) -> "History":
        """Add a use; leave out what is older than the newest by `kept` milliseconds, and the oldest of too many."""
        uses = (*self.uses, use)
        by_time = sorted(uses, key=lambda each: each.at)
        oldest = by_time[-1].at - kept
        left = [each for each in by_time if each.at > oldest][-most_uses(self.entries) :]
        dropped = by_time[: len(by_time) - len(left)]
        return History(
            self.version + 1,
            tuple(each for each in uses if each not in dropped),
            max(self.forgotten, *(each.at for each in dropped), 0),
            self.entries,
        )


@dataclass(frozen=True)
class EntriesUpdate:
    """The part of an update that changes the entries, as it goes on behind other names.

    Attributes:
        set: what is set.
        remove: what is removed.
        values: the values that `set` names.
    """

    set: str = ""
    remove: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def entries_update(entries: Sequence[Entry]) -> EntriesUpdate:
    """Have an item hold these entries; an item without any lacks the attribute."""
    if not entries:
        return EntriesUpdate(remove=f", {_ENTRIES}")
    values = [msgspec.to_builtins(entry) for entry in entries]
    return EntriesUpdate(set=f", {_ENTRIES} = :entries", values={":entries": values})


def card_key(transaction: Transaction) -> str:
    """Give the id of the history of a transaction's card at its merchant."""
    return card_id(transaction.merchant_id, transaction.submission.card.token)


def card_id(merchant_id: str, token: str) -> str:
    """Give the id of the history of a card at a merchant."""
    # The token is no secret, but a table of counters has no need to know it.
    return f"{CARD_ID_PREFIX}{merchant_id}#{hashlib.sha256(token.encode()).hexdigest()[:32]}"


def most_uses(entries: Sequence[Entry]) -> int:
    """Tell how many uses a history has room for beside entries: never fewer than a window can hold."""
    taken = -(-stored_size(entries) // _PACKED.size)
    return max(MOST_USES - taken, MOST_CARD_COUNT)


def use_of(transaction: Transaction) -> Use:
    """Describe a transaction as a use of its card."""
    digest = hashlib.sha256(transaction.id.encode()).digest()[:16]
    submission = transaction.submission
    return Use(digest, transaction.created_at, submission.amount, submission.currency)


def parse_history(item: Item | None) -> History:
    """Read a history from its item; an empty one where there is none."""
    if item is None:
        return History()
    values = from_item(item)
    if "packed" in values:
        uses = tuple(_unpack(packed) for packed in _PACKED.iter_unpack(values["packed"]))
    else:
        uses = tuple(_unpack(packed) for packed in _PACKED_SHORT.iter_unpack(values["uses"]))
    return History(values["version"], uses, values["forgotten"], parse_entries(values.get(_ENTRIES, ())))


def pack(use: Use) -> bytes:
    """Write a use as the item has it."""
    return _PACKED.pack(use.digest, use.at.to_bytes(6), use.amount.to_bytes(5), use.currency.encode())


def _unpack(packed: tuple[bytes, bytes, bytes, bytes]) -> Use:
    digest, at, amount, currency = packed
    # A short digest that was packed again is filled up with zeros.
    known = digest if any(digest[_SHORT_DIGEST:]) else digest[:_SHORT_DIGEST]
    return Use(known, int.from_bytes(at), int.from_bytes(amount), currency.decode())
