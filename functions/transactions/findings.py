"""What the reasons against a transaction come to.

A decision is the sum of the weights of what was found, held against the two thresholds of the merchant's settings:

    score < review_from                  approved
    review_from <= score < decline_from  review, for a person to decide
    decline_from <= score                declined

Of what was found, the entries of the card say what counts (`transactions.card_lists.precedence`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from transactions.card_lists.entry import NOTHING, InForce
from transactions.card_lists.precedence import WEIGHTS as LIST_WEIGHTS
from transactions.card_lists.precedence import counting
from transactions.rules import BY_CODE, RULES, UNLIFTED
from transactions.settings import MerchantSettings
from transactions.test_tokens import WEIGHTS as TEST_WEIGHTS
from transactions.transaction import Decision, Transaction, Verdict


@dataclass(frozen=True)
class Findings:
    """What speaks against a transaction, by the settings of its merchant."""

    reasons: tuple[str, ...]
    """All that was found."""
    settings: MerchantSettings
    in_force: InForce = NOTHING
    """What the entries of its card come to."""

    @property
    def counting(self) -> tuple[str, ...]:
        """Those of the reasons that count, and what the card's entries add."""
        return counting(self.reasons, self.in_force)

    @property
    def score(self) -> int:
        """The sum of the weights of the reasons that count."""
        return self._sum(self.counting)

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

    @property
    def is_declined_anyway(self) -> bool:
        """Whether it is declined whatever entries its card has."""
        return self._sum(code for code in self.reasons if code in UNLIFTED) >= self.settings.decline_from

    def under(self, in_force: InForce) -> "Findings":
        """Give the same under what entries of the card come to."""
        return replace(self, in_force=in_force)

    def plus(self, reasons: tuple[str, ...]) -> "Findings":
        """Add what was found later."""
        return replace(self, reasons=self.reasons + reasons)

    def decision(self, decided_at: int) -> Decision:
        """Put the findings into the form that is kept."""
        told = self.counting
        lifted = [code for code in self.reasons if code not in told]
        return Decision(self.verdict, list(told), self.score, self.settings.version, decided_at, lifted)

    def _sum(self, codes: Iterable[str]) -> int:
        return sum(weight_of(code, self.settings) or 0 for code in codes)


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
    for of_thresholds in (TEST_WEIGHTS, LIST_WEIGHTS):
        if code in of_thresholds:
            return of_thresholds[code](settings)
    reason = BY_CODE.get(code)
    if reason is None:
        return None
    return max(reason.weight, settings.review_from) if reason.is_strict else reason.weight
