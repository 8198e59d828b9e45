"""Whether the settings that were in force give back what is stored, and what may be why where they do not.

A replay goes by what is stored, and some of what decided is not:

    order      another of the same card, or, for a merchant's limit, of the same merchant, was decided within a second
    late       each of a merchant's four counts has forgotten something else by then, and which of them a batch was
               added to follows from the batch: what comes late may be velocity_merchant_unknown by one, and not by
               another
    beginning  the windows before the first transaction that was read are not known
    newer      a rule that the settings have no weight for may be newer than the decision

One that comes out otherwise is counted otherwise, so until its window is over what follows it of the same card or of
the same merchant may be of the same cause. Whatever has no cause is a fault: of the replay, of the store, or of the
code that decided.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tapstack.operate.backtest.comparison import hangs_on_order, of_card
from tapstack.operate.backtest.replay import Replayed
from transactions.rules import is_merchant_limit
from transactions.velocity.history import card_key

Cause = Literal["order", "late", "beginning", "newer"]

MOST_UNEXPLAINED: Final = 20


@dataclass(frozen=True)
class Unexplained:
    """A transaction that came out otherwise for no known cause."""

    transaction_id: str
    before: tuple[str, ...]
    now: tuple[str, ...]


@dataclass
class Agreement:
    """The counts.

    Attributes:
        filled_at: until when windows reach back beyond what was read, in milliseconds; 0 where all was read.
        same: how many came out as they are stored: verdict, reasons and score.
        causes: cause to how many came out otherwise by it.
        unexplained: how many did without a cause.
        examples: the first of these.
    """

    filled_at: int = 0
    same: int = 0
    causes: Counter[Cause] = field(default_factory=Counter)
    unexplained: int = 0
    examples: list[Unexplained] = field(default_factory=list)
    _doubtful: dict[str, tuple[int, Cause]] = field(default_factory=dict)

    def add(self, replayed: Replayed) -> None:
        """Hold a transaction that was decided by the settings then in force against what is stored."""
        before, now = replayed.decided.decision, replayed.again
        if (before.verdict, before.reasons, before.score) == (now.verdict, now.reasons, now.score):
            self.same += 1
        elif cause := self._cause(replayed):
            self.causes[cause] += 1
            self._doubt(replayed, cause)
        else:
            self.unexplained += 1
            if len(self.examples) < MOST_UNEXPLAINED:
                one = Unexplained(replayed.decided.transaction.id, tuple(before.reasons), tuple(now.reasons))
                self.examples.append(one)

    def document(self) -> dict[str, Any]:
        """Put it into a JSON object."""
        return {
            "same": self.same,
            "explained": dict(sorted(self.causes.items())),
            "unexplained": self.unexplained,
            "examples": [vars(example) for example in self.examples],
        }

    def _cause(self, replayed: Replayed) -> Cause | None:
        decided, settings = replayed.decided, replayed.settings
        changed = set(decided.decision.reasons) ^ set(replayed.again.reasons)
        if changed and changed.isdisjoint(decided.decision.reasons) and changed.isdisjoint(settings.weights):
            return "newer"
        if not any(of_card(code) or is_merchant_limit(code) for code in changed):
            return None
        if "velocity_merchant_unknown" in changed:
            return "late"
        if hangs_on_order(replayed):
            return "order"
        if decided.transaction.created_at < self.filled_at:
            return "beginning"
        return self._earlier_cause(replayed, changed)

    def _earlier_cause(self, replayed: Replayed, changed: set[str]) -> Cause | None:
        transaction = replayed.decided.transaction
        with_card = any(not is_merchant_limit(code) for code in changed)
        with_merchant = any(map(is_merchant_limit, changed))
        keys = [
            key
            for key, wanted in ((card_key(transaction), with_card), (transaction.merchant_id, with_merchant))
            if wanted
        ]
        for key in keys:
            until, cause = self._doubtful.get(key, (0, None))
            if cause and transaction.created_at < until:
                return cause
        return None

    def _doubt(self, replayed: Replayed, cause: Cause) -> None:
        transaction, settings = replayed.decided.transaction, replayed.settings
        card, merchant = settings.card_velocity, settings.merchant_velocity
        windows = {card_key(transaction): card.window_seconds}
        if merchant:
            # What the card refuses, the merchant's limit does not count.
            windows[transaction.merchant_id] = 2 * merchant.window_seconds
        for key, seconds in windows.items():
            self._doubtful[key] = transaction.created_at + 1000 * seconds, cause
