"""What a transaction costs, counted on the model by DynamoDB's rules."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from simulation.machine import MOST_TEXT
from simulation.merchants import IDS
from simulation.model.usage import Consumed
from simulation.oracle.facts import Request
from simulation.world import LANES, World
from transactions.agreed.webhooks import DELIVERY_ATTEMPTS
from transactions.card_lists.entry import ALLOW, BLOCK, MUTE, Entry
from transactions.card_lists.register import CardListRegister
from transactions.listing import SHARDS as LIST_SHARDS
from transactions.reviews.open_reviews import SHARDS
from transactions.reviews.resolution import LONGEST_NOTE, Resolution
from transactions.store import TransactionStore
from transactions.webhooks.deliveries import Attempt, DeliveryLog
from transactions.webhooks.notifications import Notification

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
        # An entry of the card could lift the rule, so its history is read.
        ({"amount": 9_500}, "declined", 2, 1),
        # None could lift this one.
        ({"currency": "CHF"}, "declined", 2, 0),
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
    # The list holds keys alone: a decision does not write it.
    assert (total.write_units, total.index_write_units) == (write_units, 1)
    # A consistent read of the card's history.
    assert total.read_units == read_units


def in_review(world: World, key: str, **changes: Any) -> str:
    body = BODY | MOST_TEXT | {"card": BODY["card"] | {"country": "FR"}, "amount": 4_000} | changes
    submit(world, key, body)
    settle(world)
    return str(json.loads(world.facts.answers[-1].body)["id"])


def test_what_goes_into_review_is_one_unit_more_in_each_list_of_reviews_and_none_in_the_list(world: World) -> None:
    name = in_review(world, "review")

    total = world.cloud.usage.total()
    item = world.cloud.transactions.newest(name)
    assert item is not None
    assert item["status"] == {"S": "review"}
    assert (total.write_units, total.index_write_units, total.read_units) == (3, 1 + 2, 1)


@pytest.mark.parametrize(("note", "most"), [(None, 1), ("n" * LONGEST_NOTE, 2)])
def test_the_end_of_a_review_is_one_write_and_its_places_in_the_lists_and_one_more_once_it_is_told(
    world: World, note: str | None, most: int
) -> None:
    name = in_review(world, "review", reference="r", metadata={})
    world.cloud.usage.reset()

    world.review("arn:aws:iam::123456789012:user/ann", name, Resolution("approved", "other", "arn:x", 1, note))

    closed = world.cloud.usage.total()
    assert (closed.calls, closed.read_units, closed.index_write_units) == (1, 0, 2)
    assert closed.write_units <= most
    world.cloud.usage.reset()
    settle(world)
    told = world.cloud.usage.total()
    assert (told.calls, told.read_units, told.index_write_units) == (1, 0, 0)
    assert told.write_units <= most
    item = world.cloud.transactions.newest(name)
    assert item is not None
    assert "untold" not in item


def test_a_page_of_reviews_is_a_query_a_shard_and_a_unit_a_transaction(world: World) -> None:
    in_review(world, "review")
    for merchant, queries in (("acme", LIST_SHARDS), (None, SHARDS)):
        world.cloud.usage.reset()

        (found,) = TransactionStore(world.cloud.dynamodb, "transactions").reviews(merchant, 25, None).transactions

        assert found.is_in_review
        total = world.cloud.usage.total()
        assert (total.calls, total.write_units) == (queries + 1, 0)
        assert total.read_units <= queries + 1


@pytest.mark.parametrize(
    ("effect", "changes", "status", "write_units"),
    [
        (BLOCK, {}, "declined", 2),
        (ALLOW, {}, "approved", 3),
        (ALLOW, {"card": BODY["card"] | {"bin": "400012"}}, "approved", 3),
        (MUTE, {"card": BODY["card"] | {"bin": "400012"}}, "approved", 3),
    ],
)
def test_an_entry_of_the_card_costs_no_read_and_no_write_more(
    world: World, effect: str, changes: dict[str, Any], status: str, write_units: int
) -> None:
    now, token = world.cloud.now, BODY["card"]["token"]
    rule = "bin_blocked" if effect == MUTE else ""
    entry = Entry(effect=effect, until=now + 60_000, at=now, by="arn:aws:iam::123456789012:user/jane", reason="known")
    entry = msgspec.structs.replace(entry, rule=rule)
    CardListRegister(world.cloud.dynamodb, "velocity", world.cloud.clock).set("acme", token, entry)
    # Read, and written on the version that was read.
    assert world.cloud.usage.total() == Consumed(calls=2, read_units=1, write_units=1, index_write_units=0)
    world.cloud.usage.reset()

    submit(world, "flow", BODY | changes | MOST_TEXT)
    settle(world)

    total = world.cloud.usage.total()
    view = json.loads(world.ask("acme", json.loads(world.facts.answers[-1].body)["id"])["body"])
    assert view["status"] == status
    assert (total.write_units, total.read_units, total.index_write_units) == (write_units, 1, 1)
    assert world.cloud.usage.of("velocity", "BatchGetItem").calls == 1
    assert world.cloud.usage.of("velocity", "GetItem").calls == 0


def test_a_transaction_that_earlier_versions_list_too_is_two_units_of_an_index_more() -> None:
    with World(list_for_earlier_versions=True) as world:
        world.change_settings("acme", merchant_velocity=None)
        world.cloud.usage.reset()

        submit(world, "flow", BODY | MOST_TEXT)
        settle(world)

        total = world.cloud.usage.total()
    assert (total.write_units, total.index_write_units) == (3, 3)


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


@pytest.mark.parametrize(("reason", "most"), [("answered 500", 1), ("no answer: TimeoutError", 1), ("x" * 200, 2)])
def test_each_attempt_of_a_webhook_is_one_write_unit_and_a_long_wait_its_place_in_the_index(
    world: World, reason: str, most: int
) -> None:
    log = DeliveryLog(world.cloud.dynamodb, "deliveries", world.cloud.clock)
    event = {"type": "transaction.approved", "data": {"id": f"txn_{'x' * 32}"}}
    told = Notification("a" * 32, f"msg_{'x' * 32}", event)
    failed = Attempt(world.cloud.now, 20_000, None, reason)

    def index_units() -> int:
        consumed = world.cloud.usage.total()
        world.cloud.usage.reset()
        assert 1 <= consumed.write_units <= most
        return consumed.index_write_units

    for attempt in range(1, 5):
        log.waits_in_queue(msgspec.structs.replace(told, attempt=attempt), failed, failed.at + 1)
        assert index_units() == 0
    log.waits(msgspec.structs.replace(told, attempt=5), failed, failed.at + 2)
    assert index_units() == 1
    for attempt in range(6, DELIVERY_ATTEMPTS):
        log.waits(msgspec.structs.replace(told, attempt=attempt), failed, failed.at + attempt)
        assert index_units() == 2
    log.delivered(msgspec.structs.replace(told, attempt=DELIVERY_ATTEMPTS), Attempt(failed.at, 20_000, 204))
    assert index_units() == 1


def test_a_webhook_that_is_held_is_one_write_unit_and_its_place_in_the_index(world: World) -> None:
    log = DeliveryLog(world.cloud.dynamodb, "deliveries", world.cloud.clock)
    told = Notification("acme", "msg_x", {"type": "transaction.approved", "data": {"id": "txn_x"}})

    log.waits(told, None, world.cloud.now, held="the endpoint is failing")

    assert world.cloud.usage.total() == Consumed(calls=1, write_units=1, index_write_units=1)
