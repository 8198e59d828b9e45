"""What was decided beside what would have been: how many, how much, by which rules, and how often rightly."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tapstack.operate.backtest.precision import Precision
from tapstack.operate.backtest.replay import Replayed
from transactions.clock import iso
from transactions.findings import weight_of
from transactions.rules import BY_CODE, is_card_limit, is_merchant_limit
from transactions.transaction import Verdict

VERDICTS: Final[Sequence[Verdict]] = ("approved", "review", "declined")
MOST_DIFFERENCES: Final = 20


@dataclass
class Sum:
    """How many transactions, and how much in each currency, in minor units."""

    count: int = 0
    amounts: Counter[str] = field(default_factory=Counter)

    def add(self, replayed: Replayed) -> None:
        """Add a transaction."""
        submission = replayed.decided.transaction.submission
        self.count += 1
        self.amounts[submission.currency] += submission.amount

    def document(self) -> dict[str, Any]:
        """Put it into a JSON object."""
        return {"count": self.count, "amounts": dict(sorted(self.amounts.items()))}


@dataclass
class Rule:
    """What one rule finds.

    Attributes:
        before: what it found when it was decided.
        now: what it finds.
        alone: of these, what would have a milder verdict without it.
    """

    before: Sum = field(default_factory=Sum)
    now: Sum = field(default_factory=Sum)
    alone: Sum = field(default_factory=Sum)


@dataclass
class Scored:
    """How many had a score when they were decided, and how many have it now."""

    before: int = 0
    now: int = 0


@dataclass(frozen=True)
class Difference:
    """A transaction whose verdict would be another one."""

    transaction_id: str
    created_at: str
    amount: int
    currency: str
    before: str
    now: str
    reasons_before: tuple[str, ...]
    reasons_now: tuple[str, ...]
    is_order_known: bool
    """Whether it is independent of the order of decisions that were near each other."""


@dataclass
class Comparison:
    """The sums of a backtest.

    Attributes:
        total: all that was decided again.
        verdicts: verdict before and now to what went from the one to the other.
        rules: reason code to what its rule finds.
        scores: score to how many had it and how many have it now.
        order_unknown: how many of the other verdicts may come of the order of decisions that were near each other.
        precision: how often what was held back, before and now, was fraud.
    """

    total: Sum = field(default_factory=Sum)
    verdicts: dict[tuple[Verdict, Verdict], Sum] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=lambda: {code: Rule() for code in BY_CODE})
    scores: dict[int, Scored] = field(default_factory=dict)
    order_unknown: int = 0
    precision: Precision = field(default_factory=Precision)
    _largest: list[tuple[int, str, Difference]] = field(default_factory=list)

    def add(self, replayed: Replayed) -> None:
        """Add a transaction."""
        before, now = replayed.decided.decision, replayed.again
        self.total.add(replayed)
        self.verdicts.setdefault((before.verdict, now.verdict), Sum()).add(replayed)
        self.scores.setdefault(before.score, Scored()).before += 1
        self.scores.setdefault(now.score, Scored()).now += 1
        for code in before.reasons:
            self.rules.setdefault(code, Rule()).before.add(replayed)
        for code in now.reasons:
            rule = self.rules.setdefault(code, Rule())
            rule.now.add(replayed)
            if _decides(code, replayed):
                rule.alone.add(replayed)
        if outcome := replayed.decided.transaction.outcome:
            self.precision.add(outcome, before.verdict, now.verdict)
        if before.verdict != now.verdict:
            self._add_difference(replayed)

    @property
    def differences(self) -> list[Difference]:
        """The largest transactions with other verdicts, by their amounts; minor units of all currencies count alike."""
        return [difference for *_, difference in sorted(self._largest, reverse=True)]

    @property
    def changed(self) -> int:
        """How many have another verdict."""
        return sum(found.count for (before, now), found in self.verdicts.items() if before != now)

    def rows(self) -> Iterator[tuple[Verdict, Verdict, Sum]]:
        """Give all pairs of verdicts, those that do not occur too."""
        for before in VERDICTS:
            for now in VERDICTS:
                yield before, now, self.verdicts.get((before, now), Sum())

    def document(self) -> dict[str, Any]:
        """Put it into one JSON object."""
        return {
            **self.total.document(),
            "changed": self.changed,
            "order_unknown": self.order_unknown,
            "verdicts": [{"before": before, "now": now, **held.document()} for before, now, held in self.rows()],
            "rules": {code: _rule_document(rule) for code, rule in self.rules.items()},
            "scores": {f"{score}": vars(scored) for score, scored in sorted(self.scores.items())},
            "precision": self.precision.document(),
            "largest_differences": [vars(difference) for difference in self.differences],
        }

    def _add_difference(self, replayed: Replayed) -> None:
        transaction, before = replayed.decided.transaction, replayed.decided.decision
        is_order_known = not hangs_on_order(replayed)
        self.order_unknown += not is_order_known
        difference = Difference(
            transaction.id,
            iso(transaction.created_at),
            transaction.submission.amount,
            transaction.submission.currency,
            before.verdict,
            replayed.again.verdict,
            tuple(before.reasons),
            tuple(replayed.again.reasons),
            is_order_known,
        )
        entry = (difference.amount, difference.transaction_id, difference)
        if len(self._largest) < MOST_DIFFERENCES:
            heapq.heappush(self._largest, entry)
        else:
            heapq.heappushpop(self._largest, entry)


def hangs_on_order(replayed: Replayed) -> bool:
    """Tell whether reasons differ that another order of decisions near this one could have found or not found."""
    changed = set(replayed.decided.decision.reasons) ^ set(replayed.again.reasons)
    near_card = replayed.decided.is_near_card and any(map(of_card, changed))
    return near_card or (replayed.decided.is_near_merchant and any(map(is_merchant_limit, changed)))


def of_card(code: str) -> bool:
    """Tell whether a reason follows from a card's history."""
    return is_card_limit(code) or code == "duplicate"


def _decides(code: str, replayed: Replayed) -> bool:
    """Tell whether the verdict would be milder without a reason."""
    score, settings = replayed.again.score, replayed.settings
    without = score - (weight_of(code, settings) or 0)
    return any(without < threshold <= score for threshold in (settings.review_from, settings.decline_from))


def _rule_document(rule: Rule) -> Mapping[str, Any]:
    return {name: held.document() for name, held in vars(rule).items()}
