"""What the reasons against a transaction come to.

A decision is the sum of the weights of what was found, held against the two thresholds of the merchant's settings:

    score < review_from                  approved
    review_from <= score < decline_from  review, for a person to decide
    decline_from <= score                declined
"""

from dataclasses import dataclass

from transactions.rules import BY_CODE, RULES
from transactions.settings import MerchantSettings
from transactions.test_tokens import WEIGHTS as TEST_WEIGHTS
from transactions.transaction import Decision, Transaction, Verdict


@dataclass(frozen=True)
class Findings:
    """What speaks against a transaction, by the settings of its merchant."""

    reasons: tuple[str, ...]
    settings: MerchantSettings

    @property
    def score(self) -> int:
        """The sum of the reasons' weights."""
        return sum(weight_of(reason, self.settings) or 0 for reason in self.reasons)

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


def weight_of(code: str, settings: MerchantSettings) -> int | None:
    """Tell how much a reason weighs; None for a code that neither the settings nor this version of the code know.

    Settings that are older than a reason lack its weight: then it weighs what it does by default, and one that must
    never be approved as much as it takes for that.
    """
    if code in settings.weights:
        return settings.weights[code]
    if code in TEST_WEIGHTS:
        return TEST_WEIGHTS[code](settings)
    reason = BY_CODE.get(code)
    if reason is None:
        return None
    return max(reason.weight, settings.review_from) if reason.is_strict else reason.weight
