"""How often what is held back is fraud, and how much of the fraud is held back, of what somebody has told the outcome.

    precision = fraud that is held back / all with an outcome that are held back
    recall    = fraud that is held back / all fraud

Held back is what is declined or for review. A dispute is no outcome yet: it is counted beside, and in neither.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from transactions.outcome import VALUES, Outcome
from transactions.transaction import Verdict

When = Literal["before", "now"]


@dataclass
class Precision:
    """The counts.

    Attributes:
        outcomes: outcome to how many have it.
        held_back: whether by the decision before or now, and outcome, to how many were held back.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    held_back: Counter[tuple[When, str]] = field(default_factory=Counter)

    def add(self, outcome: Outcome, before: Verdict, now: Verdict) -> None:
        """Add a transaction that has an outcome; one that is not known here says nothing."""
        if outcome.value not in VALUES:
            return
        self.outcomes[outcome.value] += 1
        self.held_back["before", outcome.value] += before != "approved"
        self.held_back["now", outcome.value] += now != "approved"

    def precision(self, when: When) -> float | None:
        """The share of fraud in what is held back; None where nothing is."""
        fraud = self.held_back[when, "fraud"]
        return _share(fraud, fraud + self.held_back[when, "genuine"])

    def recall(self, when: When) -> float | None:
        """The share of fraud that is held back; None where there is no fraud."""
        return _share(self.held_back[when, "fraud"], self.outcomes["fraud"])

    def document(self) -> dict[str, Any]:
        """Put it into a JSON object."""
        return {
            "outcomes": dict(sorted(self.outcomes.items())),
            **{when: {"precision": self.precision(when), "recall": self.recall(when)} for when in ("before", "now")},
        }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
