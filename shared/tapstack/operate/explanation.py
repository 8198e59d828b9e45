"""Why a transaction was decided as it was, and whether the same would come out again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tapstack.operate.cards import entry_document, entry_words
from tapstack.operate.traces import Traces
from transactions.card_lists.entry import ALLOW, BLOCK
from transactions.card_lists.precedence import CARD_ALLOWED, CARD_BLOCKED
from transactions.findings import Findings, judge, weight_of
from transactions.rules import BY_CODE, RULES, Comparison
from transactions.settings import MerchantSettings
from transactions.test_tokens import WEIGHTS as TEST_WEIGHTS
from transactions.transaction import Decision, Transaction, current_view

_ENTRIES: Final = {CARD_BLOCKED: BLOCK, CARD_ALLOWED: ALLOW}
"""Reason code to the effect of the entry that it comes of."""


@dataclass(frozen=True)
class Case:
    """A transaction, the settings it was decided by, and what the velocity table still has of its time."""

    transaction: Transaction
    settings: MerchantSettings
    traces: Traces

    @property
    def comparison(self) -> Comparison:
        """The case as the rules' words are made from it."""
        return Comparison(
            self.transaction, self.settings, near_card=self.traces.card.words, near_merchant=self.traces.merchant.words
        )


@dataclass(frozen=True)
class Rule:
    """What one rule came to."""

    code: str
    found: bool
    weight: int | None
    """None for a code that neither the settings nor this version of the code know."""
    compared: str
    newer: bool = False
    """Whether it speaks against the transaction, and is newer than the settings: it may not have been there yet."""
    lifted: bool = False
    """Whether it spoke against the transaction, and an entry of the card kept it from counting."""


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
            "near": {"card": msgspec.to_builtins(traces.card), "merchant": msgspec.to_builtins(traces.merchant)},
            "entries": [entry_document(entry) for entry in traces.entries],
        }


def explain(case: Case, decision: Decision) -> Explanation:
    """Take a decision apart."""
    told = [*decision.reasons, *decision.lifted]
    codes = [*(code for code in told if code not in BY_CODE), *BY_CODE]
    newer = [code for code in _judged(case, decision) if _is_newer(code, case, decision)]
    return Explanation(
        case,
        decision,
        [
            Rule(
                code,
                code in decision.reasons,
                weight_of(code, case.settings),
                _compared(code, case),
                code in newer,
                code in decision.lifted,
            )
            for code in codes
        ],
        _differences(case, decision),
    )


def _compared(code: str, case: Case) -> str:
    if code in BY_CODE:
        return BY_CODE[code].compared(case.comparison)
    if code in _ENTRIES:
        entry = next((each for each in case.traces.entries if each.effect == _ENTRIES[code]), None)
        return entry_words(entry) if entry else "by an entry that is not kept any more"
    return "forced by the card, a test token" if code in TEST_WEIGHTS else ""


def _is_newer(code: str, case: Case, decision: Decision) -> bool:
    """Tell whether a rule is newer than the settings, and so perhaps than the decision, which does not name it.

    All weights are written out when settings are checked.
    """
    told = (*decision.reasons, *decision.lifted)
    return code not in told and code not in case.settings.weights


def _differences(case: Case, decision: Decision) -> list[str]:
    # What the velocities found depended on what else happened; it is taken as it is stored.
    stored = [code for code in decision.reasons if code in RULES]
    lifted = [code for code in decision.lifted if code in RULES]
    replayed = [code for code in _judged(case, decision) if not _is_newer(code, case, decision)]
    differences = []
    if replayed != [code for code in RULES if code in (*stored, *lifted)]:
        of_entries = f", and lifted {_listed(lifted)}" if lifted else ""
        differences.append(f"the rules find {_listed(replayed)}, stored is {_listed(stored)}{of_entries}")
    if unknown := [code for code in decision.reasons if weight_of(code, case.settings) is None]:
        differences.append(f"settings version {case.settings.version} has no weight for {_listed(unknown)}")
        return differences
    again = Findings(tuple(decision.reasons), case.settings).decision(decision.decided_at)
    if again.score != decision.score:
        differences.append(f"the stored reasons come to score {again.score}, stored is {decision.score}")
    if again.verdict != decision.verdict:
        differences.append(f"the stored reasons come to {again.verdict}, stored is {decision.verdict}")
    return differences


def _judged(case: Case, decision: Decision) -> tuple[str, ...]:
    """Apply the pure rules again; to what a test token forced they were not applied."""
    is_forced = any(code in TEST_WEIGHTS for code in decision.reasons)
    return () if is_forced else judge(case.transaction, case.settings).reasons


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes) or "nothing"
