"""How long the fraud-detector takes for a batch, by running it: its own calls, in a time that is computed.

Every call takes `CALL_MS`, and before each the function computes for a share of its processor. Calls of different
strands are under way at the same time; what is computed is not, as Python runs one thread at a time.
"""

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from unittest import mock

from capacity.limits import LIMITS
from fraud_detector.workers import WORKERS
from simulation.model.cloud import Cloud
from simulation.oracle.facts import Request
from simulation.world import World
from transactions.agreed.invocations import NOTIFICATIONS_BATCH, STREAM_BATCH

if TYPE_CHECKING:
    from simulation.functions import Invocation

CALL_MS: Final = 5.0
"""Of a call of DynamoDB or SQS from within the region, on average; an assumption."""
COMPUTING_MS: Final = 0.7
"""Of a whole processor for a call, with what the function does beside it; an assumption, near what `bench` measures."""
_READ_IN_PARTS: Final = ("dynamodb", "BatchGetItem")
"""The model stops within this call, too: each of its items is read at a moment of its own."""


@dataclass(frozen=True)
class Taken:
    """What a batch took.

    Attributes:
        calls: how many were made.
        ms: from its first to its last.
        writes: table or index to what the fullest partition took of write units.
    """

    calls: int
    ms: float
    writes: dict[str, float]

    @property
    def rate(self) -> float:
        """Transactions a second that follow from full batches, one after another."""
        return STREAM_BATCH / self.ms * 1000


def batch(cards: int, memory_mb: int, *, workers: int = WORKERS) -> Taken:
    """Have a full batch of one merchant decided.

    Args:
        cards: on how many cards its transactions are.
        memory_mb: the function's, with which it has a share of a processor.
        workers: how many calls can be under way at a time.
    """
    with World(Cloud(lanes=1)) as world:
        settle_for(world)
        submit(world, "warms", 1)
        _decide(world, memory_mb, workers)
        submit(world, "batch", cards, STREAM_BATCH)
        world.cloud.partitions.reset()
        return _decide(world, memory_mb, workers)


def submission(memory_mb: int) -> float:
    """Have a transaction accepted of a merchant that the validator remembers; give how many ms it is at it."""
    with World(Cloud(lanes=1)) as world:
        settle_for(world)
        submit(world, "warms", 1)
        invocation = world.submit(Request("acme", "key", _body("submission", 1_000)))
        calls = 0
        while not invocation.is_over:
            calls += 1
            world.functions.resume(invocation)
        assert world.facts.answers[-1].status == 202
        return calls * (_computing(memory_mb) + CALL_MS)


def decryptions() -> float:
    """Tell merchants of their first transactions; give how many decryptions each webhook takes."""
    with World(Cloud(lanes=1)) as world:
        kms = world.cloud.kms
        with mock.patch.object(kms, "decrypt", side_effect=kms.decrypt) as decrypt:
            for merchant in world.merchants:
                world.finish(world.submit(Request(merchant, "key", _body(merchant, 1_000))))
            decided = world.poll_stream(0, STREAM_BATCH)
            assert decided is not None
            world.finish(decided)
            delivered = world.poll_queue(NOTIFICATIONS_BATCH)
            assert delivered is not None
            world.finish(delivered)
        told = sum(len(merchant.took) for merchant in world.merchants.values())
        assert told == len(world.merchants), "somebody was not told"
        return decrypt.call_count / told


def settle_for(world: World) -> None:
    """Have the merchant's own limit counted, and neither it nor a card's limit reached by one use of each card."""
    world.change_settings("acme", merchant_velocity={"window_seconds": 3600, "count": 1_000_000})


def submit(world: World, name: str, cards: int, count: int = 1) -> None:
    """Submit transactions on so many cards in turn, each of another amount."""
    for number in range(count):
        body = _body(f"{name}_{number % cards}", 1_000 + number)
        world.finish(world.submit(Request("acme", f"{name}-{number}", body)))
        assert world.facts.answers[-1].status == 202


def _body(card: str, amount: int) -> str:
    token = {"token": f"tok_{card}", "bin": "424242", "country": "DE", "expires": "2031-12"}
    return json.dumps({"amount": amount, "currency": "EUR", "card": token})


def fullest(world: World, names: Sequence[str]) -> dict[str, float]:
    """Give, of tables and indexes, what their fullest partition took of write units; of the velocity table by kind."""
    found: dict[str, float] = {}
    for name in names:
        for key, units in world.cloud.partitions.of("write", name).items():
            kind = f"{name}, {key.partition('#')[0]}" if name == "velocity" else name
            found[kind] = max(found.get(kind, 0), units)
    return found


def _computing(memory_mb: int) -> float:
    """Give the ms that a function of so much memory computes for a call."""
    return COMPUTING_MS * max(1.0, LIMITS["lambda_mb_of_a_processor"].value / memory_mb)


def _decide(world: World, memory_mb: int, workers: int) -> Taken:
    functions = world.functions
    side_by_side = functions.side_by_side
    functions.side_by_side = lambda work, most: side_by_side(work, workers)  # type: ignore[method-assign]
    computing = _computing(memory_mb)
    invocation = world.poll_stream(0, STREAM_BATCH)
    assert invocation is not None
    under_way: list[tuple[float, int, Invocation]] = []
    waiting: set[Invocation] = set()
    calls_of: dict[Invocation, tuple[str, str] | None] = {}
    calls, processor_free, now = 0, 0.0, 0.0
    while not invocation.is_over:
        for one in invocation.strands:
            if one in waiting:
                continue
            waiting.add(one)
            goes_on = one.waits_at == _READ_IN_PARTS == calls_of.get(one)
            calls_of[one] = one.waits_at
            if goes_on:
                heapq.heappush(under_way, (now, calls, one))
            else:
                calls += 1
                processor_free = max(processor_free, now) + computing
                heapq.heappush(under_way, (processor_free + CALL_MS, calls, one))
        now, _, one = heapq.heappop(under_way)
        waiting.discard(one)
        functions.resume(one)
    functions.side_by_side = side_by_side  # type: ignore[method-assign]
    return Taken(calls, now, fullest(world, ("transactions", "list-index", "merchant-index", "velocity")))
