"""A card's history: duplicates in whatever order they are decided, and what a write unit holds."""

import itertools
from typing import Any, Final

import msgspec
import pytest

from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from simulation.model.values import item_size
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.submission import Submission
from transactions.transaction import Transaction
from transactions.velocity.card import CardContentionError, CardVelocityCounter
from transactions.velocity.history import Use, card_key, parse_history, use_of

WRITE_UNIT_BYTES: Final = 1_024


def settings(**changes: Any) -> MerchantSettings:
    limit = {"card_velocity": {"window_seconds": 600, "count": 20}}
    return parse_settings(settings_document("acme") | limit | changes)


def transaction(number: int, at: int, amount: int = 1_250, merchant: str = "acme", card: str = "abcd") -> Transaction:
    used = {"token": f"tok_{card}", "bin": "424242", "country": "DE", "expires": "2031-12"}
    submission = msgspec.convert({"amount": amount, "currency": "EUR", "card": used}, Submission)
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


def test_the_same_number_in_another_currency_is_no_duplicate() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    cards.count(transaction(1, cloud.now), settings())
    other = msgspec.structs.replace(transaction(2, cloud.now).submission, currency="USD")

    assert cards.count(Transaction("txn_2", "acme", "hash", cloud.now, other), settings()).reasons == ()


@pytest.mark.parametrize("late", [0, -5_000])
def test_a_history_goes_when_no_record_can_come_that_a_window_could_join_with_its_newest_use(late: int) -> None:
    cloud = Cloud()
    cards = counter(cloud)
    cards.count(transaction(1, cloud.now), settings())
    cards.count(transaction(2, cloud.now + late), settings())

    (history,) = cloud.velocity.items()
    # DynamoDB takes seconds. A record comes a day late at most, and no window is longer than a week.
    assert history["expires_at"] == {"N": f"{cloud.now // 1000 + 15 * 24 * 60 * 60}"}


@pytest.mark.parametrize(("early", "reasons"), [(0, ()), (1, ("velocity_card_unknown",))])
def test_what_is_a_window_later_than_what_was_forgotten_is_judged(early: int, reasons: tuple[str, ...]) -> None:
    cloud = Cloud()
    cards = counter(cloud)
    first, window = cloud.now, 600_000
    cards.count(transaction(1, first), settings())
    # Two windows later the first is no longer kept.
    cards.count(transaction(2, first + 2 * window, amount=1), settings())

    assert cards.count(transaction(3, first + window - early, amount=2), settings()).reasons == reasons


def test_what_is_less_than_two_windows_old_is_kept() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    cards.count(transaction(1, cloud.now), settings())
    cards.count(transaction(2, cloud.now + 2 * 600_000 - 1, amount=1), settings())

    assert cards.count(transaction(3, cloud.now - 1, amount=2), settings()).reasons == ()


@pytest.mark.parametrize(("later", "reasons"), [(0, ()), (1, ("velocity_card_unknown",))])
def test_what_comes_more_than_a_day_late_is_for_a_person(later: int, reasons: tuple[str, ...]) -> None:
    cloud = Cloud()
    late = transaction(1, cloud.now)
    cloud.advance(24 * 60 * 60 * 1000 + later)

    assert counter(cloud).count(late, settings()).reasons == reasons


def test_an_amount_over_the_cards_limit_is_refused_and_not_counted() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    limited = settings(card_velocity={"window_seconds": 600, "count": 2, "amounts": {"EUR": 100}})

    assert cards.count(transaction(1, cloud.now, amount=60), limited).reasons == ()
    assert cards.count(transaction(2, cloud.now, amount=41), limited).reasons == ("velocity_card_amount",)
    assert cards.count(transaction(3, cloud.now, amount=40), limited).reasons == ()
    both = ("velocity_card_count", "velocity_card_amount")
    assert cards.count(transaction(4, cloud.now, amount=1), limited).reasons == both


def test_a_history_has_its_version_and_its_uses_in_the_order_of_counting() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    for number in (1, 2):
        cards.count(transaction(number, cloud.now, amount=number), settings())

    (history,) = cloud.velocity.items()
    assert history.keys() == {"id", "version", "packed", "forgotten", "expires_at"}
    assert (history["version"], history["forgotten"]) == ({"N": "2"}, {"N": "0"})
    assert [(use.at, use.amount, use.currency) for use in parse_history(history).uses] == [
        (cloud.now, 1, "EUR"),
        (cloud.now, 2, "EUR"),
    ]


def test_of_two_that_count_at_once_the_later_to_write_sees_the_other_without_a_read() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    others = iter([transaction(2, cloud.now, amount=2)])

    def between(service: str, operation: str) -> None:
        if operation == "UpdateItem" and (other := next(others, None)):
            cards.count(other, settings())

    cards.count(transaction(1, cloud.now, amount=1), settings())
    cloud.faults.between = between
    cloud.usage.reset()
    assert cards.count(transaction(3, cloud.now, amount=2), settings()).reasons == ("duplicate",)
    # Two reads and a write each; one write more for whoever came second.
    assert cloud.usage.total().calls == 5


