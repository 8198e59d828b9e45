"""The rules: each looks at one thing and names what it found by a reason code; the weights are data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from transactions.clock import iso
from transactions.merchants import MerchantSettings
from transactions.transaction import Decision, Transaction, Verdict

DECLINE_FROM: Final = 100
REVIEW_FROM: Final = 50

Rule = Callable[[Transaction, MerchantSettings], bool]
"""Tells whether it speaks against the transaction."""


def amount_over_limit(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The amount is over the merchant's limit."""
    return transaction.submission.amount > settings.amount_limit


def currency_not_allowed(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The merchant does not take the currency."""
    return transaction.submission.currency not in settings.currencies


def country_not_allowed(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The merchant does not take cards from the country."""
    return bool(settings.card_countries) and transaction.submission.card.country not in settings.card_countries


def bin_blocked(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The card's BIN begins as a blocked one does."""
    return transaction.submission.card.bin.startswith(tuple(settings.blocked_bins))


def card_expired(transaction: Transaction, settings: MerchantSettings) -> bool:  # noqa: ARG001 - all rules look alike
    """The card's last month was over when the transaction came."""
    return transaction.submission.card.expires < iso(transaction.created_at)[: len("YYYY-MM")]


def foreign_card_high_amount(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The card is from another country than the merchant, and the amount above the threshold."""
    submission = transaction.submission
    return submission.card.country != settings.country and submission.amount > settings.foreign_card_review_above


RULES: Final[Mapping[str, tuple[Rule, int]]] = {
    rule.__name__: (rule, weight)
    for rule, weight in (
        (amount_over_limit, DECLINE_FROM),
        (currency_not_allowed, DECLINE_FROM),
        (country_not_allowed, DECLINE_FROM),
        (bin_blocked, DECLINE_FROM),
        (card_expired, DECLINE_FROM),
        (foreign_card_high_amount, REVIEW_FROM),
    )
}
"""Reason code to rule and weight."""

VELOCITY_WEIGHTS: Final[Mapping[str, int]] = {
    "velocity_count": DECLINE_FROM,
    "velocity_amount": DECLINE_FROM,
    "duplicate": REVIEW_FROM,
}
"""Reason code to weight, for what only the card's history tells."""


@dataclass(frozen=True)
class Findings:
    """The rules that spoke against a transaction."""

    reasons: tuple[str, ...]

    @property
    def score(self) -> int:
        """The sum of their weights."""
        return sum(RULES[reason][1] if reason in RULES else VELOCITY_WEIGHTS[reason] for reason in self.reasons)

    @property
    def verdict(self) -> Verdict:
        """What the score comes to."""
        if self.score >= DECLINE_FROM:
            return "declined"
        return "review" if self.score >= REVIEW_FROM else "approved"

    def plus(self, reasons: tuple[str, ...]) -> "Findings":
        """Add what the card's history told."""
        return Findings(self.reasons + reasons)


def judge(transaction: Transaction, settings: MerchantSettings) -> Findings:
    """Apply every rule that looks at the transaction alone."""
    return Findings(tuple(code for code, (rule, _) in RULES.items() if rule(transaction, settings)))


def decision(findings: Findings, settings_version: int, decided_at: int) -> Decision:
    """Put findings into the form that is kept."""
    return Decision(findings.verdict, list(findings.reasons), findings.score, settings_version, decided_at)
