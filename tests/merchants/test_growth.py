"""With more merchants a list and a look at halves take more pages, and no call for each merchant."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from merchants.conftest import Office, environment_in, settings
from tapstack.cli import environments
from tapstack.cli.actions import accounts
from tapstack.cli.main import main
from tapstack.operate.merchants import api_keys, halves, onboarding
from tapstack.operate.register import read_register

MERCHANTS = 60
ITEMS = 40
"""Of the table, in a page: DynamoDB's are of a megabyte."""
KEYS = 25
"""Of API Gateway, in a page."""
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def many(building: Office) -> Office:
    """An environment with so many merchants; tests only look at it."""
    made = environment_in(building)
    for number in range(MERCHANTS):
        onboarding.add(made.desk(), settings(f"m-{number:02}"), "standard", made.hand)
    return made


@pytest.fixture
def calls(many: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Count what is called, in pages that are smaller than AWS's."""
    monkeypatch.setattr(api_keys, "_PAGE", KEYS)
    counted = Counter[str]()

    def count(params: dict[str, Any], model: Any, **_: Any) -> None:
        counted[f"{'consistent ' if params.get('ConsistentRead') else ''}{model.name}"] += 1
        if model.name == "Scan":
            params["Limit"] = ITEMS

    events = [many.client(service).meta.events for service in ("dynamodb", "apigateway")]
    for each in events:
        each.register("provide-client-params.*", count)
    yield counted
    for each in events:
        each.unregister("provide-client-params.*", count)


def ceiling(number: int, of: int) -> int:
    return -(-number // of)


def test_halves_are_looked_for_in_pages_and_not_merchant_by_merchant(many: Office, calls: Counter[str]) -> None:
    looked: list[int] = []

    assert halves.find(many.desk(), looked.append) == []
    items = sum(looked)
    assert items >= 4 * MERCHANTS
    assert max(looked) <= ITEMS
    assert len(looked) == calls["consistent Scan"] <= ceiling(items, ITEMS) + 1
    # All keys of the account, those of the environment, and those of each tier's plan.
    assert calls["GetApiKeys"] >= 2 * ceiling(MERCHANTS, KEYS)
    assert calls["GetUsagePlanKeys"] >= ceiling(MERCHANTS, KEYS)
    assert calls.keys() == {"consistent Scan", "GetApiKeys", "GetUsagePlanKeys"}


@pytest.fixture
def listing(many: Office, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Callable[..., tuple[list[str], str]]:
    """Run `merchant list`; give the ids, and what was said beside them."""
    account = SimpleNamespace(
        dynamodb=many.client("dynamodb"), data=SimpleNamespace(merchants_table_name=many.desk().table), stack="local"
    )
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)

    def listed(*words: str) -> tuple[list[str], str]:
        assert main(["merchant", "list", "--json", *words]) == 0
        told = capsys.readouterr()
        return [row["merchant"] for row in json.loads(told.out)], told.err

    return listed


def test_a_list_is_read_in_pages_that_may_be_old_by_a_moment_and_cost_half(
    calls: Counter[str], listing: Callable[..., tuple[list[str], str]]
) -> None:
    ids, _ = listing()

    assert ids == [f"m-{number:02}" for number in range(MERCHANTS)]
    assert calls.keys() == {"Scan"}
    assert calls["Scan"] > 4


def test_a_walk_through_pages_lists_each_merchant_once(listing: Callable[..., tuple[list[str], str]]) -> None:
    walked: list[str] = []
    words: list[str] = []
    for _ in range(10):
        ids, told = listing("--limit", "7", *words)
        walked += ids
        if not told.startswith("more: "):
            break
        words = ["--after", ids[-1]]
        assert told.strip().endswith(f"merchant list --after {ids[-1]}")

    assert walked == [f"m-{number:02}" for number in range(MERCHANTS)]


@pytest.mark.parametrize("after", ["m-59", "zzz", "~", "x" * 10_000, "secret#m-01"])
def test_behind_a_name_that_nobody_has_comes_whoever_comes_behind_it(
    listing: Callable[..., tuple[list[str], str]], after: str
) -> None:
    ids, told = listing("--after", after)

    assert ids == []
    assert "more: " not in told


def test_what_a_list_reads_is_what_there_is(many: Office) -> None:
    desk = many.desk()

    assert read_register(desk.dynamodb, desk.table, settled=False) == read_register(desk.dynamodb, desk.table)
