"""Transactions that come in one batch of the stream."""

import json
from itertools import count
from typing import Final

from simulation.oracle.facts import Request
from simulation.world import World
from transactions.idempotency import transaction_id

CARD: Final = {"bin": "424242", "country": "DE", "expires": "2031-12"}
LANE: Final = 0


def keys_of_one_lane(world: World, wanted: int) -> list[str]:
    """Give idempotency keys whose transactions come in one batch."""
    keys = (f"k{number}" for number in count())
    of_lane = (key for key in keys if world.cloud.stream.lane_of(transaction_id("acme", key)) == LANE)
    return [next(of_lane) for _ in range(wanted)]


def submitted(world: World, key: str, card: str) -> str:
    """Submit a transaction; return its id."""
    body = {"amount": 1_000, "currency": "EUR", "card": CARD | {"token": f"tok_card_{card}"}}
    world.finish(world.submit(Request("acme", key, json.dumps(body))))
    return transaction_id("acme", key)
