"""Schedules: whoever has the highest priority runs on, and falls behind at the moments that were drawn."""

import pytest

from simulation.schedules import SCENES, Actor, ByChance, ByPriorities, Scene, Search, kind_of, repeatable
from simulation.world import World


class Counting(Actor):
    """An actor whose every call is about the same item."""

    def next_call(self, world: World) -> str | None:
        return "velocity card#acme#1"


def order(scheduler: ByPriorities | ByChance, calls: int) -> str:
    actors = [Counting(name, lambda: None) for name in "abc"]
    with World() as world:
        return "".join(scheduler.pick(actors, world).name for _ in range(calls))


def test_without_a_moment_one_runs_on() -> None:
    assert len(set(order(ByPriorities(repeatable(1), []), 9))) == 1


@pytest.mark.parametrize("seed", range(5))
def test_at_a_moment_whoever_runs_falls_behind_everybody(seed: int) -> None:
    ran = order(ByPriorities(repeatable(seed), [3, 7]), 12)

    # The call at a moment is made by who comes next: its number is used up by who falls behind.
    first, second, third = ran[0], ran[2], ran[5]
    assert {first, second, third} == set("abc")
    assert ran == first * 2 + second * 3 + third * 7


def test_moments_are_counted_among_the_calls_about_one_kind_of_item() -> None:
    assert len(set(order(ByPriorities(repeatable(1), [3], "transactions"), 9))) == 1
    assert len(set(order(ByPriorities(repeatable(1), [3], "velocity card"), 9))) == 2


@pytest.mark.parametrize(
    ("item", "kind"), [("velocity card#acme#1", "velocity card"), ("transactions txn_a", "transactions"), ("", "")]
)
def test_the_kind_of_an_item_is_its_table_and_what_its_key_begins_with(item: str, kind: str) -> None:
    assert kind_of(item) == kind


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_seed_has_the_same_schedule_again(scene: Scene) -> None:
    traces = []
    for _ in range(2):
        search = Search(5, scenes=[scene])
        search.run()
        search.run()
        traces.append(search.trace)

    assert traces[0] == traces[1]
    assert len(traces[0]) > 10


def test_chance_goes_back_and_forth() -> None:
    assert set(order(ByChance(repeatable(1)), 30)) == set("abc")
