"""One merchant in five is down for a week, and nobody else notices; quotas and rates are scaled down together.

    scale 1 : 20,000      AWS          here
    in flight             120,000      6
    of each merchant      2.8/s        one in two hours

A message is with the notifier for a moment only, in both; so what is in flight is what waits, where anything that waits
is. The former design let it wait there, and is put to the same week.
"""

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from simulation.checkouts import Checkout, earlier_checkout
from simulation.invariants import Invariants
from simulation.merchants import Merchant
from simulation.model.cloud import Cloud
from simulation.oracle.facts import Request
from simulation.world import LANES, RETRIES, World
from transactions.agreed.webhooks import PAUSE_AFTER_SECONDS

SCALE: Final = 20_000
IN_FLIGHT: Final = 120_000 // SCALE
MINUTE: Final = 60_000
EVERY: Final = 120 * MINUTE
"""Between two transactions of a merchant."""
WEEK: Final = 7 * 24 * 60 * MINUTE
DEAD: Final = "initech"
MERCHANTS: Final = ("acme", "globex", "hooli", DEAD, "umbrella")
AT_ONCE_MS: Final = 5_000
PUT_OFF_BY_VISIBILITY: Final = "3df7fc62c8a926d613446a2c1bb0e16c7a98c3d0"
"""The last revision that let what waits be in flight."""


@dataclass
class Week:
    """A run of everything, in which transactions come evenly and receivers stay as they are."""

    world: World
    decided: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Transaction to its merchant and when it was decided."""
    told: dict[str, int] = field(default_factory=dict)
    """Transaction to when its merchant was told."""
    most_in_flight: int = 0
    number: int = 0

    def submit(self) -> None:
        """Have a transaction of each merchant decided."""
        for merchant in self.world.merchants:
            self.number += 1
            card = {"token": f"tok_card_{self.number}", "bin": "424242", "country": "DE", "expires": "2031-12"}
            body = json.dumps({"amount": 1_000, "currency": "EUR", "card": card})
            self.world.finish(self.world.submit(Request(merchant, f"k{self.number}", body)))
            self.decided[json.loads(self.world.facts.answers[-1].body)["id"]] = (merchant, self.world.cloud.now)
        for lane in range(LANES):
            while invocation := self.world.poll_stream(lane, 100):
                self.world.finish(invocation)

    def run(self, until: int) -> None:
        """Let queue and schedule do their work."""
        cloud = self.world.cloud
        while (at := self._next()) is not None and at <= until:
            cloud.now = max(cloud.now, at)
            while invocation := self.world.poll_queue(10):
                self.world.finish(invocation)
            if (due := self.world.next_sweep()) is not None and due <= cloud.now:
                self.world.finish(self.world.sweep())
            counts = cloud.notifications.attributes()
            self.most_in_flight = max(self.most_in_flight, int(counts["ApproximateNumberOfMessagesNotVisible"]))
            for merchant in self.world.merchants.values():
                for name in merchant.told - self.told.keys():
                    self.told[name] = cloud.now
        cloud.now = max(cloud.now, until)

    def live(self, milliseconds: int) -> None:
        """Go on for a while."""
        end = self.world.cloud.now + milliseconds
        while self.world.cloud.now < end:
            self.submit()
            self.run(min(end, self.world.cloud.now + EVERY))

    def late(self) -> dict[str, int]:
        """Count, by merchant, the webhooks that came late or not yet."""
        found: dict[str, int] = defaultdict(int)
        for name, (merchant, at) in self.decided.items():
            found[merchant] += self.told.get(name, self.world.cloud.now + WEEK) - at > AT_ONCE_MS
        return found

    def _next(self) -> int | None:
        moments = (self.world.cloud.notifications.next_visible(), self.world.next_sweep())
        return min((each for each in moments if each is not None), default=None)


def week(version: Checkout | None = None) -> Week:
    merchants = {name: Merchant(name) for name in MERCHANTS}
    merchants[DEAD].receiver = "closed"
    world = World(Cloud(lanes=LANES, retry_attempts=RETRIES, in_flight_quota=IN_FLIGHT), merchants=merchants)
    world.functions.version = lambda: version
    return Week(world)


def test_one_merchant_in_five_is_down_for_a_week_and_nobody_else_notices() -> None:
    made = week()
    with made.world:
        made.live(WEEK)

        late = made.late()
        assert {name: count for name, count in late.items() if count} == {DEAD: WEEK // EVERY}
        assert made.most_in_flight == 0
        # After three days operators know, and no attempt is made any more.
        (notice,) = made.world.cloud.alerts.notices
        assert DEAD in notice.subject
        assert made.world.counts["receiver closed"] < PAUSE_AFTER_SECONDS / 3600 * 1.5 + 10
        Invariants(made.world).check()

        made.world.merchants[DEAD].receiver = "well"
        assert made.world.endpoints().resume(DEAD)
        resumed_at = made.world.cloud.now
        made.live(60 * MINUTE)

        assert made.told.keys() == made.decided.keys()
        assert not made.world.cloud.dead_letters.messages
        ids = [each.webhook_id for each in made.world.merchants[DEAD].took]
        assert len(ids) == len(set(ids))
        # What was due first came first, but for the few that had been tried and whose next time came later.
        drained = [made.decided[name][1] for name in made.told if made.decided[name][0] == DEAD]
        kept = [at for at in drained if at < resumed_at]
        assert sum(later < earlier for earlier, later in itertools.pairwise(kept)) < len(kept) // 4


def test_the_former_design_stops_everybodys_webhooks_within_that_week() -> None:
    made = week(earlier_checkout(PUT_OFF_BY_VISIBILITY))
    with made.world:
        made.live(WEEK // 3)

        assert made.most_in_flight >= IN_FLIGHT
        late = made.late()
        assert all(late[name] for name in MERCHANTS if name != DEAD)
