"""Records of the transactions stream to decisions and notifications.

A record counts as done when its decision is written and its notification is in the queue; until then the stream hands
it out again, and every step is one that can be taken twice:

    count    the card's history knows the transaction already
    decide   only a pending transaction changes
    notify   the same webhook id
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transactions import notifications
from transactions.clock import Clock
from transactions.merchants import Merchants, MerchantSettings
from transactions.notifications import Notification, notification
from transactions.rules import DECLINE_FROM, Findings, decision, judge
from transactions.store import TransactionStore, parse_item
from transactions.transaction import Decision, Transaction
from transactions.velocity import Velocity

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class MerchantNotSetUpError(Exception):
    """A transaction's merchant has no settings to decide by; the record is tried again, then kept for a person."""


@dataclass(frozen=True)
class Detector:
    """Decides transactions."""

    merchants: Merchants
    store: TransactionStore
    velocity: Velocity
    sqs: "SQSClient"
    queue_url: str
    clock: Clock
    decided: Callable[[Transaction, Decision], None]
    """Hears of each decision."""
    failed: Callable[[str, Exception], None]
    """Hears of each record that has to come again, by sequence number."""

    def process(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Decide a batch of records.

        Returns:
            The records that have to come again, by sequence number, in the form Lambda asks for.
        """
        again: list[str] = []
        done: list[tuple[str, Notification]] = []
        for record in event["Records"]:
            number = record["dynamodb"]["SequenceNumber"]
            try:
                done.append((number, self._decide(parse_item(record["dynamodb"]["NewImage"]))))
            except Exception as error:  # noqa: BLE001 - one record must not hold up the others
                self.failed(number, error)
                again.append(number)
        refused = notifications.send(self.sqs, self.queue_url, [item for _, item in done])
        again.extend(done[place][0] for place in sorted(refused))
        return {"batchItemFailures": [{"itemIdentifier": number} for number in again]}

    def _decide(self, transaction: Transaction) -> Notification:
        settings = self.merchants.settings(transaction.merchant_id)
        if settings is None:
            raise MerchantNotSetUpError(f"merchant {transaction.merchant_id!r} has no settings")
        findings = self._findings(transaction, settings)
        held = self.store.decide(transaction.id, decision(findings, settings.version, self.clock()))
        self.decided(transaction, held)
        return notification(transaction, held)

    def _findings(self, transaction: Transaction, settings: MerchantSettings) -> Findings:
        findings = judge(transaction, settings)
        if findings.score >= DECLINE_FROM:
            # What is declined anyway is not to use up the card's allowance.
            return findings
        return findings.plus(self.velocity.count(transaction, settings))
