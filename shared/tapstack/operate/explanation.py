"""Why a transaction was decided as it was, and whether the same would come out again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tapstack.operate.comparisons import COMPARISONS, Case
from transactions.rules import RULES, Findings, judge
from transactions.transaction import Decision, current_view


@dataclass(frozen=True)
class Rule:
    """What one rule came to."""

    code: str
    found: bool
    weight: int | None
    """None for a code that the settings do not know."""
    compared: str


@dataclass(frozen=True)
class Explanation:
    """A decision, taken apart.

    Attributes:
        case: the transaction and all that it was held against.
        decision: as it is stored.
        rules: every rule, the stored reasons no rule is known for included.
        differences: what comes out otherwise when the pure rules are applied again, and score and verdict are computed
            from the stored reasons; empty when all is as stored.
    """

    case: Case
    decision: Decision
    rules: Sequence[Rule]
    differences: Sequence[str]

    def document(self) -> dict[str, Any]:
        """Put everything into one JSON object."""
        transaction, settings, traces = self.case.transaction, self.case.settings, self.case.traces
        return {
            "transaction": {"merchant_id": transaction.merchant_id, **current_view(transaction)},
            "decision": msgspec.to_builtins(self.decision),
            "thresholds": {"review_from": settings.review_from, "decline_from": settings.decline_from},
            "rules": [msgspec.to_builtins(rule) for rule in self.rules],
            "replay": {"same": not self.differences, "differences": list(self.differences)},
            "near": msgspec.to_builtins(traces),
        }


def explain(case: Case, decision: Decision) -> Explanation:
    """Take a decision apart."""
    weights = case.settings.weights
    codes = [*COMPARISONS, *(code for code in decision.reasons if code not in COMPARISONS)]
    return Explanation(
        case,
        decision,
        [
            Rule(
                code,
                code in decision.reasons,
                weights.get(code),
                COMPARISONS[code](case) if code in COMPARISONS else "",
            )
            for code in codes
        ],
        _differences(case, decision, weights),
    )


def _differences(case: Case, decision: Decision, weights: Mapping[str, int]) -> list[str]:
    # What the velocities found depended on what else happened; it is taken as it is stored.
    stored = [code for code in decision.reasons if code in RULES]
    replayed = list(judge(case.transaction, case.settings).reasons)
    differences = []
    if replayed != stored:
        differences.append(f"the rules find {_listed(replayed)}, stored is {_listed(stored)}")
    if unknown := [code for code in decision.reasons if code not in weights]:
        differences.append(f"settings version {case.settings.version} has no weight for {_listed(unknown)}")
        return differences
    again = Findings(tuple(decision.reasons), case.settings).decision(decision.decided_at)
    if again.score != decision.score:
        differences.append(f"the stored reasons come to score {again.score}, stored is {decision.score}")
    if again.verdict != decision.verdict:
        differences.append(f"the stored reasons come to {again.verdict}, stored is {decision.verdict}")
    return differences


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes) or "nothing"
