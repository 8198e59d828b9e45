"""A merchant's draft beside the settings in force: what it would decide is counted, and nothing follows from it.

It reads nothing and writes nothing for a transaction: the draft comes with the settings, and what it says of a card it
says of the history and the entries that were read for the settings in force. So of a transaction whose history was not
read, as it was declined whatever its card's entries, it can say something only where the draft declines it so, too. And
a draft's own limit of the merchant counts nothing; where it is the one in force, what that one found holds for both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from transactions.clock import Clock
from transactions.findings import Findings, judge
from transactions.held_settings import Draft
from transactions.merchants import Merchants
from transactions.rules import is_card_limit, is_merchant_limit
from transactions.settings import MerchantSettings
from transactions.shadow_counts import ShadowCounts, add_shadow_counts
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardCount, CardVelocityCounter
from transactions.velocity.history import History

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass
class Beside:
    """What a draft says of one transaction."""

    draft: Draft
    findings: Findings
    is_forced: bool
    card: CardCount | None = None
    """What counting it on the card would come to by the draft; None where that was not looked at."""

    def verdict(self, decision: Decision, settings: MerchantSettings) -> Findings | None:
        """Say what the draft comes to; None where that cannot be told.

        Args:
            decision: what was decided.
            settings: by which.
        """
        if self.is_forced or self.findings.is_declined_anyway:
            return self.findings
        if self.card is None:
            return None
        found = self.findings.under(self.card.in_force)
        refused_by_card = any(map(is_card_limit, self.card.reasons))
        if not found.is_declined:
            found = found.plus(self.card.reasons)
        limit = self.draft.settings.merchant_velocity
        # What is declined, or refused by the card, the merchant's limit does not count.
        if found.is_declined or refused_by_card or limit is None or limit != settings.merchant_velocity:
            return found
        return self._limited(found, decision, settings)

    def _limited(self, found: Findings, decision: Decision, settings: MerchantSettings) -> Findings | None:
        """Add what the merchant's limit found, which is in force for both; None where it was not asked."""
        before = tuple(code for code in decision.reasons if not is_merchant_limit(code))
        if any(map(is_card_limit, before)) or Findings(before, settings).is_declined:
            return None
        return found.plus(tuple(code for code in decision.reasons if is_merchant_limit(code)))


_Judged = tuple[Transaction, Decision, MerchantSettings, Beside]


@dataclass
class Shadow:
    """The drafts of a batch's merchants.

    Attributes:
        merchants: has the drafts beside the settings.
        dynamodb: DynamoDB.
        table: the velocity table's name.
        clock: tells now.
        failed: hears of what went wrong; the batch does not.
    """

    merchants: Merchants
    dynamodb: "DynamoDBClient"
    table: str
    clock: Clock
    failed: Callable[[Exception], None]
    _judged: list[_Judged] = field(default_factory=list)

    def draft_of(self, merchant_id: str) -> Draft | None:
        """Give a merchant's draft; None where there is none."""
        try:
            held = self.merchants.held(merchant_id)
        except Exception as error:  # noqa: BLE001 - a draft must not keep anything from being decided
            self.failed(error)
            return None
        return held.draft if held else None

    def beside(self, draft: Draft, transaction: Transaction, findings: Findings, *, is_forced: bool) -> Beside | None:
        """Begin to judge a transaction by its merchant's draft; None where that cannot be done."""
        try:
            settings = draft.settings
            found = Findings(findings.reasons, settings) if is_forced else judge(transaction, settings)
            return Beside(draft, found, is_forced)
        except Exception as error:  # noqa: BLE001 - likewise
            self.failed(error)
            return None

    def see_card(
        self, cards: CardVelocityCounter, transaction: Transaction, read: Mapping[str, History], beside: Beside
    ) -> None:
        """Look at the history that a transaction is about to be counted on."""
        try:
            beside.card = cards.tried(transaction, beside.draft.settings, read)
        except Exception as error:  # noqa: BLE001 - likewise
            self.failed(error)

    def decided(self, transaction: Transaction, decision: Decision, settings: MerchantSettings, beside: Beside) -> None:
        """Note a decision that was written just now."""
        self._judged.append((transaction, decision, settings, beside))

    def write(self) -> None:
        """Add what the batch came to to each draft's counts."""
        judged, self._judged = self._judged, []
        try:
            for (merchant_id, draft), counts in _counted(judged).items():
                add_shadow_counts(self.dynamodb, self.table, merchant_id, draft, counts, self.clock())
        except Exception as error:  # noqa: BLE001 - what is decided is decided; the counts are a little short
            self.failed(error)


def _counted(judged: Sequence[_Judged]) -> Mapping[tuple[str, int], ShadowCounts]:
    """Add up what is of one draft, each under its merchant's id and its number."""
    counts: dict[tuple[str, int], ShadowCounts] = {}
    for transaction, decision, settings, beside in judged:
        count = counts.setdefault((transaction.merchant_id, beside.draft.number), ShadowCounts())
        found = beside.verdict(decision, settings)
        if found is None:
            count.unknown += 1
        else:
            count.add(transaction.id, decision.verdict, found.verdict, found.counting)
    return counts
