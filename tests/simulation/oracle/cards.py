"""What cards' histories counted, in the order it was counted; the oracle itself forgets none of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulation.oracle import rules, wire
from simulation.oracle.facts import LATEST_MS, MEMORY_MS, Change, Facts
from simulation.oracle.windows import Limit, passed
from simulation.oracle.wire import Kept


@dataclass
class Cards:
    """All cards.

    Attributes:
        counted: card to the transactions its history counted, in order.
        dropped: card to those of them that its history has forgotten since.
        at_once: card to the ids, of one moment, one of which was counted and forgotten in one write.
    """

    facts: Facts
    counted: defaultdict[str, list[Kept]] = field(default_factory=lambda: defaultdict(list))
    dropped: defaultdict[str, list[Kept]] = field(default_factory=lambda: defaultdict(list))
    at_once: defaultdict[str, list[set[str]]] = field(default_factory=lambda: defaultdict(list))

    def change(self, change: Change, transactions: Mapping[str, Kept]) -> Iterator[str]:
        """Take in how a card's history changed."""
        before, after = wire.uses(change.before), wire.uses(change.after)
        if len(set(after)) < len(after):
            yield f"{change.key} counted one twice"
        counted = self.counted[change.key]
        known = {each.use: each for each in counted}
        for use in after:
            if use in before:
                continue
            new = next((each for each in transactions.values() if (each.card, each.use) == (change.key, use)), None)
            if new is None:
                yield f"{change.key} counted what there is not"
                continue
            if use in known:
                yield f"{change.key} counted {new.id} again"
                continue
            yield from self._new(change, new, counted)
            counted.append(new)
        gone = [known[use] for use in before if use not in after and use in known]
        yield from self._gone(change, gone)
        self.dropped[change.key].extend(gone)
        if candidates := self._counted_and_forgotten(change, gone, transactions):
            yield from self._gone(change, candidates[:1])
            self.dropped[change.key].append(candidates[0])
            self.at_once[change.key].append({each.id for each in candidates})

    def _counted_and_forgotten(self, change: Change, gone: list[Kept], transactions: Mapping[str, Kept]) -> list[Kept]:
        """Find one that came so late that it was counted and forgotten in one write, or all that it may be."""
        latest = wire.forgotten(change.after)
        if latest == wire.forgotten(change.before) or any(each.created_at == latest for each in gone):
            return []
        counted = {each.id for each in self.counted[change.key]}
        return [
            each
            for each in transactions.values()
            if (each.card, each.created_at) == (change.key, latest) and each.id not in counted
        ]

    def _new(self, change: Change, new: Kept, counted: list[Kept]) -> Iterator[str]:
        """Hold the limit against all that the card did, by any settings that may have been gone by."""
        if new.submission["card"]["token"] in rules.FORCED:
            yield f"{change.key} counted {new.id}, whose outcome is its card's"
            return
        possible = self._settings_by(change.at, new.merchant)
        if all(passed(Limit.of(settings["card_velocity"]), counted, new) for settings in possible):
            yield f"{change.key} counted {new.id}, which passes the card's limit"
        refused = new.decided is not None and any(reason in rules.CARD_LIMITS for reason in new.decided.reasons)
        if refused and len(self.facts.settings[new.merchant]) == 1:
            yield f"{change.key} counted {new.id}, which was refused"

    def _gone(self, change: Change, gone: list[Kept]) -> Iterator[str]:
        """Hold back what may be forgotten: only what no window can join any more with what may still come."""
        for old in gone:
            windows = [
                settings["card_velocity"]["window_seconds"] * 1000
                for settings in self._settings_by(change.at, old.merchant)
            ]
            newest = max(each.created_at for each in self.counted[change.key])
            if change.after is None:
                if newest + LATEST_MS + min(windows) > change.at:
                    yield f"the history of {change.key} went while {old.id} could still matter"
            elif newest - old.created_at < 2 * min(windows) and len(wire.uses(change.after)) < wire.MOST_USES:
                yield f"{change.key} forgot {old.id} too soon"

    def expected(self, transaction: Kept, settings: rules.Settings, at: int) -> "Expected":
        """Work out what the card's limits and the rule on duplicates say.

        Args:
            transaction: one that its own rules do not decline.
            settings: what it was decided by.
            at: when it was decided, in milliseconds.
        """
        limit = Limit.of(settings["card_velocity"])
        counted, dropped = self.counted[transaction.card], self.dropped[transaction.card]
        late = transaction.created_at < at + self.facts.skew_ms - LATEST_MS
        # One that was counted itself can come again after it was forgotten.
        forgotten = any(old.created_at > transaction.created_at - limit.window_ms for old in dropped)
        ids = [each.id for each in counted]
        at_once = next((each for each in self.at_once[transaction.card] if transaction.id in each), None)
        told = transaction.decided.reasons if transaction.decided else ()
        refused = any(reason in (*rules.CARD_LIMITS, rules.CARD_UNKNOWN) for reason in told)
        if transaction.id not in ids and at_once and not refused and not passed(limit, counted, transaction):
            # Nothing near it can have been counted since: all of that is unknown to its card.
            ids.append(transaction.id)
            at_once.clear()
            counted.append(transaction)
        if transaction.id in ids:
            before = counted[: ids.index(transaction.id)]
            return Expected(
                counted=True,
                duplicate=any(is_duplicate(transaction, each, settings) for each in before),
                duplicate_forgotten=any(is_duplicate(transaction, each, settings) for each in dropped),
                may_be_unknown=late or forgotten,
            )
        over = {f"velocity_card_{kind}" for kind in passed(limit, counted, transaction)}
        return Expected(counted=False, refused_for=frozenset(over), may_be_unknown=late or forgotten)

    def _settings_by(self, at: int, merchant: str) -> list[Mapping[str, Any]]:
        since = at - MEMORY_MS - self.facts.longest_run_ms
        return [each.document for each in self.facts.in_force(merchant, since, at)]


@dataclass(frozen=True)
class Expected:
    """What is right of a transaction at its card.

    Attributes:
        counted: the history has it.
        duplicate: something that was counted before it is like it.
        duplicate_forgotten: something like it has left the history since.
        refused_for: the limits that hold it back.
        may_be_unknown: what was near it may be forgotten.
    """

    counted: bool
    duplicate: bool = False
    duplicate_forgotten: bool = False
    refused_for: frozenset[str] = frozenset()
    may_be_unknown: bool = False


def is_duplicate(one: Kept, other: Kept, settings: rules.Settings) -> bool:
    """Tell whether two uses of a card are alike: the same money, nearer than the window, on either side of it."""
    near = abs(one.created_at - other.created_at) < settings.get("duplicate_window_seconds", 60) * 1000
    return one.id != other.id and near and (one.amount, one.currency) == (other.amount, other.currency)
