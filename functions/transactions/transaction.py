"""A transaction, what was decided about it, and how merchants see it.

pending ──decide──▶ approved | declined | review        the decision never changes
review ──resolve──▶ approved | declined                 once, by a person: the resolution stands beside the decision
"""

from typing import Any, Final, Literal

import msgspec

from transactions.clock import iso
from transactions.outcome import Outcome
from transactions.reviews.resolution import Resolution
from transactions.submission import Submission

Verdict = Literal["approved", "declined", "review"]
PENDING: Final = "pending"


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was decided, and all it takes to explain it."""

    verdict: Verdict
    reasons: list[str]
    """Codes of the rules that spoke against the transaction."""
    score: int
    settings_version: int
    """Of the merchant's settings it was decided by."""
    decided_at: int
    lifted: list[str] = []
    """Codes of the rules that would have spoken against it, had an entry of the card not kept them from it."""


class Transaction(msgspec.Struct, frozen=True):
    """A transaction as it is kept."""

    id: str
    merchant_id: str
    request_hash: str
    created_at: int
    submission: Submission
    decision: Decision | None = None
    resolution: Resolution | None = None
    """How a person closed its review; None where none did."""
    outcome: Outcome | None = None
    """What it turned out to be, where somebody has said so."""

    @property
    def is_in_review(self) -> bool:
        """Whether a person has to decide it."""
        return self.decision is not None and self.decision.verdict == "review" and self.resolution is None

    @property
    def listing(self) -> str:
        """The place in the merchant's list, by time."""
        return f"{iso(self.created_at)}#{self.id}"


def accepted_view(transaction: Transaction) -> dict[str, Any]:
    """What the merchant is told on acceptance, and again on every replay, whatever was decided since."""
    return {
        "id": transaction.id,
        "status": PENDING,
        "created_at": iso(transaction.created_at),
        **msgspec.to_builtins(transaction.submission),
    }


def current_view(transaction: Transaction) -> dict[str, Any]:
    """What the merchant is told on asking."""
    decision = transaction.decision
    if decision is None:
        return accepted_view(transaction)
    resolution = transaction.resolution
    return accepted_view(transaction) | {
        "status": resolution.verdict if resolution else decision.verdict,
        "reasons": decision.reasons,
        "decided_at": iso(decision.decided_at),
        **({"review": resolution.view()} if resolution else {}),
    }
