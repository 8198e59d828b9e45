"""A merchant's limit over shards: strict on one, and passed by no more than stated on several."""

from collections.abc import Sequence
from random import Random
from typing import Any
from unittest import mock

import msgspec
import pytest
from greenlet import getcurrent, greenlet

from simulation.model.cloud import Cloud
from transactions.money import CURRENCIES, LARGEST_AMOUNT
from transactions.settings import MerchantVelocity
from transactions.submission import Submission
from transactions.transaction import Transaction
from transactions.velocity.merchant import (
    SHARDS,
    MerchantVelocityCounter,
    bucket_ms,
    parse_tally,
    shard_keys,
    unknown_ms,
)

BATCH = 5
BODY = {"currency": "EUR", "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}}


def batch(cloud: Cloud, number: int) -> list[Transaction]:
    submission = msgspec.convert({"amount": 100, **BODY}, Submission)
    return [Transaction(f"txn_{number}_{one}", "acme", "hash", cloud.now, submission) for one in range(BATCH)]


def batches_of_every_shard(cloud: Cloud, first: int = 0) -> dict[str, list[Transaction]]:
    """One batch for each shard, so that no two see each other."""
    found: dict[str, list[Transaction]] = {}
    for number in range(first, first + 200):
        transactions = batch(cloud, number)
        scratch = Cloud()
        counter = MerchantVelocityCounter(scratch.dynamodb, "velocity", scratch.clock)
        counter.count(MerchantVelocity(window_seconds=600, count=BATCH), transactions)
        (written,) = [item["id"]["S"] for item in scratch.velocity.items()]
        found.setdefault(written, transactions)
    assert found.keys() == set(shard_keys("acme"))
    return found


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

    admitted = admitted_when_all_read_before_any_writes(cloud, limit, [*batches_of_every_shard(cloud).values()])

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


def test_no_merchant_is_counted_with_another() -> None:
    cloud = Cloud()
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    limit = MerchantVelocity(window_seconds=600, count=BATCH)
    others = [msgspec.structs.replace(transaction, merchant_id="globex") for transaction in batch(cloud, 1)]

    assert counter.count(limit, batch(cloud, 1)) == {}
    assert counter.count(limit, others) == {}


def test_a_shard_goes_when_no_record_can_come_that_a_window_could_join_with_its_newest_bucket() -> None:
    cloud = Cloud()
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    limit = MerchantVelocity(window_seconds=600, count=BATCH)
    counter.count(limit, batch(cloud, 1))

    (shard,) = cloud.velocity.items()
    begun = cloud.now // 1000 // 50 * 50
    # DynamoDB takes seconds. A record comes a day late at most, and no window is longer than a day.
    assert shard["expires_at"] == {"N": f"{begun + 3 * 24 * 60 * 60}"}


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


def admitted_in_a_random_order(seed: int, shards: int, batches: int, limit: MerchantVelocity) -> int:
    """Run batches at once, a call of one after a call of another, while DynamoDB leaves some keys for later."""
    random = Random(seed)  # noqa: S311 - the same again from the same seed
    cloud = Cloud()
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    hub = getcurrent()
    refused: list[int] = []

    def run(number: int) -> None:
        refused.append(len(counter.count(limit, batch(cloud, number))))

    running = [greenlet(lambda number=number: run(number)) for number in random.sample(range(10_000), batches)]
    cloud.faults.between = lambda service, operation: hub.switch() if getcurrent() is not hub else None
    cloud.dynamodb_model.unprocessed = lambda table, key: random.random() < 0.4
    with mock.patch("transactions.velocity.merchant.SHARDS", shards):
        while running:
            # One after another is seldom what goes wrong: some wait for long while others run to their end.
            one = random.choice(running[: random.choice((1, len(running)))])
            one.switch()
            running = [each for each in running if not each.dead]
    assert len(refused) == batches
    return batches * BATCH - sum(refused)


@pytest.mark.parametrize("shards", [2, 4])
def test_no_schedule_passes_the_stated_bound(shards: int) -> None:
    limit = MerchantVelocity(window_seconds=600, count=shards * BATCH)
    bound = limit.count + (shards - 1) * BATCH

    admitted = [admitted_in_a_random_order(seed, shards, 4 * shards, limit) for seed in range(150)]

    assert max(admitted) <= bound
    # That schedules do matter: batches on different shards miss each other in some.
    assert max(admitted) > limit.count


def test_batches_that_wait_between_their_reads_do_not_add_up() -> None:
    """Each of many batches has read when others fill the limit, and reads what DynamoDB has left over afterwards."""
    cloud = Cloud()
    limit = MerchantVelocity(window_seconds=600, count=SHARDS * BATCH)
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    early = batches_of_every_shard(cloud)
    waiting = list(batches_of_every_shard(cloud, first=1_000).items())
    own, admitted, reads = [""], [0], [0]
    left_over: set[str] = set()

    def count(transactions: list[Transaction]) -> None:
        refused = counter.count(limit, transactions)
        admitted[0] += len(transactions) - len(refused)

    def count_next() -> None:
        reads[0] = 0
        own[0], transactions = waiting.pop()
        count(transactions)

    def between(service: str, operation: str) -> None:
        reads[0] += 1
        if reads[0] < 2:
            return
        if waiting:
            count_next()
        else:
            cloud.faults.between = lambda service, operation: None
            for transactions in early.values():
                count(transactions)

    def own_is_left_over_once(table: str, key: str) -> bool:
        is_left_over = key == own[0] and key not in left_over
        left_over.update({key} if is_left_over else ())
        return is_left_over

    cloud.faults.between = between
    cloud.dynamodb_model.unprocessed = own_is_left_over_once
    count_next()

    assert not waiting
    assert admitted[0] <= limit.count + (SHARDS - 1) * BATCH


@pytest.mark.parametrize(("earlier", "later"), [(60, 86_400), (600, 3_600), (60, 120)])
def test_a_longer_window_calls_all_unknown_for_exactly_as_long_as_is_said(earlier: int, later: int) -> None:
    cloud = Cloud()
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    before, after = (MerchantVelocity(window_seconds=seconds, count=1_000) for seconds in (earlier, later))
    cloud.advance(-cloud.now % (earlier * 1000))
    with mock.patch("transactions.velocity.merchant.SHARDS", 1):
        for number in range(36):
            assert counter.count(before, batch(cloud, number)) == {}
            cloud.advance(earlier * 1000 // 12)
        # From the last that was counted by the shorter window.
        cloud.advance(unknown_ms(before, after) - earlier * 1000 // 12 - 1)
        refused = counter.count(after, batch(cloud, 100))
        cloud.advance(1)
        admitted = counter.count(after, batch(cloud, 101))

    assert set(refused.values()) == {("velocity_merchant_unknown",)}
    assert admitted == {}


@pytest.mark.parametrize(("earlier", "later"), [(60, 60), (86_400, 60), (600, 1_100)])
def test_a_window_that_is_not_much_longer_calls_nothing_unknown(earlier: int, later: int) -> None:
    assert unknown_ms(*(MerchantVelocity(window_seconds=seconds, count=1) for seconds in (earlier, later))) == 0


def written_with(currencies: int) -> int:
    """Fill a shard with every bucket it keeps, in each of so many currencies, and return its last write in units."""
    cloud = Cloud()
    counter = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    limit = MerchantVelocity(window_seconds=3_600, count=1_000_000)
    submissions = [
        msgspec.convert({**BODY, "amount": LARGEST_AMOUNT, "currency": currency}, Submission)
        for currency in sorted(CURRENCIES)[:currencies]
    ]
    with mock.patch("transactions.velocity.merchant.SHARDS", 1):
        for number in range(30):
            cloud.advance(bucket_ms(limit))
            cloud.usage.reset()
            brought = [
                Transaction(f"txn_{number}_{place}", "a" * 32, "hash", cloud.now, submission)
                for place, submission in enumerate(submissions)
            ]
            assert counter.count(limit, brought) == {}
    return cloud.usage.of("velocity", "UpdateItem").write_units


@pytest.mark.parametrize(("currencies", "units"), [(1, 1), (2, 2), (5, 2), (10, 4), (20, 6)])
def test_a_full_shard_is_as_many_write_units_as_is_promised(currencies: int, units: int) -> None:
    assert written_with(currencies) == units
