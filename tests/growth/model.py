"""What is measured of the functions on the simulation's model, which has room for more merchants than a lane."""

import gc
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulation.merchants import Merchant
from simulation.model.cloud import Cloud
from simulation.oracle.facts import Request
from simulation.world import World
from transactions.agreed.invocations import STREAM_BATCH
from transactions.memory import MOST_REMEMBERED
from transactions.merchants import Merchants

EVERY_MS: Final = 2
"""Between two transactions: at 500 a second all of 10,000 merchants send one before a memory is 30 s old."""


def measured(sizes: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    """Have as many transactions as the most merchants accepted and decided, by fewer and by all of them."""
    return {size: _of(size, max(sizes)) for size in sizes}


def _of(size: int, transactions: int) -> Mapping[str, str]:
    names = [f"m-{number}" for number in range(size)]
    with World(Cloud(lanes=1), merchants={name: Merchant(name) for name in names}) as world:
        world.cloud.partitions.reset()
        statuses = set()
        for number in range(transactions):
            name = names[number % size]
            card = {"token": f"tok_card_{number}", "bin": "424242", "country": "DE", "expires": "2031-12"}
            body: dict[str, Any] = {"amount": 1_000, "currency": "EUR", "card": card}
            world.finish(world.submit(Request(name, f"key-{number}", json.dumps(body))))
            statuses.add(world.facts.answers[-1].status)
            world.cloud.advance(EVERY_MS)
            if number % STREAM_BATCH == STREAM_BATCH - 1 or number == transactions - 1:
                while invocation := world.poll_stream(0, STREAM_BATCH):
                    world.finish(invocation)
        reads = sum(world.cloud.partitions.of("read", "merchants").values())
        writes = sum(world.cloud.partitions.of("write", "transactions").values())
        remembered = max(len(held._remembered) for held in gc.get_objects() if isinstance(held, Merchants))
    if statuses != {202} or remembered > MOST_REMEMBERED:
        raise SystemExit(f"of {size} merchants: answered {statuses}, and {remembered} items remembered")
    return {
        f"{transactions:,} transactions, write units each": f"{writes / transactions:.2f}",
        "read units of the merchants table each": f"{reads / transactions:.2f}",
        "items that a function remembers, at the most": f"{remembered:,}",
    }
