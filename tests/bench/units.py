"""Counts what each path consumes of DynamoDB and SQS, on the simulation's model."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.paths import PAGE
from simulation.merchants import IDS
from simulation.model.faults import Fault
from simulation.oracle.facts import Request
from simulation.world import LANES, World


@dataclass(frozen=True)
class Used:
    """What a path consumes.

    Attributes:
        name: of the path.
        calls: of the SDK.
        write_units: of the tables.
        index_write_units: of the index of the transactions.
        read_units: of tables and index.
    """

    name: str
    calls: int
    write_units: int
    index_write_units: int
    read_units: float


def used() -> list[Used]:
    """Go each path once with what is remembered from before, and count."""
    with World() as world:
        for merchant in IDS:
            # Nothing is to be near a limit, and a merchant's own limit is to be counted.
            limit = {"window_seconds": 3600, "count": 100_000}
            world.change_settings(merchant, merchant_velocity=limit)
        _submit(world, "fills-the-memories")
        _decide(world)
        counted = [
            _count(world, "a new transaction", lambda: _submit(world, "order-1")),
            _count(world, "a replay", lambda: _submit(world, "order-1")),
            _count(world, "a decision, alone in its batch", lambda: _decide(world)),
            _count(world, "a transaction read", lambda: _read(world)),
        ]
        for number in range(PAGE):
            _submit(world, f"page-{number}")
        counted.append(_count(world, f"a list page of {PAGE}", lambda: world.list_page("acme", PAGE, None)))
    return counted


def _count(world: World, name: str, go: Callable[[], object]) -> Used:
    calls = 0
    decide = world.cloud.faults.decide

    # Once for a call; what a batch reads is read at several moments.
    def called(service: str, operation: str) -> Fault | None:
        nonlocal calls
        calls += 1
        return decide(service, operation)

    world.cloud.usage.reset()
    world.cloud.faults.decide = called
    try:
        go()
    finally:
        world.cloud.faults.decide = decide
    total = world.cloud.usage.total()
    return Used(name, calls, total.write_units, total.index_write_units, total.read_units)


def _submit(world: World, key: str) -> None:
    body: dict[str, Any] = {
        "amount": 1250,
        "currency": "EUR",
        "card": {"token": f"tok_{key.replace('-', '_')}", "bin": "424242", "country": "DE", "expires": "2099-12"},
        "reference": key,
    }
    world.finish(world.submit(Request("acme", key, json.dumps(body))))
    assert world.facts.answers[-1].status == 202


def _read(world: World) -> None:
    world.ask("acme", json.loads(world.facts.answers[-1].body)["id"])


def _decide(world: World) -> None:
    for lane in range(LANES):
        if invocation := world.poll_stream(lane):
            world.finish(invocation)
