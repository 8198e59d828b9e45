"""Where the system ends on the model is what docs/capacity.md says, and the model refuses as DynamoDB does."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from capacity.bottlenecks import NOTIFIERS_AT_ONCE, Bottleneck, Measured, bottlenecks, measure, of_a_shard
from capacity.limits import LIMITS
from capacity.report import files
from capacity.timing import CALL_MS
from simulation.oracle.facts import Request
from simulation.world import World
from tapstack.checkout import CHECKOUT
from transactions.agreed.invocations import STREAM_BATCH, STREAM_BATCHES_AT_ONCE
from transactions.listing import SHARDS

SCALE = 100
"""The model's partitions take a hundredth of DynamoDB's, so that a hundredth of the requests shows it."""
SECONDS = 5


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure()


@pytest.fixture(scope="module")
def found(measured: Measured) -> list[Bottleneck]:
    return bottlenecks(measured)


def test_the_page_and_its_pictures_are_what_the_model_gives(measured: Measured, found: list[Bottleneck]) -> None:
    for path, text in files(measured, found).items():
        assert (CHECKOUT / path).read_text(encoding="utf-8") == text, f"{path}: tapstack generate capacity"


def test_a_merchants_list_takes_less_than_a_third_of_a_unit_of_one_partition_for_a_transaction(
    measured: Measured,
) -> None:
    assert 1 / SHARDS <= measured.list_share < 1 / 3
    assert measured.earlier_list_share == 2


def test_more_is_decided_of_a_shard_than_its_partition_can_bring_and_one_after_another_it_was_less(
    measured: Measured,
) -> None:
    brought, decided, alone = of_a_shard(measured)

    assert alone < brought < decided
    assert measured.alone.calls == measured.batch.calls


def test_a_card_that_is_tried_again_and_again_takes_units_for_what_its_limit_lets_through_alone(
    measured: Measured,
) -> None:
    assert measured.one_card.writes["velocity, card"] < STREAM_BATCH / 10


def test_the_stream_is_read_as_aws_allows() -> None:
    assert LIMITS["stream_batches_at_once"].value >= STREAM_BATCHES_AT_ONCE
    assert LIMITS["stream_batch_records"].value >= STREAM_BATCH
    # Lambda hands out less than the batch where its event would be larger: an image takes up to a kibibyte, and its
    # JSON, with the types of all values, not five times as much.
    assert LIMITS["invocation_bytes"].value > STREAM_BATCH * 5 * 1024


def test_a_secret_is_decrypted_once_for_a_webhook_and_one_call_accepts_a_transaction(measured: Measured) -> None:
    assert measured.decryptions == 1
    assert CALL_MS < measured.submission_ms < 2 * CALL_MS


def test_each_scope_has_a_first_bottleneck_and_two_behind_it_unless_it_has_no_more(found: list[Bottleneck]) -> None:
    scopes = Counter(one.scope for one in found)

    assert scopes["a merchant"] >= 3
    assert scopes["all merchants"] >= 3
    for scope in scopes:
        rates = [one.rate for one in found if one.scope == scope]
        assert rates == sorted(rates)


def test_the_notifier_is_deployed_with_what_the_model_takes() -> None:
    source = (CHECKOUT / "projects" / "compute" / "notifier_function.py").read_text(encoding="utf-8")
    numbers = [
        value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "maximum_concurrency" and isinstance(value, ast.Constant)
    ]

    assert numbers == [NOTIFIERS_AT_ONCE]


def answered(world: World, rate: int) -> Iterator[int]:
    """Send and decide transactions of one merchant at so many a second; give each answer's status."""
    world.change_settings("acme", merchant_velocity=None)
    world.cloud.advance(1000 - world.cloud.now % 1000)
    world.cloud.partitions.limits = {
        "write": LIMITS["partition_write_units"].value / SCALE,
        "read": LIMITS["partition_read_units"].value / SCALE,
    }
    for number in range(rate * SECONDS):
        card = {"token": f"tok_card_{number}", "bin": "424242", "country": "DE", "expires": "2031-12"}
        body: dict[str, Any] = {"amount": 1_000, "currency": "EUR", "card": card}
        world.finish(world.submit(Request("acme", f"key-{number}", json.dumps(body))))
        yield world.facts.answers[-1].status
        for lane in range(len(world.cloud.stream_pollers)):
            if invocation := world.poll_stream(lane, STREAM_BATCH):
                world.finish(invocation)
        world.pass_time(1000 // rate)


def test_a_list_in_one_partition_has_its_tables_writes_refused_above_500_a_second() -> None:
    below, above = 500 // SCALE - 1, 500 // SCALE + 2
    with World(list_for_earlier_versions=True) as world:
        assert set(answered(world, below)) == {202}
    with World(list_for_earlier_versions=True) as world:
        statuses = set(answered(world, above))
        refused = world.cloud.partitions.refused

    assert refused.keys() == {("write", "merchant-index")}
    assert statuses <= {202, 503}


def test_a_list_of_keys_over_shards_takes_1700_a_second() -> None:
    with World() as world:
        assert set(answered(world, 1_700 // SCALE)) == {202}
        assert not world.cloud.partitions.refused
