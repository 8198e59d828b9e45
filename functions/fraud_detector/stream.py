"""Records of the transactions stream to decisions and notifications.

A record of an insert is a transaction to decide; one of a change is a review that was closed, of which the merchant is
to be told and nothing else: the mark that says so goes once the notification is in the queue.

A record counts as done when its decision is written and its notification is in the queue; until then the stream hands
it out again, and every step is one that can be taken twice:

    judge    reads nothing but the record and the merchant's settings, one version of them for a whole batch
    count    the card's history knows the transaction already; then, and only then, it may be decided already;
             the histories of all the batch's cards are read in one call
    limit    one write per merchant and batch; counted twice, a merchant's limit holds a little early
    decide   only a pending transaction changes
    notify   the same webhook ids
    shadow   what the merchants' drafts would have decided is counted; nothing waits for it, and nothing follows from it

A step begins when the one before has come to its end for the whole batch. Within one, what is of different cards, or in
`judge` and `limit` of different merchants, goes side by side; what is of one goes in the order of the stream.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from fraud_detector.shadow import Beside, Shadow
from fraud_detector.workers import Workers
from transactions.agreed.tables import KEY, MODIFIED
from transactions.clock import Clock
from transactions.failures import described, ids
from transactions.findings import Findings, judge
from transactions.held_settings import Draft
from transactions.merchants import Merchants
from transactions.reviews.closing import ReviewDesk
from transactions.settings import MerchantSettings, MerchantVelocity
from transactions.store import TransactionStore, parse_item
from transactions.test_tokens import forced_reasons
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.history import History, card_key
from transactions.velocity.merchant import MerchantVelocityCounter
from transactions.webhooks import notifications
from transactions.webhooks.notifications import LARGEST_BATCH, Notification, notifications_of, review_notifications

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


_Item = TypeVar("_Item")


class MerchantNotSetUpError(Exception):
    """A transaction's merchant has no settings to decide by; the record is tried again, then kept for a person."""


@dataclass(frozen=True)
class FailedRecord:
    """A record that has to come again."""

    change: Mapping[str, Any]
    """As the stream has it: `SequenceNumber`, and `NewImage`, which may be anything."""
    error: Exception

    @property
    def merchant_id(self) -> object:
        """Whose transaction it is, as far as the image says so; it may be anything."""
        return _text(self.change.get("NewImage"), "merchant_id")

    def described(self) -> dict[str, Any]:
        """Say what a log may: sequence number, ids, the error's kind and place."""
        image = self.change.get("NewImage")
        return {
            "sequence_number": self.change["SequenceNumber"],
            **ids(_text(image, KEY), self.merchant_id),
            **described(self.error),
        }


@dataclass
class _Record:
    """A record of the batch, and the transaction that it is of."""

    change: Mapping[str, Any]
    transaction: Transaction

    @property
    def number(self) -> str:
        """Its sequence number."""
        number: str = self.change["SequenceNumber"]
        return number


@dataclass
class _Case(_Record):
    """A record on its way to its decision."""

    findings: Findings
    is_forced: bool = False
    """Whether a test token forces its outcome."""
    is_counted: bool = False
    """Whether the card's history has it: what it refused is not the merchant's to count either."""
    held: Decision | None = None
    """The decision, where there is one already."""
    told: list[Notification] = field(default_factory=list)
    """What the merchant must be told."""
    beside: Beside | None = None
    """What its merchant's draft says of it, where there is one."""

    @property
    def limit(self) -> MerchantVelocity | None:
        """The merchant's own limit, where it has a say in the decision."""
        settled = self.held is not None or self.findings.is_declined
        return self.findings.settings.merchant_velocity if self.is_counted and not settled else None