def test_a_card_that_others_never_leave_alone_has_its_record_come_again() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    numbers = itertools.count(100)
    within: list[str] = []

    def between(service: str, operation: str) -> None:
        if operation == "UpdateItem" and not within:
            within.append(operation)
            cards.count(transaction(next(numbers), cloud.now, amount=1), settings())
            within.clear()

    cloud.faults.between = between
    with pytest.raises(CardContentionError, match="txn_1 met 20 others"):
        cards.count(transaction(1, cloud.now + 5_000), settings())
    assert next(numbers) == 120


def test_two_transactions_that_share_half_a_digest_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight bytes collide after four thousand million ids, which whoever picks the idempotency keys can try out."""
    cloud = Cloud()
    cards = counter(cloud)
    first, second = transaction(1, cloud.now), transaction(2, cloud.now)
    half = use_of(first).digest[:8]

    def use_with_half(transaction: Transaction) -> Any:
        use = use_of(transaction)
        return Use(half + use.digest[8:], use.at, use.amount, use.currency)

    monkeypatch.setattr("transactions.velocity.card.use_of", use_with_half)
    assert not cards.count(first, settings()).known
    assert not cards.count(second, settings()).known
    assert cards.count(second, settings()).known


@pytest.mark.parametrize("windows", [(600,), (60, 600, 6_000, 60_000, 600_000)])
def test_a_history_is_never_more_than_a_write_unit_and_never_passes_its_limit(windows: tuple[int, ...]) -> None:
    cloud = Cloud()
    cards = counter(cloud)
    counted: list[int] = []
    for window in windows:
        held = settings(card_velocity={"window_seconds": window, "count": 20}, duplicate_window_seconds=0)
        for number in range(90):
            cloud.advance(window * 1000 // 45)
            one = transaction(window * 1000 + number, cloud.now, 99_999_999_999, "m" * 32)
            if cards.count(one, held).is_counted:
                counted.append(cloud.now)
                assert sum(cloud.now - window * 1000 < at for at in counted) <= 20
            (item,) = cloud.velocity.items()
            assert item_size(item) <= WRITE_UNIT_BYTES
    assert 20 <= len(parse_history(cloud.velocity.items()[0]).uses) <= 30


def test_what_is_left_out_for_want_of_room_is_not_judged_by_what_is_left() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    start = cloud.now
    held = settings(duplicate_window_seconds=0)
    for number in range(60):
        cloud.advance(30_000)
        cards.count(transaction(number, cloud.now), held)

    late = transaction(99, start + 600_000)
    assert cards.count(late, held).reasons == ("velocity_card_unknown",)


def test_the_histories_of_many_cards_are_read_in_as_few_calls_as_dynamodb_takes() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    # DynamoDB refuses more than a hundred keys in a call, and a key that is named twice.
    several = [transaction(number, cloud.now, card=f"card_{number % 101}") for number in range(200)]
    cards.count(several[0], settings())
    cloud.usage.reset()

    read = cards.read(several)

    assert read.keys() == {card_key(each) for each in several}
    assert [key for key, history in read.items() if history.uses] == [card_key(several[0])]
    assert cloud.usage.total().read_units == 101
    counted = [cards.count(each, settings(), read) for each in several]
    assert sum(each.known for each in counted) == 1
    assert all(each.is_counted for each in counted)
    # None was read by itself, and what is known of each is what the table holds by now.
    assert cloud.usage.of("velocity", "GetItem").calls == 0
    assert read == cards.read(several)


def test_a_history_that_a_batch_did_not_read_is_read_by_itself() -> None:
    cloud = Cloud()
    cards = counter(cloud)
    cards.count(transaction(1, cloud.now), settings())
    cloud.dynamodb_model.unprocessed = lambda table, key: True

    read = cards.read([transaction(2, cloud.now)])

    assert read == {}
    assert cards.count(transaction(2, cloud.now), settings(), read).reasons == ("duplicate",)


@pytest.mark.parametrize("counted_before", [0, 1])
def test_a_history_that_changed_since_it_was_read_is_counted_on_as_it_is_now(counted_before: int) -> None:
    cloud = Cloud()
    cards = counter(cloud)
    limit = settings(card_velocity={"window_seconds": 600, "count": counted_before + 1})
    for number in range(counted_before):
        cards.count(transaction(number, cloud.now), limit)
    mine, other = transaction(10, cloud.now, amount=1), transaction(11, cloud.now, amount=2)

    read = cards.read([mine])
    assert counter(cloud).count(other, limit).reasons == ()

    assert cards.count(mine, limit, read).reasons == ("velocity_card_count",)
    assert not cards.count(mine, limit).known
