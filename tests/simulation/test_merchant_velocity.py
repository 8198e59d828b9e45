"""A merchant's limit over shards: strict on one, and passed by no more than stated on several."""

from collections.abc import Sequence
from typing import Any
from unittest import mock

import msgspec
import pytest

from simulation.model.cloud import Cloud
from transactions.settings import MerchantVelocity
from transactions.submission import Submission
from transactions.transaction import Transaction
from transactions.velocity.merchant import SHARDS, MerchantVelocityCounter, parse_tally, shard_keys

BATCH = 5
BODY = {"currency": "EUR", "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}}


def batch(cloud: Cloud, number: int) -> list[Transaction]:
    submission = msgspec.convert({"amount": 100, **BODY}, Submission)
    return [Transaction(f"txn_{number}_{one}", "acme", "hash", cloud.now, submission) for one in range(BATCH)]


def batches_of_every_shard(cloud: Cloud) -> list[list[Transaction]]:
    """One batch for each shard, so that no two see each other."""
    found: dict[str, list[Transaction]] = {}
    for number in range(200):
        transactions = batch(cloud, number)
        scratch = Cloud()
        counter = MerchantVelocityCounter(scratch.dynamodb, "velocity", scratch.clock)
        counter.count(MerchantVelocity(window_seconds=600, count=BATCH), transactions)
        (written,) = [item["id"]["S"] for item in scratch.velocity.items()]
        found.setdefault(written, transactions)
    assert found.keys() == set(shard_keys("acme"))
    return list(found.values())


def admitted_when_all_read_before_any_writes(cloud: Cloud, limit: MerchantVelocity, waiting: Sequence[Any]) -> int:
    """Count batches so that each has read when the first writes: each begins within the write of the one before."""
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    left = list(waiting)
    admitted = [0]

    def count_next() -> None:
        transactions = left.pop()
        refused = counter.count(limit, transactions)
        admitted[0] += len(transactions) - len(refused)

    def between(service: str, operation: str) -> None:
        if operation == "UpdateItem" and left:
            count_next()

    cloud.faults.between = between
    while left:
        count_next()
    return admitted[0]


def test_the_stated_bound_is_reached_and_never_passed() -> None:
    cloud = Cloud()
    limit = MerchantVelocity(window_seconds=600, count=BATCH)

    admitted = admitted_when_all_read_before_any_writes(cloud, limit, batches_of_every_shard(cloud))

    assert admitted == limit.count + (SHARDS - 1) * BATCH


def test_on_one_shard_the_limit_is_strict() -> None:
    cloud = Cloud()
    limit = MerchantVelocity(window_seconds=600, count=BATCH + 2)

    with mock.patch("transactions.velocity.merchant.SHARDS", 1):
        admitted = admitted_when_all_read_before_any_writes(cloud, limit, [batch(cloud, one) for one in range(4)])

    assert admitted == limit.count


@pytest.mark.parametrize(("amount", "expected"), [(450, 4), (500, 5), (10_000, 5)])
def test_amounts_are_held_to_their_limit_in_their_currency(amount: int, expected: int) -> None:
    cloud = Cloud()
    limit = MerchantVelocity(window_seconds=600, count=100, amounts={"EUR": amount})

    refused = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock).count(limit, batch(cloud, 0))

    assert BATCH - len(refused) == expected
    assert set(refused.values()) <= {("velocity_merchant_amount",)}


def test_what_comes_a_day_late_is_for_a_person() -> None:
    cloud = Cloud()
    late = batch(cloud, 0)
    cloud.advance(25 * 60 * 60 * 1000)
    limit = MerchantVelocity(window_seconds=600, count=100)

    refused = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock).count(limit, late)

    assert set(refused.values()) == {("velocity_merchant_unknown",)}


def test_the_window_slides_on() -> None:
    cloud = Cloud()
    limit = MerchantVelocity(window_seconds=600, count=BATCH)
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    assert counter.count(limit, batch(cloud, 0)) == {}
    cloud.advance(300_000)
    assert len(counter.count(limit, batch(cloud, 1))) == BATCH
    cloud.advance(700_000)
    assert counter.count(limit, batch(cloud, 2)) == {}


def tallied(cloud: Cloud) -> int:
    return sum(bucket.count for item in cloud.velocity.items() for bucket in parse_tally(item).buckets)


def test_another_batch_that_begins_alike_is_not_taken_for_this_one() -> None:
    """The stream hands out half of a batch, or an operator's repair one of it, while the batch itself is under way."""
    cloud = Cloud()
    limit = MerchantVelocity(window_seconds=600, count=1_000)
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    transactions = batch(cloud, 1)

    def between(service: str, operation: str) -> None:
        if operation == "UpdateItem":
            cloud.faults.between = lambda service, operation: None
            counter.count(limit, transactions[:1])

    cloud.faults.between = between
    assert counter.count(limit, transactions) == {}

    # The one that came twice is counted twice; too high by that, and not too low.
    assert tallied(cloud) == BATCH + 1