@dataclass(frozen=True)
class Detector:
    """Decides transactions."""

    merchants: Merchants
    store: TransactionStore
    cards: CardVelocityCounter
    limits: MerchantVelocityCounter
    desk: ReviewDesk
    sqs: "SQSClient"
    queue_url: str
    workers: Workers
    clock: Clock
    test_tokens: bool
    """Whether test tokens force outcomes."""
    decided: Callable[[Transaction, Decision], None]
    """Hears of each decision."""
    failed: Callable[[FailedRecord], None]
    """Hears of each record that has to come again."""
    shadow: Shadow | None = None
    """Judges by drafts; None where nobody wants to know."""

    def process(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Decide what a batch of records brings, and tell of it.

        A record that fails does not hold up the others, a read for all does.

        Returns:
            The records that have to come again, by sequence number, in the form Lambda asks for.
        """
        records: list[Mapping[str, Any]] = event["Records"]
        again: list[str] = []
        cases = self._judged([each["dynamodb"] for each in records if not _is_of_review(each)], again)
        self._count(cases, again)
        self.workers.do(partial(self._limit, again), _grouped(filter(_has_limit, cases), _merchant_of))
        left = [case for case in cases if case.number not in again]
        self.workers.do(partial(self._decide, again), _grouped(left, _card_of))
        reviews = self._read([each["dynamodb"] for each in records if _is_of_review(each)], again)
        told = [(case.number, item) for case in left for item in case.told]
        told += [(review.number, item) for review in reviews for item in review_notifications(review.transaction)]
        self._tell(told, again)
        if self.shadow:
            self.shadow.write()
        self.workers.do(partial(self._mark_told, again), [each for each in reviews if each.number not in again])
        numbers = [each["dynamodb"]["SequenceNumber"] for each in records]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers if number in again]}

    @contextmanager
    def _failing(self, again: list[str], changes: Sequence[Mapping[str, Any]]) -> Iterator[None]:
        """Have records come again if what is done for them fails, whatever it was."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the record is tried again, and in the end kept for a person
            for change in changes:
                self.failed(FailedRecord(change, error))
                again.append(change["SequenceNumber"])

    def _judged(self, changes: Sequence[Mapping[str, Any]], again: list[str]) -> list[_Case]:
        """Judge all records that can be, in the order of the stream."""
        read = self._read(changes, again)
        groups = _grouped(read, _merchant_of)
        judged = {case.number: case for cases in self.workers.do(partial(self._judge, again), groups) for case in cases}
        return [judged[record.number] for record in read if record.number in judged]

    def _read(self, changes: Sequence[Mapping[str, Any]], again: list[str]) -> list[_Record]:
        """Read the transactions of records."""
        read: list[_Record] = []
        for change in changes:
            with self._failing(again, [change]):
                read.append(_Record(change, parse_item(change["NewImage"])))
        return read

    def _mark_told(self, again: list[str], review: _Record) -> None:
        with self._failing(again, [review.change]):
            self.desk.told(review.transaction.id)

    def _judge(self, again: list[str], group: Sequence[_Record]) -> list[_Case]:
        """Judge what the batch brings of one merchant.

        Its limit is one for all of them, so what decides beside it is of that version of the settings, too.
        """
        cases: list[_Case] = []
        with self._failing(again, [record.change for record in group]):
            merchant_id = group[0].transaction.merchant_id
            settings = self.merchants.settings(merchant_id)
            if settings is None:
                raise MerchantNotSetUpError(f"merchant {merchant_id!r} has no settings")
            draft = self.shadow.draft_of(merchant_id) if self.shadow else None
            for record in group:
                with self._failing(again, [record.change]):
                    cases.append(self._case(record, settings, draft))
        return cases

    def _case(self, record: _Record, settings: MerchantSettings, draft: Draft | None) -> _Case:
        change, transaction = record.change, record.transaction
        if self.test_tokens and (forced := forced_reasons(transaction)):
            case = _Case(change, transaction, Findings(forced, settings), is_forced=True)
        else:
            case = _Case(change, transaction, judge(transaction, settings))
        if self.shadow and draft:
            case.beside = self.shadow.beside(draft, transaction, case.findings, is_forced=case.is_forced)
        return case

    def _count(self, cases: Sequence[_Case], again: list[str]) -> None:
        # What is forced is nobody's use. What is declined is none either, but it may not be under the card's entries,
        # which come with its history.
        counted = [case for case in cases if not (case.is_forced or case.findings.is_declined_anyway)]
        with self._failing(again, [case.change for case in counted]):
            read = self.cards.read(case.transaction for case in counted)
            self.workers.do(partial(self._count_card, again, read), _grouped(counted, _card_of))

    def _count_card(self, again: list[str], read: dict[str, History], group: Sequence[_Case]) -> None:
        for case in group:
            with self._failing(again, [case.change]):
                self._count_one(case, read)

    def _count_one(self, case: _Case, read: dict[str, History]) -> None:
        if self.shadow and case.beside:
            self.shadow.see_card(self.cards, case.transaction, read, case.beside)
        counted = self.cards.count(
            case.transaction, case.findings.settings, read, lambda in_force: case.findings.under(in_force).is_declined
        )
        if counted.known:
            earlier = self.store.get(case.transaction.id)
            case.held = earlier.decision if earlier else None
        case.is_counted = counted.is_counted
        case.findings = case.findings.under(counted.in_force).plus(counted.reasons)

    def _limit(self, again: list[str], group: Sequence[_Case]) -> None:
        limit = group[0].limit
        with self._failing(again, [case.change for case in group]):
            refused = self.limits.count(limit, [case.transaction for case in group]) if limit else {}
            for case in group:
                case.findings = case.findings.plus(refused.get(case.transaction.id, ()))

    def _decide(self, again: list[str], group: Sequence[_Case]) -> None:
        for case in group:
            with self._failing(again, [case.change]):
                decision = case.held
                if decision is None:
                    wanted = case.findings.decision(self.clock())
                    decision = self.store.decide(case.transaction, wanted)
                    self.decided(case.transaction, decision)
                    # Somebody else's decision is in the counts already.
                    if self.shadow and case.beside and decision is wanted:
                        self.shadow.decided(case.transaction, decision, case.findings.settings, case.beside)
                case.told = notifications_of(case.transaction, decision)

    def _tell(self, told: Sequence[tuple[str, Notification]], again: list[str]) -> None:
        parts = [told[start : start + LARGEST_BATCH] for start in range(0, len(told), LARGEST_BATCH)]
        for part, refused in zip(parts, self.workers.do(self._send, parts), strict=True):
            again.extend(part[place][0] for place in refused)

    def _send(self, part: Sequence[tuple[str, Notification]]) -> set[int]:
        return notifications.send(self.sqs, self.queue_url, [item for _, item in part])


def _is_of_review(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is of a change: of these the stream hands out closed reviews alone."""
    return record.get("eventName") == MODIFIED


def _text(image: object, name: str) -> object:
    """Read an attribute of an image that may be none."""
    value = image.get(name) if isinstance(image, Mapping) else None
    return value.get("S") if isinstance(value, Mapping) else None


def _merchant_of(record: _Record) -> str:
    return record.transaction.merchant_id


def _card_of(case: _Case) -> str:
    return card_key(case.transaction)


def _has_limit(case: _Case) -> bool:
    return case.limit is not None


def _grouped(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> list[list[_Item]]:
    """Put together what has one key, in the order of what comes first of each."""
    groups: dict[Hashable, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
