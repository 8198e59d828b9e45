"""The outcomes of transactions: of what was said of one, the latest is in force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulation.oracle import wire
from simulation.oracle.facts import Change, Facts, Reported
from simulation.oracle.wire import Kept, Said


@dataclass
class Outcomes:
    """All transactions."""

    facts: Facts

    def change(self, change: Change) -> Iterator[str]:
        """Take in how the outcome of a transaction changed."""
        before, after = wire.outcome(change.before), wire.outcome(change.after)
        if before == after:
            return
        if after is None:
            yield f"{change.key} has lost its outcome {before}"
            return
        if before is not None and after.at <= before.at:
            yield f"{change.key} turned out to be {after}, after {before}"
        merchant = wire.plain(change.after["merchant_id"]) if change.after else ""
        if (merchant, change.key, after) not in self.facts.said:
            yield f"{change.key} turned out to be {after}, which {merchant} has not said"

    def answer(
        self, reported: Reported, transactions: Mapping[str, Kept], now: Mapping[str, Said | None]
    ) -> Iterator[str]:
        """Judge an answer by what is in force after it."""
        held, said = transactions.get(reported.transaction), reported.said
        own = held is not None and held.merchant == reported.merchant
        allowed = {200, 409} if own else {404}
        if reported.under_fault:
            allowed.add(503)
        if reported.key_may_be_over:
            allowed.add(403)
        if reported.status not in allowed:
            yield f"{reported.merchant} was answered {reported.status} of {reported.transaction}, right is {allowed}"
            return
        in_force = now.get(reported.transaction)
        if reported.status in {200, 409} and (in_force is None or in_force.at < said.at):
            yield f"{reported.transaction} is {in_force}, and {said} was answered {reported.status}"
        if reported.status == 409 and in_force == said:
            yield f"{said} is in force of {reported.transaction}, and was refused"
