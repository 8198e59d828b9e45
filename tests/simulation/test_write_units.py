"""What a transaction costs, counted on the model by DynamoDB's rules."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulation.machine import MOST_TEXT
from simulation.merchants import IDS
from simulation.model.usage import Consumed
from simulation.oracle.facts import Request
from simulation.world import LANES, World

LONGEST_SPREAD_MS = 0
"""A sweep that sends one webhook sends it at once."""

BODY: dict[str, Any] = {
    "amount": 1_000,
    "currency": "EUR",
    "card": {"token": f"tok_{'x' * 60}", "bin": "42424242", "country": "DE", "expires": "2031-12"},
}


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        # Without a limit of the merchant's own, whose write is one a batch.
        for merchant in IDS:
            world.change_settings(merchant, merchant_velocity=None)
        submit(world, "warms-the-cache", BODY | {"card": BODY["card"] | {"token": "tok_other"}})
        settle(world)
        world.cloud.usage.reset()
        yield world


def submit(world: World, key: str, body: dict[str, Any]) -> int:
    world.finish(world.submit(Request("acme", key, json.dumps(body))))
    return world.facts.answers[-1].status


def settle(world: World) -> None:
    for lane in range(LANES):
        while invocation := world.poll_stream(lane):
            world.finish(invocation)


def test_a_new_transaction_is_one_write_unit_and_no_read(world: World) -> None:
    assert submit(world, "new", BODY | MOST_TEXT) == 202

    assert world.cloud.usage.total() == Consumed(calls=1, read_units=0, write_units=1, index_write_units=1)


def test_a_replay_is_one_write_unit_and_no_read(world: World) -> None:
    submit(world, "again", BODY)
    world.cloud.usage.reset()

    assert submit(world, "again", BODY) == 202
    assert world.cloud.usage.total() == Consumed(calls=1, read_units=0, write_units=1, index_write_units=0)


@pytest.mark.parametrize(
    ("changes", "status", "write_units", "read_units"),
    [
        ({}, "approved", 3, 1),
        ({"amount": 9_500}, "declined", 2, 0),
    ],
)
def test_the_whole_flow_is_three_write_units_at_the_most(
    world: World, changes: dict[str, Any], status: str, write_units: int, read_units: int
) -> None:
    submit(world, "flow", BODY | changes | MOST_TEXT)
    transaction_id = json.loads(world.facts.answers[-1].body)["id"]
    settle(world)

    item = world.cloud.transactions.newest(transaction_id)
    total = world.cloud.usage.total()
    assert item is not None
    assert item["status"] == {"S": status}
    assert (total.write_units, total.index_write_units) == (write_units, 2)
    # A consistent read of the card's history.
    assert total.read_units == read_units


def test_a_transaction_the_card_refuses_is_two_write_units(world: World) -> None:
    for number in range(2):
        submit(world, f"before-{number}", BODY | {"amount": 1_000 + number})
    settle(world)
    world.cloud.usage.reset()

    submit(world, "one-too-many", BODY | {"amount": 900})
    settle(world)

    assert world.cloud.usage.total().write_units == 2


def test_a_full_history_of_a_card_is_one_write_unit(world: World) -> None:
    limit = world.settings("acme")["card_velocity"] | {"count": 20, "amounts": {}}
    world.change_settings("acme", card_velocity=limit, duplicate_window_seconds=0)
    world.pass_time(60_000)
    for number in range(50):
        submit(world, f"use-{number}", BODY | {"amount": 99_999_999_999 if number % 2 else 1_000 + number})
        world.pass_time(29_000)
        settle(world)

    usage = world.cloud.usage.of("velocity", "UpdateItem")
    assert usage.write_units == usage.calls > 20


def failed(world: World, attempt: int, receiver: str = "500") -> Consumed:
    """Have an attempt of a webhook fail, one after the other, and return what the last one consumed."""
    world.merchants["acme"].receiver = receiver
    submit(world, "told", BODY | MOST_TEXT)
    settle(world)
    for _ in range(attempt):
        moments = (world.cloud.notifications.next_visible(), world.next_sweep())
        world.cloud.now = max(world.cloud.now, *(each for each in moments if each is not None))
        if (due := world.next_sweep()) is not None and due <= world.cloud.now:
            world.finish(world.sweep())
        world.cloud.advance(LONGEST_SPREAD_MS)
        world.cloud.usage.reset()
        invocation = world.poll_queue(10)
        assert invocation is not None
        world.finish(invocation)
    return world.cloud.usage.of("deliveries", "UpdateItem")


def test_a_delivered_webhook_is_one_write_unit(world: World) -> None:
    assert failed(world, 1, "well") == Consumed(calls=1, write_units=1)


@pytest.mark.parametrize("attempt", [1, 4])
def test_a_failed_attempt_that_waits_in_the_queue_is_one_write_unit(world: World, attempt: int) -> None:
    assert failed(world, attempt) == Consumed(calls=1, write_units=1)
