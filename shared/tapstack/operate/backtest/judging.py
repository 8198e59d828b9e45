"""The fraud-detector itself, on what is stored: all of a decision but the limits of merchants.

It runs in several processes, each for some of the cards: what is counted of a card is independent of all others. What a
merchant's limit has to say is of all cards together and comes last; `tapstack.operate.backtest.replay` asks it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fraud_detector.stream import Detector, FailedRecord
from fraud_detector.workers import Workers
from tapstack.operate.backtest.velocity_table import VelocityTable
from transactions.agreed.invocations import STREAM_BATCH
from transactions.agreed.tables import KEY
from transactions.attributes import Item
from transactions.card_lists.entry import Entry, InForce
from transactions.card_lists.precedence import WEIGHTS as LIST_WEIGHTS
from transactions.settings import MerchantSettings, MerchantVelocity
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardCount, CardVelocityCounter
from transactions.velocity.history import History, card_key

_LONGEST_BATCH_MS: Final = 60 * 60 * 1000
"""From the first of a batch to its last: a batch has one time."""
_LATE_MS: Final = 12 * _LONGEST_BATCH_MS
"""What was decided so late goes by a time of its own: it may be too late to be counted."""


@dataclass(frozen=True)
class Record:
    """What a detector judges.

    Attributes:
        item: the stored transaction.
        created_at: when it came.
        decided_at: when it was decided.
        version: of the settings, in the mapping that comes with it.
        is_forced: whether a test token forced its outcome.
        entries: of its card, as far as the decision says what was in force.
    """

    item: Item
    created_at: int
    decided_at: int
    version: int
    is_forced: bool
    entries: tuple[Entry, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether it goes by a time of its own."""
        return self.decided_at - self.created_at > _LATE_MS

    def goes_with(self, other: "Record") -> bool:
        """Tell whether a later one may be in a batch with it: of the same settings, at about the same time."""
        return (
            (self.version, self.is_forced) == (other.version, other.is_forced)
            and other.decided_at <= self.decided_at + _LONGEST_BATCH_MS
            and not (self.is_late or other.is_late)
        )


@dataclass(frozen=True)
class Judged:
    """What was found, but for what the merchant's own limit finds.

    Attributes:
        found: the codes of all that was found, whether the card's entries lift it or not.
        is_limited: whether the merchant's own limit has a say.
    """

    found: tuple[str, ...]
    is_limited: bool


@dataclass
class _Asked:
    """Takes the place of the merchants' limits: notes which transactions they are asked about."""

    ids: set[str] = field(default_factory=set)

    def count(self, limit: MerchantVelocity, transactions: Sequence[Transaction]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002 - as the detector calls it
        self.ids.update(transaction.id for transaction in transactions)
        return {}


class _Undecided:
    """Takes the place of the transactions table: nothing is decided in it, and nothing is written."""

    def get(self, transaction_id: str) -> None:
        """Find nothing."""

    def decide(self, transaction_id: str, decision: Decision) -> Decision:  # noqa: ARG002 - as the detector calls it
        return decision


class _Nobody:
    """Takes the place of the notifications queue: nobody is told."""

    def send_message_batch(self, **_: object) -> Mapping[str, Any]:
        return {}


class _OneByOne:
    """Takes the place of the threads."""

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [work(item) for item in items]


class _Cards(CardVelocityCounter):
    """The histories of cards, each with the entries that it had as the transaction at hand was decided."""

    entries: Mapping[str, tuple[Entry, ...]] = {}
    """Transaction id to entries."""

    def count(
        self,
        transaction: Transaction,
        settings: MerchantSettings,
        read: dict[str, History] | None = None,
        is_declined: Callable[[InForce], bool] = lambda under: under.blocked,
    ) -> CardCount:
        """Count a transaction under its entries."""
        known, key = read or {}, card_key(transaction)
        known[key] = replace(known.get(key, History()), entries=self.entries.get(transaction.id, ()))
        return super().count(transaction, settings, known, is_declined)


@dataclass
class _Settings:
    """Takes the place of the merchants table."""

    current: MerchantSettings | None = None

    def settings(self, merchant_id: str) -> MerchantSettings | None:  # noqa: ARG002 - as the detector calls it
        return self.current


class Judging:
    """Detectors on a velocity table in memory."""

    def __init__(self, longest_window_ms: int) -> None:
        """Begin with cards that nobody has used.

        Args:
            longest_window_ms: the longest of the windows that any of the settings counts a card in.
        """
        self._now = 0
        self._settings = _Settings()
        self._made: dict[str, Decision] = {}
        self._asked = _Asked()
        table: Any = VelocityTable(lambda: self._now, longest_window_ms)
        self._cards = _Cards(table, "velocity", lambda: self._now)
        self._detectors = {is_forced: self._detector(test_tokens=is_forced) for is_forced in (False, True)}

    def judge(self, records: Sequence[Record], settings: Mapping[int, MerchantSettings]) -> list[Judged]:
        """Judge transactions, in the order in which they were decided.

        Args:
            records: the transactions.
            settings: version to settings, for each version that a record names.
        """
        judged: list[Judged] = []
        for batch in _batches(records):
            self._settings.current = settings[batch[0].version]
            self._now = batch[0].decided_at
            self._made.clear()
            self._cards.entries = {record.item[KEY]["S"]: record.entries for record in batch}
            self._asked.ids.clear()
            changes = [{"SequenceNumber": f"{n}", "NewImage": record.item} for n, record in enumerate(batch)]
            self._detectors[batch[0].is_forced].process({"Records": [{"dynamodb": change} for change in changes]})
            for record in batch:
                name = record.item[KEY]["S"]
                judged.append(Judged(_found(self._made[name]), name in self._asked.ids))
        return judged

    def _detector(self, *, test_tokens: bool) -> Detector:
        settings: Any = self._settings
        undecided: Any = _Undecided()
        asked: Any = self._asked
        nobody: Any = _Nobody()
        return Detector(
            merchants=settings,
            store=undecided,
            cards=self._cards,
            limits=asked,
            desk=nobody,
            sqs=nobody,
            queue_url="",
            workers=Workers(_OneByOne()),
            clock=lambda: self._now,
            test_tokens=test_tokens,
            decided=self._note,
            failed=_raise,
        )

    def _note(self, transaction: Transaction, decision: Decision) -> None:
        self._made[transaction.id] = decision


def _found(decision: Decision) -> tuple[str, ...]:
    return (*(code for code in decision.reasons if code not in LIST_WEIGHTS), *decision.lifted)


def _raise(record: FailedRecord) -> None:
    raise record.error


def _batches(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Put together what goes by the same settings, at about the same time, and by rules or by test tokens."""
    batch: list[Record] = []
    for record in records:
        if batch and (len(batch) == STREAM_BATCH or not batch[0].goes_with(record)):
            yield batch
            batch = []
        batch.append(record)
    if batch:
        yield batch
