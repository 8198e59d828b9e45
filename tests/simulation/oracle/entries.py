"""The entries of cards: what operators have set, that none of it is lost, and what may have been in force."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from simulation.oracle import rules, wire
from simulation.oracle.facts import Change, Facts, Wish
from simulation.oracle.wire import Listed


@dataclass
class Entries:
    """All cards.

    Attributes:
        held: card to the entries it had, each with since when, in milliseconds.
    """

    facts: Facts
    held: defaultdict[str, list[tuple[int, tuple[Listed, ...]]]] = field(default_factory=lambda: defaultdict(list))

    def change(self, change: Change) -> Iterator[str]:
        """Take in how a card's item changed: by a count, by an operator, or because its time was over."""
        before, after = wire.entries(change.before), wire.entries(change.after)
        left = [each for each in before if each.until > change.at + self.facts.skew_ms]
        wish = next((each for each in reversed(self.facts.wishes) if each.key == change.key), None)
        if wish is not None and change.batch is None and change.after is not None:
            yield from self._wished(change, wish, before, after)
        else:
            for lost in (each for each in left if each not in after):
                yield f"{change.key} has lost {lost}"
            for made in (each for each in after if each not in before):
                yield f"{change.key} has {made}, which nobody has set"
        counted = set(wire.uses(change.after)) - set(wire.uses(change.before))
        if counted and any(each.effect == "block" for each in left):
            yield f"{change.key} was counted under {left}"
        if before != after or not self.held[change.key]:
            self.held[change.key].append((change.at, after))

    def _wished(self, change: Change, wish: Wish, before: Sequence[Listed], after: Sequence[Listed]) -> Iterator[str]:
        """Hold an operator's write against what the operator wanted, and against what it had no business with."""
        if (wire.uses(change.before), wire.forgotten(change.before)) != (
            wire.uses(change.after),
            wire.forgotten(change.after),
        ):
            yield f"{change.key} has other counts after an operator's write"
        others = [each for each in before if not _is_replaced(each, wish)]
        right = [*(each for each in others if each.until > change.at), *([wish.entry] if wish.entry else [])]
        # What ends between the operator's read and write is kept or not.
        ending = [each for each in others if wish.at < each.until <= change.at]
        if sorted(each for each in after if each not in ending) != sorted(right):
            yield f"{change.key} has {after} after an operator's write, right is {right}"

    def possible(self, card: str, since: int, until: int) -> Iterator[rules.Standing]:
        """Give all that a card's entries may have come to within a time, by any clock."""
        known = self.held[card] or [(0, ())]
        ends = [*(at for at, _ in known[1:]), until]
        for (begun, entries), end in zip(known, ends, strict=True):
            if begun > until or end < since:
                continue
            first, last = max(begun, since) - self.facts.skew_ms, min(end, until) + self.facts.skew_ms
            surely = [each for each in entries if each.until > last]
            perhaps = [each for each in entries if first < each.until <= last]
            for count in range(len(perhaps) + 1):
                for some in combinations(perhaps, count):
                    yield rules.Standing.of([*surely, *some])
        if known[0][0] > since:
            yield rules.Standing()


def _is_replaced(entry: Listed, wish: Wish) -> bool:
    """Tell whether an entry has to make room: a card is on one list, a rule is muted once."""
    if wish.entry is None:
        return wish.rule in {None, entry.rule}
    lists = {"block", "allow"}
    if wish.entry.effect in lists:
        return entry.effect in lists
    return (entry.effect, entry.rule) == (wish.entry.effect, wish.entry.rule)
