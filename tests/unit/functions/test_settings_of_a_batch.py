"""A batch of the stream is decided by one version of each merchant's settings, whatever changes meanwhile."""

from typing import Any

from simulation.model.table import Table
from simulation.world import World
from support.one_lane import LANE, keys_of_one_lane, submitted
from transactions.idempotency import transaction_id
from transactions.memory import CACHE_MS


def decision_of(table: Table, key: str) -> dict[str, Any]:
    item = table.newest(transaction_id("acme", key))
    assert item is not None
    decision: dict[str, Any] = item["decision"]["M"]
    return decision


def test_a_limit_that_changes_within_a_batch_holds_for_the_next_one() -> None:
    with World() as world:
        limit = world.settings("acme")["merchant_velocity"] | {"amounts": {}}
        world.change_settings("acme", merchant_velocity=limit | {"count": 1_000})
        keys = keys_of_one_lane(world, 3)
        for number, key in enumerate(keys):
            submitted(world, key, f"{number}")
        batch = world.poll_stream(LANE)
        assert batch is not None
        while batch.strands[0].waits_at != ("dynamodb", "UpdateItem"):
            world.step(batch)
        # The first is judged. What the environment remembers grows too old within the batch.
        world.change_settings("acme", merchant_velocity=limit | {"count": 1})
        world.cloud.advance(CACHE_MS + 1)
        world.finish(batch)

        decisions = [decision_of(world.cloud.transactions, key) for key in keys]

    assert [decision["settings_version"]["N"] for decision in decisions] == ["2", "2", "2"]
    assert [decision["verdict"]["S"] for decision in decisions] == ["approved"] * 3
