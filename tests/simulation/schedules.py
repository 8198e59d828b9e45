"""Schedules of what runs at the same time: by priorities that change at few moments, or by chance.

A deep fault needs few things in one order, and chance seldom finds it: each call would have to be chosen right. With
random priorities whoever has the highest runs on, call by call, and loses its priority at one of `depth - 1` moments
that are drawn beforehand; a fault that needs `depth` things in order among n actors and k calls is then met by each run
with a probability of at least 1 / (n * k ** (depth - 1)) (Burckhardt, Kothari, Musuvathi and Nagarakatte, A Randomized
Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010).

Most runs draw the moments among the calls about one kind of item that is written: what an order can harm is there.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final, Literal, Protocol

from simulation.functions import Invocation
from simulation.invariants import Invariants
from simulation.oracle.facts import Request
from simulation.world import LANES, World

Choice = Literal["priorities", "chance"]
DEEPEST: Final = 4
MERCHANT: Final = "acme"
WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
_FIRST_GUESS: Final = 60
"""Calls that a run is taken for before one has been counted."""


@dataclass(frozen=True)
class Scene:
    """What a run begins with.

    Attributes:
        transactions: how many are submitted.
        cards: on how many cards.
        merchant_counts: the merchant's limit.
        batches: the most that a batch of the stream brings.
        reconciled: how often an operator has pending ones decided beside the stream.
        tells: whether merchants are told meanwhile.
    """

    transactions: Sequence[int]
    cards: int
    merchant_counts: Sequence[int]
    batches: Sequence[int]
    reconciled: int = 0
    tells: bool = False


SCENES: Final = (
    Scene(transactions=(4, 5, 6), cards=12, merchant_counts=(2,), batches=(1,)),
    Scene(transactions=(5, 6, 8), cards=12, merchant_counts=(2, 3, 4), batches=(1, 2, 3)),
    Scene(transactions=(3, 4, 6), cards=2, merchant_counts=(100,), batches=(1, 2, 3)),
    Scene(transactions=(2, 3, 4), cards=12, merchant_counts=(100,), batches=(2, 3), reconciled=2),
    Scene(transactions=(6, 8), cards=3, merchant_counts=(3, 100), batches=(1, 3), reconciled=1, tells=True),
)
"""Small ones, so that few calls are to be put in order: at a merchant, at its cards, beside an operator, and all."""


@dataclass
class Actor:
    """Something that goes on by itself: a lane of the stream, the queue, an operator.

    Attributes:
        name: tells it from others.
        starts: begins its next invocation; None where there is nothing to do now.
        invocation: what it has under way.
    """

    name: str
    starts: Callable[[], Invocation | None]
    invocation: Invocation | None = None

    def step(self, world: World) -> bool:
        """Make its next call, or begin something; tell whether there was anything to do."""
        if self.invocation in world.functions.running:
            world.step(self.invocation)
            return True
        self.invocation = self.starts()
        return self.invocation is not None

    @property
    def operation(self) -> str:
        """The operation of its next call."""
        return self.invocation.waits_at[1] if self.invocation and self.invocation.waits_at else ""

    def next_call(self, world: World) -> str | None:
        """Return what its next call is about; None where it has none."""
        return self.invocation.waits_for if self.invocation in world.functions.running else None


class Scheduler(Protocol):
    """Says who is next."""

    def pick(self, ready: Sequence[Actor], world: World) -> Actor:
        """Choose one of those that can go on."""


@dataclass
class ByChance:
    """Anybody, at every step."""

    random: Random

    def pick(self, ready: Sequence[Actor], world: World) -> Actor:
        """Choose one."""
        return self.random.choice(ready)


@dataclass
class ByPriorities:
    """Whoever has the highest priority, which changes at few moments.

    Attributes:
        points: the numbers of the calls before which whoever makes them falls behind everybody else.
        among: the kind of item whose calls are numbered; None for all calls.
    """

    random: Random
    points: Sequence[int]
    among: str | None = None
    calls: int = 0
    _priorities: dict[str, float] = field(default_factory=dict)

    def pick(self, ready: Sequence[Actor], world: World) -> Actor:
        """Choose the one with the highest."""
        for actor in ready:
            self._priorities.setdefault(actor.name, self.random.random() + 1)
        while True:
            chosen = max(ready, key=lambda actor: self._priorities[actor.name])
            call = chosen.next_call(world)
            if call is None or self.among not in {None, call}:
                return chosen
            self.calls += 1
            if self.calls not in self.points:
                return chosen
            # The later it falls, the further.
            self._priorities[chosen.name] = -float(self.calls)


@dataclass
class Search:
    """Runs of one seed: what was learnt from those before, and what they did.

    Attributes:
        choice: how it is chosen who is next.
        depth: how many things a fault may need in order; one less than the moments at which priorities change.
        steps: taken by all runs.
        runs: made.
        counts: how often each thing was done.
        trace: who did what in the present run, step by step.
        verdicts: how many decisions the oracle compared.
        answers: how many answers likewise.
    """

    seed: int
    choice: Choice = "priorities"
    depth: int = DEEPEST
    steps: int = 0
    runs: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    verdicts: int = 0
    answers: int = 0
    _calls: Counter[str | None] = field(default_factory=Counter)
    """Kind of item, None for all together, to how many calls about it the longest run made."""

    _written: set[str] = field(default_factory=set)
    """Kinds of items that were written."""

    def __post_init__(self) -> None:
        """Begin with the first run."""
        self._random = Random(self.seed)  # noqa: S311 - repeatable, not secret

    def run(self) -> None:
        """Make one run to its end.

        Raises:
            InvariantError: something did not hold.
        """
        self.runs += 1
        self.trace = [f"run {self.runs}"]
        with World() as world:
            watch = Invariants(world)
            try:
                actors = list(self._actors(world))
                self._go(world, watch, actors, self._scheduler())
                watch.check_privacy()
            finally:
                self.verdicts += watch.oracle.verdicts
                self.answers += watch.oracle.answered
                self.counts.update(world.counts)

    def _go(self, world: World, watch: Invariants, actors: Sequence[Actor], scheduler: Scheduler) -> None:
        watch.check()
        calls: Counter[str | None] = Counter()
        ready = list(actors)
        while ready:
            actor = scheduler.pick(ready, world)
            call, operation = actor.next_call(world), actor.operation
            if not actor.step(world):
                ready.remove(actor)
                continue
            self.steps += 1
            self.trace.append(f"{actor.name}: {operation or 'begins'} {call or ''}".rstrip())
            if call:
                calls.update((call, None))
                if operation in WRITES:
                    self._written.add(call)
            watch.check()
            ready = list(actors)
        for kind, times in calls.items():
            self._calls[kind] = max(self._calls[kind], times)

    def _scheduler(self) -> Scheduler:
        if self.choice == "chance":
            return ByChance(self._random)
        kinds = sorted(self._written)
        among = self._random.choice(kinds) if kinds and self.runs % 4 else None
        calls = self._calls[among] or _FIRST_GUESS
        moments = min(self._random.randrange(1, self.depth), calls)
        return ByPriorities(self._random, self._random.sample(range(1, calls + 1), moments), among)

    def _actors(self, world: World) -> Iterator[Actor]:
        """Submit some transactions, and give what goes on with them from there."""
        random = self._random
        scene = random.choice(SCENES)
        limit = {"window_seconds": 600, "count": random.choice(scene.merchant_counts)}
        world.change_settings(MERCHANT, merchant_velocity=limit)
        world.cloud.dynamodb_model.reads_of_a_batch = lambda keys: random.sample(list(keys), len(keys))
        for number in range(random.choice(scene.transactions)):
            card = number % scene.cards
            body = {
                "amount": 1_000 + number // scene.cards % 2,
                "currency": random.choice(("EUR", "EUR", "USD")),
                "card": {"token": f"tok_card_{card}", "bin": "424242", "country": "DE", "expires": "2031-12"},
            }
            world.finish(world.submit(Request(MERCHANT, f"{self.runs}-{number}", json.dumps(body))))
            world.pass_time(random.choice((1, 300)))
        largest = random.choice(scene.batches)
        by_hand = random.choice((1, largest))
        for lane in range(LANES):
            yield Actor(f"lane {lane}", partial(world.poll_stream, lane, largest))
        if scene.tells:
            yield Actor("queue", lambda: world.poll_queue(10))
        left = list(range(scene.reconciled))
        yield Actor("reconcile", lambda: world.reconcile(by_hand, choice=left.pop()) if left else None)


def search(seed: int, steps: int, choice: Choice = "priorities", *, depth: int = DEEPEST) -> tuple[Search, str]:
    """Make runs until so many steps are taken or something does not hold; say what, or nothing."""
    found = Search(seed, choice, depth)
    while found.steps < steps:
        try:
            found.run()
        except AssertionError as error:
            return found, f"{error}"
    return found, ""
