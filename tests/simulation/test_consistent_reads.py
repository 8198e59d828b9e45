"""What a table holds is read as it is: a read that may be old would let through what was counted or changed before."""

import msgspec
import pytest

from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from simulation.model.table import Version
from transactions.memory import CACHE_MS
from transactions.merchants import Merchants
from transactions.settings import MerchantVelocity
from transactions.settings_document import parse_settings
from transactions.store import TransactionStore
from transactions.submission import Submission
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.merchant import MerchantVelocityCounter, shard_keys

CARD = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}


@pytest.fixture
def cloud() -> Cloud:
    """An account in which whatever may be old is as old as it can be: as nothing had been written yet."""
    cloud = Cloud()
    for table in (cloud.merchants, cloud.transactions, cloud.velocity):
        table.stale = lambda key, versions: Version(0, None)
    return cloud


def transaction(cloud: Cloud, number: int) -> Transaction:
    submission = msgspec.convert({"amount": 1_250 + number, "currency": "EUR", "card": CARD}, Submission)
    return Transaction(f"txn_{number}", "acme", "hash", cloud.now, submission)


def test_a_transaction_is_found_as_soon_as_it_is_written(cloud: Cloud) -> None:
    store = TransactionStore(cloud.dynamodb, "transactions")
    store.insert(transaction(cloud, 1))
    made = transaction(cloud, 1)
    store.decide(made, Decision(verdict="approved", score=0, reasons=[], decided_at=cloud.now, settings_version=1))

    found = store.get("txn_1")
    assert found is not None
    assert found.decision is not None


def test_settings_hold_when_they_are_no_longer_remembered(cloud: Cloud) -> None:
    merchants = Merchants(cloud.dynamodb, "merchants", cloud.clock)
    for country in ("DE", "FR"):
        written = merchants.write(msgspec.structs.replace(parse_settings(settings_document("acme")), country=country))

    assert merchants.settings("acme") == written
    cloud.advance(CACHE_MS)
    assert merchants.settings("acme") == written
    assert merchants.settings_at("acme", written.version) == written


def test_a_card_is_counted_with_its_history_at_the_first_try(cloud: Cloud) -> None:
    settings = parse_settings(settings_document("acme") | {"card_velocity": {"window_seconds": 600, "count": 1}})
    cards = CardVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    cards.count(transaction(cloud, 1), settings)
    cloud.usage.reset()

    assert cards.count(transaction(cloud, 2), settings).reasons == ("velocity_card_count",)
    assert cloud.usage.total().calls == 1


def test_a_merchant_is_counted_with_all_of_its_shards(cloud: Cloud) -> None:
    limits = MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)
    limit = MerchantVelocity(window_seconds=600, count=8)
    admitted = [number for number in range(40) if not limits.count(limit, [transaction(cloud, number)])]

    assert len(admitted) == limit.count
    assert {item["id"]["S"] for item in cloud.velocity.items()} == set(shard_keys("acme"))
