"""What is of different cards goes side by side, what is of one in its order, and nothing outlives its batch."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fraud_detector.workers import WORKERS, Workers
from simulation.functions import Invocation
from simulation.world import World
from support.one_lane import LANE, keys_of_one_lane, submitted


def test_results_come_in_the_order_of_the_items() -> None:
    begun = threading.Barrier(3, timeout=60)

    def work(item: int) -> int:
        # Nobody passes before all three are there: they run at one time.
        begun.wait()
        return item * 10

    with ThreadPoolExecutor(WORKERS) as pool:
        assert Workers(pool).do(work, [1, 2, 3]) == [10, 20, 30]


def test_one_item_alone_and_none_need_no_other_thread() -> None:
    class NoPool:
        def map(self, work: Any, items: Iterable[Any], /) -> list[Any]:
            assert not list(items)
            return []

    assert Workers(NoPool()).do(lambda _: threading.current_thread(), [1]) == [threading.current_thread()]
    assert Workers(NoPool()).do(lambda item: item, []) == []


def test_an_error_is_raised_when_all_have_come_to_their_end() -> None:
    ended: list[int] = []
    first_is_over = threading.Event()

    def work(item: int) -> None:
        if item == 0:
            first_is_over.set()
            raise ConnectionError("the first")
        first_is_over.wait(60)
        ended.append(item)
        if item == 2:
            raise OSError("a later one")

    with ThreadPoolExecutor(WORKERS) as pool, pytest.raises(ConnectionError, match="the first"):
        Workers(pool).do(work, [0, 1, 2, 3])
    assert sorted(ended) == [1, 2, 3]


def next_calls(invocation: Invocation) -> list[tuple[str, str] | None]:
    return [strand.waits_at for strand in invocation.strands]


def test_cards_are_counted_and_decided_side_by_side_and_each_in_its_order() -> None:
    with World() as world:
        world.change_settings("acme", merchant_velocity=None)
        keys = keys_of_one_lane(world, 4)
        first, second, third, fourth = [submitted(world, key, card) for key, card in zip(keys, "aabc", strict=True)]
        batch = world.poll_stream(LANE, 4)
        assert batch is not None
        while batch.split is None:
            world.step(batch)
        changed = [(change.table, change.key) for change in world.facts.changes]

        # A strand for each of the three cards, and each at the write of its first transaction.
        assert next_calls(batch) == [("dynamodb", "UpdateItem")] * 3
        while not all(strand.waits_for.startswith("transactions") for strand in batch.strands):
            world.step(batch.strands[-1])
        decided = [each.waits_for for each in batch.strands]
        world.finish(batch)
        order = [(change.table, change.key) for change in world.facts.changes][len(changed) :]

    assert decided == [f"transactions {name}" for name in (first, third, fourth)]
    written = [key for table, key in order if table == "transactions"]
    assert sorted(written) == sorted((first, second, third, fourth))
    assert written.index(first) < written.index(second)
