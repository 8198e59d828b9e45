"""Records of the transactions stream to decisions and notifications.

A record counts as done when its decision is written and its notification is in the queue; until then the stream hands
it out again, and every step is one that can be taken twice:

    judge    reads nothing but the record and the merchant's settings, one version of them for a whole batch
    count    the card's history knows the transaction already; then, and only then, it may be decided already;
             the histories of all the batch's cards are read in one call
    limit    one write per merchant and batch; counted twice, a merchant's limit holds a little early
    decide   only a pending transaction changes
    notify   the same webhook ids
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transactions.agreed.tables import KEY
from transactions.attributes import Item
from transactions.clock import Clock
from transactions.failures import described, ids
from transactions.findings import Findings, judge
from transactions.merchants import Merchants
from transactions.settings import MerchantSettings, MerchantVelocity
from transactions.store import TransactionStore, parse_item
from transactions.test_tokens import forced_reasons
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.merchant import MerchantVelocityCounter
from transactions.webhooks import notifications
from transactions.webhooks.notifications import Notification, notifications_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class MerchantNotSetUpError(Exception):
    """A transaction's merchant has no settings to decide by; the record is tried again, then kept for a person."""


@dataclass(frozen=True)
class FailedRecord:
    """A record that has to come again."""

    change: Mapping[str, Any]
    """As the stream has it: `SequenceNumber`, and `NewImage`, which may be anything."""
    error: Exception

    def described(self) -> dict[str, Any]:
        """Say what a log may: sequence number, ids, the error's kind and place."""
        image = self.change.get("NewImage")
        return {
            "sequence_number": self.change["SequenceNumber"],
            **ids(_text(image, KEY), _text(image, "merchant_id")),
            **described(self.error),
        }


@dataclass
class _Case:
    """A record of the batch on its way to its decision."""

    change: Mapping[str, Any]
    transaction: Transaction
    findings: Findings
    is_forced: bool = False
    """Whether a test token forces its outcome."""
    is_counted: bool = False
    """Whether the card's history has it: what it refused is not the merchant's to count either."""
    held: Decision | None = None
    """The decision, where there is one already."""

    @property
    def number(self) -> str:
        """The record's sequence number."""
        number: str = self.change["SequenceNumber"]
        return number

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
    sqs: "SQSClient"
    queue_url: str
    clock: Clock
    test_tokens: bool
    """Whether test tokens force outcomes."""
    decided: Callable[[Transaction, Decision], None]
    """Hears of each decision."""
    failed: Callable[[FailedRecord], None]
    """Hears of each record that has to come again."""

    def process(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Decide a batch of records; one that fails does not hold up the others, a read for all does.

        Returns:
            The records that have to come again, by sequence number, in the form Lambda asks for.
        """
        again: list[str] = []
        cases: list[_Case] = []
        # A merchant's limit is one for all that the batch brings of it, so what decides beside it is of that version.
        in_force: dict[str, MerchantSettings] = {}
        for record in event["Records"]:
            with self._failing(again, [record["dynamodb"]]):
                cases.append(self._judge(record["dynamodb"], in_force))
        self._count(cases, again)
        for limit, group in _limited(cases):
            with self._failing(again, [case.change for case in group]):
                self._limit(limit, group)
        told: list[tuple[str, Notification]] = []
        for case in cases:
            if case.number not in again:
                with self._failing(again, [case.change]):
                    told.extend((case.number, item) for item in self._decide(case))
        refused = notifications.send(self.sqs, self.queue_url, [item for _, item in told])
        again.extend(dict.fromkeys(told[place][0] for place in sorted(refused)))
        return {"batchItemFailures": [{"itemIdentifier": number} for number in again]}

    @contextmanager
    def _failing(self, again: list[str], changes: Sequence[Mapping[str, Any]]) -> Iterator[None]:
        """Have records come again if what is done for them fails, whatever it was."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the record is tried again, and in the end kept for a person
            for change in changes:
                self.failed(FailedRecord(change, error))
                again.append(change["SequenceNumber"])

    def _judge(self, change: Mapping[str, Any], in_force: dict[str, MerchantSettings]) -> _Case:
        transaction = parse_item(change["NewImage"])
        settings = in_force.get(transaction.merchant_id) or self.merchants.settings(transaction.merchant_id)
        if settings is None:
            raise MerchantNotSetUpError(f"merchant {transaction.merchant_id!r} has no settings")
        in_force[transaction.merchant_id] = settings
        if self.test_tokens and (forced := forced_reasons(transaction)):
            return _Case(change, transaction, Findings(forced, settings), is_forced=True)
        return _Case(change, transaction, judge(transaction, settings))

    def _count(self, cases: Sequence[_Case], again: list[str]) -> None:
        # What is declined anyway is not to use up the card's allowance, and what is forced is nobody's use.
        counted = [case for case in cases if not (case.is_forced or case.findings.is_declined)]
        with self._failing(again, [case.change for case in counted]):
            read = self.cards.read(case.transaction for case in counted)
            for case in counted:
                with self._failing(again, [case.change]):
                    self._count_one(case, read)

    def _count_one(self, case: _Case, read: dict[str, Item | None]) -> None:
        counted = self.cards.count(case.transaction, case.findings.settings, read)
        if counted.known:
            earlier = self.store.get(case.transaction.id)
            case.held = earlier.decision if earlier else None
        case.is_counted = counted.is_counted
        case.findings = case.findings.plus(counted.reasons)

    def _limit(self, limit: MerchantVelocity, group: Sequence[_Case]) -> None:
        refused = self.limits.count(limit, [case.transaction for case in group])
        for case in group:
            case.findings = case.findings.plus(refused.get(case.transaction.id, ()))

    def _decide(self, case: _Case) -> list[Notification]:
        decision = case.held
        if decision is None:
            decision = self.store.decide(case.transaction.id, case.findings.decision(self.clock()))
            self.decided(case.transaction, decision)
        return notifications_of(case.transaction, decision)


def _text(image: object, name: str) -> object:
    """Read an attribute of an image that may be none."""
    value = image.get(name) if isinstance(image, Mapping) else None
    return value.get("S") if isinstance(value, Mapping) else None


def _limited(cases: Sequence[_Case]) -> Iterable[tuple[MerchantVelocity, Sequence[_Case]]]:
    """Group the cases in which a merchant's limit has a say, by merchant."""
    groups: dict[str, tuple[MerchantVelocity, list[_Case]]] = {}
    for case in cases:
        if case.limit:
            groups.setdefault(case.transaction.merchant_id, (case.limit, []))[1].append(case)
    return groups.values()
