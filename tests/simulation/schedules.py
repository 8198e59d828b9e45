"""Schedules of what runs at the same time: by priorities that change at few moments, or by chance.

A deep fault needs few things in one order, and chance seldom finds it: each call would have to be chosen right. With
random priorities whoever has the highest runs on, call by call, and loses its priority at one of `depth - 1` moments
that are drawn beforehand; a fault that needs `depth` things in order among n actors and k calls is then met by each run
with a probability of at least 1 / (n * k ** (depth - 1)) (Burckhardt, Kothari, Musuvathi and Nagarakatte, A Randomized
Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010).

Most runs draw the moments among the calls about one kind of item alone, one that was written and that several had to do
with in an earlier run of the scene: what an order can harm is there.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final, Literal, Protocol

from simulation.checkouts import Checkout
from simulation.functions import Invocation
from simulation.invariants import InvariantError, Invariants
from simulation.model.cloud import Cloud
from simulation.oracle.facts import Request
from simulation.world import RETRIES, World

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
        name: what is put to the test.
        lanes: how many batches of the stream can be under way.
        transactions: how many are submitted.
        cards: on how many cards.
        merchant_counts: the merchant's limit.
        batches: the most that a batch of the stream brings.
        reconciled: how often an operator has pending ones decided beside the stream.
        tells: whether merchants are told meanwhile.
        in_parts: whether DynamoDB may leave out some of a batch's reads, each of which it makes the next time.
    """

    name: str
    lanes: int
    transactions: Sequence[int]
    cards: int
    merchant_counts: Sequence[int]
    batches: Sequence[int]
    reconciled: int = 0
    tells: bool = False
    in_parts: bool = False


