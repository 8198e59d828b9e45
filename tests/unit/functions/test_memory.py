"""What is remembered holds for so long and no longer, and nothing is remembered of what is not there."""

from typing import Any
from unittest import mock

import pytest

from transactions.memory import remember

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
