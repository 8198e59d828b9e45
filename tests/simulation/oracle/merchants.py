"""What merchants' limits let through, and what they may have counted."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulation.oracle import rules, wire
from simulation.oracle.facts import LATEST_MS, MEMORY_MS, Change, Facts, Item
from simulation.oracle.windows import Limit, passed, windows
from simulation.oracle.wire import Kept


@dataclass(frozen=True)
class Admitted:
    """A transaction that its merchant's limit let through; when it was accepted and decided, counted in changes."""

    transaction: Kept
    limit: Limit
    accepted: int
    decided: int


@dataclass
class Merchants:
    """All merchants.

    Attributes:
        admitted: merchant to what was let through, in order.
        shards: the items their counts are kept in.
    """

    facts: Facts
    admitted: defaultdict[str, list[Admitted]] = field(default_factory=lambda: defaultdict(list))
    shards: dict[str, Item] = field(default_factory=dict)
    _widths: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Merchant to the lengths of the buckets it was counted in."""

    def change(self, change: Change) -> Iterator[str]:
        """Take in how a shard changed."""
        merchant = change.key.split("#")[1]
        before = wire.plain(change.before["buckets"]) if change.before else {}
        after = wire.plain(change.after["buckets"]) if change.after else {}
        if change.after and any(at in after and after[at][wire.COUNT] < before[at][wire.COUNT] for at in before):
            yield f"{change.key} counts down"
        latest = wire.forgotten(change.after)
        if change.after and latest > wire.forgotten(change.before):
            since = change.at - MEMORY_MS - self.facts.longest_run_ms
            limits = [
                Limit.of(each.document["merchant_velocity"]) for each in self.facts.in_force(merchant, since, change.at)
            ]
            if max(map(int, after)) - latest < min(2 * limit.window_ms for limit in limits):
                yield f"{change.key} has forgotten what was at {latest} too soon"
        if change.after is None:
            self.shards.pop(change.key, None)
        else:
            self.shards[change.key] = change.after

    def admit(self, new: Admitted) -> Iterator[str]:
        """Take in that one was let through, and hold the limit against it.

        What was decided before it came counts in full. Of what ran beside it, each other shard hides one batch at most.
        """
        merchant, limit = new.transaction.merchant, new.limit
        admitted = self.admitted[merchant]
        earlier = [each.transaction for each in admitted if each.decided < new.accepted]
        if kinds := passed(limit, earlier, new.transaction):
            yield f"{new.transaction.id} was let through beside what was decided before it came, past {sorted(kinds)}"
        admitted.append(new)
        self._widths[merchant].add(limit.window_ms // wire.BUCKETS)
        every = {each.transaction.id: each for each in admitted}
        beyond = (self.facts.shards - 1) * self.facts.largest_batch
        for inside in windows((each.transaction for each in admitted), limit.window_ms, new.transaction):
            bound = max(every[each.id].limit.count for each in inside) + beyond
            if len(inside) > bound:
                yield f"{merchant} has {len(inside)} let through in one window, {bound} at the most are promised"
        yield from self._tallied(merchant)

    def _tallied(self, merchant: str) -> Iterator[str]:
        """A tally may be too high after a batch was cut short or came again, and never too low."""
        shards = self._shards(merchant)
        forgotten = self._forgotten(merchant)
        buckets = [bucket for shard in shards for bucket in wire.plain(shard["buckets"]).items()]
        tallied = sum(held[wire.COUNT] for at, held in buckets if int(at) > forgotten)
        # A bucket begins before what it counts, by less than its length.
        since = forgotten + max(self._widths[merchant])
        recount = sum(each.transaction.created_at >= since for each in self.admitted[merchant])
        if tallied < recount:
            yield f"{merchant} has a tally of {tallied}, and {recount} were let through"

    def _shards(self, merchant: str) -> list[Item]:
        return [item for key, item in self.shards.items() if key.split("#")[1] == merchant]

    def _forgotten(self, merchant: str) -> int:
        return max((wire.forgotten(shard) for shard in self._shards(merchant)), default=0)

    def held_back(self, transaction: Kept, limit: Limit, reasons: set[str], others: list[Kept]) -> Iterator[str]:
        """Say whether the limit may have held a transaction back: by all that may have been counted by then.

        Time is counted in buckets, whole, and each time a batch came it may have been counted once more.
        """
        width = max(self._widths[transaction.merchant] | {limit.window_ms // wire.BUCKETS})
        reach = limit.window_ms + 2 * width
        near = [each for each in others if abs(each.created_at - transaction.created_at) < reach]
        times = {each.id: self.facts.handed_out[each.id] for each in near}
        times[transaction.id] = self.facts.handed_out[transaction.id] - 1
        if "velocity_merchant_count" in reasons and sum(times.values()) < limit.count:
            yield f"{transaction.id} was held back by a limit of {limit.count}, where {len(near)} are near it"
        amount = sum(each.amount * times[each.id] for each in near if each.currency == transaction.currency)
        amount += transaction.amount * (times[transaction.id] + 1)
        if "velocity_merchant_amount" in reasons and amount <= limit.amounts.get(transaction.currency, amount):
            yield f"{transaction.id} was held back by an amount of {limit.amounts}, where {amount} at most is near it"

    def may_be_unknown(self, transaction: Kept, limit: Limit, at: int) -> bool:
        """Tell whether what was near a transaction may be forgotten."""
        if transaction.created_at < at + self.facts.skew_ms - LATEST_MS:
            return True
        width = max(self._widths[transaction.merchant] | {limit.window_ms // wire.BUCKETS})
        latest = self._forgotten(transaction.merchant)
        return latest > 0 and transaction.created_at - limit.window_ms - 2 * width < latest


def has_a_say(transaction: Kept, settings: rules.Settings, others: list[str]) -> bool:
    """Tell whether a merchant's limit is asked: where there is one, and nothing else declines the transaction."""
    declined = rules.is_declined(others, settings)
    return settings.get("merchant_velocity") is not None and not declined