SCENES: Final = (
    Scene("shards", lanes=4, transactions=(4, 5), cards=9, merchant_counts=(2,), batches=(1,)),
    Scene("in parts", lanes=2, transactions=(4, 5), cards=9, merchant_counts=(2,), batches=(1,), in_parts=True),
    Scene("merchant", lanes=3, transactions=(5, 6, 8), cards=9, merchant_counts=(2, 3, 4), batches=(1, 2, 3)),
    Scene("cards", lanes=3, transactions=(3, 4, 6), cards=2, merchant_counts=(100,), batches=(1, 2, 3)),
    Scene("by hand", lanes=2, transactions=(2, 3, 4), cards=9, merchant_counts=(100,), batches=(2, 3), reconciled=2),
    Scene(
        "all", lanes=3, transactions=(6, 8), cards=3, merchant_counts=(3, 100), batches=(1, 3), reconciled=1, tells=True
    ),
)
"""Small ones, so that few calls are to be put in order."""


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
        if self.invocation and not self.invocation.is_over:
            world.step(self.invocation)
            return True
        self.invocation = self.starts()
        return self.invocation is not None

    def parts(self) -> "list[Actor]":
        """Give what of it can go on by itself: itself, or the strands of what it has under way."""
        if self.invocation is None or self.invocation.is_over or self.invocation.split is None:
            return [self]
        return [Actor(f"{self.name}, strand {one.place}", self.starts, one) for one in self.invocation.strands]

    @property
    def operation(self) -> str:
        """The operation of its next call."""
        return self.invocation.waits_at[1] if self.invocation and self.invocation.waits_at else ""

    def next_call(self, world: World) -> str | None:
        """Return what its next call is about; None where it has none."""
        return self.invocation.waits_for if self.invocation and not self.invocation.is_over else None


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
            if call is None or self.among not in {None, kind_of(call)}:
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
        depth: how many things a fault may need in order; one more than the moments at which priorities change.
        scenes: what a run can begin with.
        earlier: an earlier version that gets half of the calls; None where there is this checkout's alone.
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
    scenes: Sequence[Scene] = SCENES
    earlier: Checkout | None = None
    steps: int = 0
    runs: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    verdicts: int = 0
    answers: int = 0
    _calls: dict[str, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))
    """Scene to kind of item, None for all together, to how many calls about it the longest run made."""
    _contended: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Scene to the kinds of items that were written and that several had to do with."""

    def __post_init__(self) -> None:
        """Begin with the first run."""
        self._random = repeatable(self.seed)

    def run(self) -> None:
        """Make one run to its end.

        Raises:
            InvariantError: something did not hold.
        """
        self.runs += 1
        self.trace = [f"run {self.runs}"]
        scene = self._random.choice(self.scenes)
        cloud = Cloud(lanes=scene.lanes, retry_attempts=RETRIES)
        with World(cloud) as world:
            watch = Invariants(world)
            if scene.in_parts:
                cloud.dynamodb_model.unprocessed = self._now_and_then()
            if self.earlier:
                world.facts.beside_earlier = True
                world.functions.version = lambda: self._random.choice((self.earlier, None))
            try:
                actors = list(self._actors(world, scene))
                self._go(world, watch, actors, scene)
                watch.check_privacy()
                if again := world.counts["record to come again"]:
                    # No call was made to fail, so a record that came again met something that its version cannot read.
                    raise InvariantError("without faults every record is decided at once", f"{again} came again")
            finally:
                self.verdicts += watch.oracle.verdicts
                self.answers += watch.oracle.answered
                self.counts.update(world.counts)

    def _now_and_then(self) -> Callable[[str, str], bool]:
        """Leave keys of a batch unread by chance, none of them twice in a row."""
        left: set[str] = set()

        def unprocessed(_: str, key: str) -> bool:
            if key in left or self._random.random() < 1 / 2:
                left.discard(key)
                return False
            left.add(key)
            return True

        return unprocessed

    def _go(self, world: World, watch: Invariants, actors: Sequence[Actor], scene: Scene) -> None:
        watch.check()
        scheduler = self._scheduler(scene)
        calls: Counter[str | None] = Counter()
        touched: dict[str, set[str]] = defaultdict(set)
        written: set[str] = set()
        ready = _parts(actors)
        while ready:
            actor = scheduler.pick(ready, world)
            item, operation = actor.next_call(world), actor.operation
            if not actor.step(world):
                ready.remove(actor)
                continue
            self.steps += 1
            self.trace.append(f"{actor.name}: {operation or 'begins'} {item or ''}".rstrip())
            if item is not None:
                calls.update((kind_of(item), None))
                touched[item].add(actor.name)
                if operation in WRITES:
                    written.add(item)
            watch.check()
            ready = _parts(actors)
        for kind, times in calls.items():
            self._calls[scene.name][kind] = max(self._calls[scene.name][kind], times)
        self._contended[scene.name] |= {kind_of(item) for item in written if len(touched[item]) > 1}

    def _scheduler(self, scene: Scene) -> Scheduler:
        if self.choice == "chance":
            return ByChance(self._random)
        kinds = sorted(self._contended[scene.name])
        among = self._random.choice(kinds) if kinds and self.runs % 8 else None
        calls = self._calls[scene.name][among] or _FIRST_GUESS
        moments = min(self._random.randrange(1, self.depth), calls)
        return ByPriorities(self._random, self._random.sample(range(1, calls + 1), moments), among)

    def _actors(self, world: World, scene: Scene) -> Iterator[Actor]:
        """Submit some transactions, and give what goes on with them from there."""
        random = self._random
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
        for lane in range(scene.lanes):
            yield Actor(f"lane {lane}", partial(world.poll_stream, lane, largest))
        if scene.tells:
            yield Actor("queue", lambda: world.poll_queue(10))
        left = list(range(scene.reconciled))
        yield Actor("reconcile", lambda: world.reconcile(by_hand, choice=left.pop()) if left else None)


def _parts(actors: Sequence[Actor]) -> list[Actor]:
    return [part for actor in actors for part in actor.parts()]


def repeatable(seed: int) -> Random:
    """Make a source of chance that is the same for the same seed, and no secret."""
    return Random(seed)  # noqa: S311


def kind_of(item: str) -> str:
    """Give the kind of an item: its table, and its key up to the first separator."""
    return item.partition("#")[0] if "#" in item else item.partition(" ")[0]


def search(seed: int, steps: int, choice: Choice, scenes: Sequence[Scene] = SCENES) -> tuple[Search, str]:
    """Make runs until so many steps are taken or something does not hold; say what, or nothing."""
    found = Search(seed, choice, scenes=scenes)
    while found.steps < steps:
        try:
            found.run()
        except AssertionError as error:
            return found, f"{error}"
    return found, ""
