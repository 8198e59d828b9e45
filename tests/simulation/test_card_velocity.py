"""A card's history: duplicates in whatever order they are decided."""

from typing import Any

import msgspec
import pytest

from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.submission import Submission
from transactions.transaction import Transaction
from transactions.velocity.card import CardVelocityCounter

BODY = {"currency": "EUR", "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}}


def settings(**changes: Any) -> MerchantSettings:
    limit = {"card_velocity": {"window_seconds": 600, "count": 20}}
    return parse_settings(settings_document("acme") | limit | changes)


def transaction(number: int, at: int, amount: int = 1_250, merchant: str = "acme") -> Transaction:
    submission = msgspec.convert({"amount": amount, **BODY}, Submission)
    return Transaction(f"txn_{number}", merchant, "hash", at, submission)


def counter(cloud: Cloud) -> CardVelocityCounter:
    return CardVelocityCounter(cloud.dynamodb, "velocity", cloud.clock)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_of_the_same_amount_the_second_to_be_counted_is_the_duplicate(order: tuple[int, int]) -> None:
    cloud = Cloud()
    two = [transaction(1, cloud.now), transaction(2, cloud.now + 300)]
    first, second = (two[place] for place in order)
    cards = counter(cloud)

    assert cards.count(first, settings()).reasons == ()
    assert cards.count(second, settings()).reasons == ("duplicate",)
    # As often as either comes again.
    assert cards.count(first, settings()).reasons == ()
    assert cards.count(second, settings()).reasons == ("duplicate",)


@pytest.mark.parametrize(("apart", "reasons"), [(59_999, ("duplicate",)), (60_000, ()), (-59_999, ("duplicate",))])
def test_a_duplicate_is_one_within_the_window_on_either_side(apart: int, reasons: tuple[str, ...]) -> None:
    cloud = Cloud()
    cards = counter(cloud)
    cards.count(transaction(1, cloud.now), settings())

    assert cards.count(transaction(2, cloud.now + apart), settings()).reasons == reasons


def test_another_amount_is_no_duplicate() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    cards.count(transaction(1, cloud.now), settings())

    assert cards.count(transaction(2, cloud.now, amount=1_251), settings()).reasons == ()
