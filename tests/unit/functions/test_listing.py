"""A merchant's list is one list, whichever shard or index a transaction stands in and however its parts are read."""

import json
from collections import Counter
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.checkouts import Checkout, earlier_checkout
from simulation.model.cloud import START, Cloud
from simulation.model.table import Version
from simulation.oracle.facts import Request
from simulation.world import World
from support.lists import CARD, made_at, walk
from transactions.errors import UnavailableError
from transactions.listing import SHARDS, Listing
from transactions.store import TransactionStore
from transactions.transaction import Decision, Transaction
from validator import cursors

FORMS = ("today's", "both", "earlier")
Made = tuple[int, str]
"""When, after the beginning, and in which form a transaction was written."""


def write(cloud: Cloud, transaction: Transaction, form: str) -> None:
    """Write a transaction as this version does, as it does beside an earlier one, or as the earlier one does."""
    both = form != "today's"
    TransactionStore(cloud.dynamodb, "transactions", lists_for_earlier_versions=both).insert(transaction)
    if form == "earlier":
        item = dict(cloud.transactions.newest(transaction.id) or {})
        del item["list_shard"], item["list_place"]
        cloud.transactions.write(transaction.id, item)


class ShortAnswers:
    """DynamoDB where a query stops early, as it does at a megabyte."""

    def __init__(self, cloud: Cloud, most: Sequence[int]) -> None:
        self.batch_get_item = cloud.dynamodb.batch_get_item
        self._query: Any = cloud.dynamodb.query
        self._most = most
        self._queries = 0

    def query(self, **call: Any) -> Any:
        most = self._most[self._queries % len(self._most)]
        self._queries += 1
        return self._query(**{**call, "Limit": min(most, call["Limit"])})


@given(
    made=st.lists(st.tuples(st.integers(0, 6), st.sampled_from(FORMS)), max_size=40),
    limit=st.integers(1, 12),
    most=st.lists(st.integers(1, 12), min_size=1, max_size=3),
)
def test_every_transaction_is_listed_once_newest_first(made: list[Made], limit: int, most: list[int]) -> None:
    cloud = Cloud()
    transactions = [made_at(number, after) for number, (after, _) in enumerate(made)]
    for transaction, (_, form) in zip(transactions, made, strict=True):
        write(cloud, transaction, form)
    write(cloud, made_at(0, 3, "globex"), "both")

    pages = walk(ShortAnswers(cloud, most), limit)

    # A second and plain way to the same list.
    right = sorted(transactions, key=lambda each: (each.created_at, each.id), reverse=True)
    assert [name for page in pages for name in page] == [each.id for each in right]
    assert all(len(page) <= limit for page in pages)


@given(
    made=st.lists(st.tuples(st.integers(0, 6), st.sampled_from(FORMS)), max_size=40),
    begin=st.none() | st.integers(0, 7),
    most=st.integers(1, 12),
)
def test_a_walk_from_a_moment_on_passes_each_once_oldest_first(made: list[Made], begin: int | None, most: int) -> None:
    cloud = Cloud()
    transactions = [made_at(number, after) for number, (after, _) in enumerate(made)]
    for transaction, (_, form) in zip(transactions, made, strict=True):
        write(cloud, transaction, form)
    write(cloud, made_at(0, 3, "globex"), "both")
    client = SimpleNamespace(query=lambda **call: cloud.dynamodb.query(**call, Limit=most))
    moment = None if begin is None else made_at(0, begin).created_at

    walked = list(Listing(client, "transactions").since("acme", moment))  # type: ignore[arg-type]

    assert walked == sorted(each.listing for each in transactions if moment is None or each.created_at >= moment)


@pytest.mark.parametrize("form", FORMS)
def test_a_page_is_full_while_there_is_more(form: str) -> None:
    cloud = Cloud()
    for number in range(30):
        write(cloud, made_at(number, number), form)

    assert [len(page) for page in walk(cloud.dynamodb, 10)][:3] == [10, 10, 10]


def test_a_merchants_transactions_are_spread_over_all_shards() -> None:
    cloud = Cloud()
    for number in range(400):
        write(cloud, made_at(number, 0), "today's")
    shards = Counter(item["list_shard"]["S"] for item in cloud.transactions.items())

    assert shards.keys() == {f"acme#{shard}" for shard in range(SHARDS)}
    assert max(shards.values()) < 2 * 400 / SHARDS


def test_what_is_in_the_index_is_shown_however_late_other_reads_are_and_as_it_is_now() -> None:
    cloud = Cloud()
    one = made_at(1, 0)
    write(cloud, one, "today's")
    store = TransactionStore(cloud.dynamodb, "transactions")
    store.decide(one, Decision(verdict="approved", score=0, reasons=[], decided_at=START, settings_version=1))
    # The index and the table's copies are behind by the decision.
    cloud.transactions.stale = lambda key, versions: Version(0, versions[1].item)

    (shown,) = store.page("acme", 10, None).transactions

    assert shown.decision is not None


def test_items_that_dynamodb_leaves_for_later_are_asked_for_again_and_not_for_ever() -> None:
    cloud = Cloud()
    for number in range(3):
        write(cloud, made_at(number, number), "today's")
    left = [made_at(1, 1).id]
    cloud.dynamodb_model.unprocessed = lambda table, key: key in left and not left.remove(key)  # type: ignore[func-returns-value]

    assert len(walk(cloud.dynamodb, 10)[0]) == 3
    cloud.dynamodb_model.unprocessed = lambda table, key: True
    with pytest.raises(UnavailableError):
        walk(cloud.dynamodb, 10)


def test_cursors_of_an_earlier_version_are_read_and_its_readers_take_todays() -> None:
    place = made_at(1, 0).listing
    with earlier_checkout().imported():
        import validator.cursors as earlier  # noqa: PLC0415 - of the other checkout

        given_out = earlier.encode("acme", place)
        assert earlier.decode("acme", cursors.encode("acme", place)) == place

    assert cursors.decode("acme", given_out) == place


def answered_by(world: World, version: Checkout | None) -> None:
    world.functions.version = lambda: version


def test_while_an_earlier_version_answers_each_lists_what_either_accepted() -> None:
    earlier = earlier_checkout()
    with World(list_for_earlier_versions=True) as world:
        for number, version in enumerate((earlier, None, earlier, None)):
            answered_by(world, version)
            body = {"amount": 1_000 + number, "currency": "EUR", "card": CARD}
            world.finish(world.submit(Request("acme", f"key-{number}", json.dumps(body))))
            world.pass_time(1)
        accepted = [json.loads(answer.body)["id"] for answer in world.facts.answers]
        listed = {}
        for name, version in (("earlier", earlier), ("today's", None)):
            # Each reads a page, and the other goes on from there.
            answered_by(world, version)
            first = json.loads(world.list_page("acme", 3, None)["body"])
            answered_by(world, None if version else earlier)
            rest = json.loads(world.list_page("acme", 3, first["next_cursor"])["body"])
            listed[name] = [shown["id"] for shown in (*first["data"], *rest["data"])]

    assert listed == {"earlier": accepted[::-1], "today's": accepted[::-1]}
