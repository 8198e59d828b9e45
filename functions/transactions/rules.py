"""The rules: each looks at one thing and tells whether it speaks against the transaction; the weights are data.

A decision is the sum of the weights of what was found, held against the two thresholds of the merchant's settings:

    score < review_from                  approved
    review_from <= score < decline_from  review, for a person to decide
    decline_from <= score                declined
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from transactions.clock import iso
from transactions.settings import MerchantSettings
from transactions.transaction import Decision, Transaction, Verdict

Rule = Callable[[Transaction, MerchantSettings], bool]
"""Tells whether it speaks against the transaction."""


def amount_over_limit(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The amount is over the merchant's limit in its currency."""
    limits = settings.currencies.get(transaction.submission.currency)
    return limits is not None and transaction.submission.amount > limits.amount_limit


def currency_not_allowed(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The merchant does not take the currency."""
    return transaction.submission.currency not in settings.currencies


def country_not_allowed(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The merchant does not take cards from the country."""
    return bool(settings.card_countries) and transaction.submission.card.country not in settings.card_countries


def bin_blocked(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The card's BIN begins as a blocked one does, or as one in a blocked range."""
    card_bin = transaction.submission.card.bin
    for blocked in settings.blocked_bins:
        low, _, high = blocked.partition("-")
        # A BIN shorter than the range's ends may be of a card inside it, and so may one that is longer.
        common = min(len(card_bin), len(low))
        if low[:common] <= card_bin[:common] <= (high or low)[:common]:
            return True
    return False


def card_expired(transaction: Transaction, settings: MerchantSettings) -> bool:  # noqa: ARG001 - all rules look alike
    """The card's last month was over when the transaction came."""
    return transaction.submission.card.expires < iso(transaction.created_at)[: len("YYYY-MM")]


def foreign_card_high_amount(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The card is from another country than the merchant, and the amount above the threshold."""
    submission = transaction.submission
    limits = settings.currencies.get(submission.currency)
    return (
        limits is not None
        and submission.card.country != settings.country
        and submission.amount > limits.foreign_card_review_above
    )


def night_ceiling(transaction: Transaction, settings: MerchantSettings) -> bool:
    """It is night at the merchant's, and the amount above what is usual then."""
    limits = settings.currencies.get(transaction.submission.currency)
    night = settings.night
    if night is None or limits is None or limits.night_ceiling is None:
        return False
    moment = datetime.fromtimestamp(transaction.created_at / 1000, UTC)
    hour = moment.astimezone(ZoneInfo(night.timezone)).hour
    if night.from_hour <= night.to_hour:
        is_night = night.from_hour <= hour < night.to_hour
    else:
        is_night = hour >= night.from_hour or hour < night.to_hour
    return is_night and transaction.submission.amount > limits.night_ceiling


RULES: Final[Mapping[str, Rule]] = {
    rule.__name__: rule
    for rule in (
        amount_over_limit,
        currency_not_allowed,
        country_not_allowed,
        bin_blocked,
        card_expired,
        foreign_card_high_amount,
        night_ceiling,
    )
}
"""Reason code to rule, for what the transaction alone tells; what others tell of it is counted by the velocities."""


@dataclass(frozen=True)
class Findings:
    """What speaks against a transaction, by the settings of its merchant."""

    reasons: tuple[str, ...]
    settings: MerchantSettings

    @property
    def score(self) -> int:
        """The sum of the reasons' weights."""
        return sum(self.settings.weights[reason] for reason in self.reasons)

    @property
    def verdict(self) -> Verdict:
        """What the score comes to."""
        if self.is_declined:
            return "declined"
        return "review" if self.score >= self.settings.review_from else "approved"

    @property
    def is_declined(self) -> bool:
        """Whether nothing found later could change the verdict."""
        return self.score >= self.settings.decline_from

    def plus(self, reasons: tuple[str, ...]) -> "Findings":
        """Add what was found later."""
        return Findings(self.reasons + reasons, self.settings)

    def decision(self, decided_at: int) -> Decision:
        """Put the findings into the form that is kept."""
        return Decision(self.verdict, list(self.reasons), self.score, self.settings.version, decided_at)


def judge(transaction: Transaction, settings: MerchantSettings) -> Findings:
    """Apply every rule that looks at the transaction alone."""
    return Findings(tuple(code for code, rule in RULES.items() if rule(transaction, settings)), settings)
