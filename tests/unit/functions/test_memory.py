"""What is remembered holds for so long and no longer, and nothing is remembered of what is not there."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from unittest import mock

import msgspec
import pytest

from simulation.merchants import settings_document
from transactions.agreed.tables import settings_id
from transactions.attributes import to_item
from transactions.memory import MOST_REMEMBERED, remember
from transactions.merchants import Merchants
from transactions.settings_document import parse_settings

REMEMBERED_MS = 30_000
"""As the documentation promises."""
AT = 1_790_000_000_000


@pytest.fixture
def memory() -> dict[str, tuple[int, Any]]:
    return {}


def test_for_thirty_seconds_nothing_is_fetched_again(memory: dict[str, tuple[int, Any]]) -> None:
    fetch = mock.Mock(side_effect=["first", "second"])

    told = [remember(memory, "k", AT + later, fetch) for later in (0, 1, REMEMBERED_MS - 1, REMEMBERED_MS)]

    assert told == ["first", "first", "first", "second"]
    assert fetch.call_args_list == [mock.call("k")] * 2


def test_each_key_has_its_own(memory: dict[str, tuple[int, Any]]) -> None:
    assert [remember(memory, key, AT, str.upper) for key in ("a", "b", "a")] == ["A", "B", "A"]


def test_what_is_not_there_is_asked_for_each_time_and_takes_no_room(memory: dict[str, tuple[int, Any]]) -> None:
    fetch = mock.Mock(side_effect=[None, None, "there"])

    assert [remember(memory, "k", AT, fetch) for _ in "123"] == [None, None, "there"]
    assert memory.keys() == {"k"}


def test_what_is_gone_is_forgotten(memory: dict[str, tuple[int, Any]]) -> None:
    remember(memory, "k", AT, lambda key: "there")

    assert remember(memory, "k", AT + REMEMBERED_MS, lambda key: None) is None
    assert memory == {}


def test_of_too_many_those_that_were_fetched_first_are_fetched_again(memory: dict[str, tuple[int, Any]]) -> None:
    for number in range(MOST_REMEMBERED):
        remember(memory, f"{number}", AT, str)
    # Fetched anew, this one is no longer the first.
    remember(memory, "0", AT + REMEMBERED_MS, str)
    remember(memory, "one more", AT + REMEMBERED_MS, str)

    assert len(memory) == MOST_REMEMBERED
    assert "1" not in memory
    assert {"0", "2", "one more"} <= memory.keys()


def test_threads_that_share_a_memory_do_not_trip_over_each_other(memory: dict[str, tuple[int, Any]]) -> None:
    def ask(first: int) -> list[Any]:
        return [remember(memory, f"{number}", AT, str) for number in range(first, first + 3_000)]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(0, 8_000, 1_000)))

    assert told == [[f"{number}" for number in range(first, first + 3_000)] for first in range(0, 8_000, 1_000)]
    assert len(memory) <= MOST_REMEMBERED


def test_ten_thousand_merchants_take_no_more_memory_than_are_remembered() -> None:
    items: dict[str, Any] = {}
    client: Any = SimpleNamespace(get_item=lambda **call: {"Item": items[call["Key"]["id"]["S"]]})
    merchants = Merchants(client, "merchants", lambda: AT)
    settings = msgspec.to_builtins(parse_settings(settings_document("acme")))
    names = [f"m{number}" for number in range(10_000)]
    for name in names:
        items[settings_id(name)] = to_item({"id": settings_id(name), "settings": settings | {"id": name}})

    def grown(wanted: list[str]) -> int:
        before, _ = tracemalloc.get_traced_memory()
        for name in wanted:
            assert merchants.settings(name) is not None
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    try:
        first = grown(names[:MOST_REMEMBERED])
        rest = grown(names[MOST_REMEMBERED:])
    finally:
        tracemalloc.stop()

    # Four times as many as were remembered by then, and next to nothing more.
    assert first > 1_000_000
    assert rest < first / 10
