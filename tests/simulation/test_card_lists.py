"""Entries beside the counting of the same card: neither is lost to the other, and what has ended goes."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from simulation.model.cloud import Cloud
from simulation.model.values import item_size
from simulation.test_card_velocity import settings, transaction
from transactions.card_lists.entry import ALLOW, BLOCK, LONGEST_REASON, MOST_ENTRIES, MUTE, Entry
from transactions.card_lists.register import CardFullError, CardListRegister
from transactions.rules import BY_CODE, UNLIFTED
from transactions.velocity.card import CARD_TRIES, CardContentionError, CardVelocityCounter
from transactions.velocity.history import parse_history

TOKEN: Final = "tok_abcd"
BY: Final = f"arn:aws:sts::123456789012:assumed-role/{'r' * 40}/jane.doe@example.com"
DAY: Final = 24 * 60 * 60 * 1000
MUTABLE: Final = sorted(BY_CODE.keys() - UNLIFTED)


class Listing:
    """A card of acme's at the model, its counter and its entries."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.cards = CardVelocityCounter(self.cloud.dynamodb, "velocity", self.cloud.clock)
        self.register = CardListRegister(self.cloud.dynamodb, "velocity", self.cloud.clock)

    def entry(self, effect: str = BLOCK, rule: str = "", days: int = 1, reason: str = "chargeback") -> Entry:
        now = self.cloud.now
        return Entry(effect=effect, until=now + days * DAY, at=now, by=BY, reason=reason, rule=rule)

    def set(self, *arguments: Any, **named: Any) -> Entry:
        entry = self.entry(*arguments, **named)
        self.register.set("acme", TOKEN, entry)
        return entry

    @property
    def item(self) -> Any:
        (item,) = self.cloud.velocity.items()
        return item

    def meanwhile(self, what: Callable[[], object], times: int = 1) -> None:
        """Have something happen right before each of the next updates."""
        dynamodb: Any = self.cloud.dynamodb
        update, left = dynamodb.update_item, [times]

        def first(**request: Any) -> Any:
            if left[0]:
                left[0] -= 1
                dynamodb.update_item = update
                what()
                dynamodb.update_item = first
            return update(**request)

        dynamodb.update_item = first


@pytest.fixture
def listing() -> Listing:
    return Listing()


def test_an_entry_is_kept_with_who_set_it_when_and_why(listing: Listing) -> None:
    entry = listing.set(MUTE, "duplicate", reason="two tickets a minute")

    assert listing.register.read("acme", TOKEN).entries == (entry,)
    assert listing.register.read("globex", TOKEN).entries == ()
    assert (entry.by, entry.at, entry.reason) == (BY, listing.cloud.now, "two tickets a minute")


def test_an_entry_of_a_card_that_was_never_used_is_found_by_whoever_counts_it_first(listing: Listing) -> None:
    listing.set(ALLOW)

    counted = listing.cards.count(transaction(1, listing.cloud.now), settings())

    assert counted.in_force.allowed
    assert counted.is_counted
    assert len(listing.register.read("acme", TOKEN).entries) == 1


def test_a_block_takes_the_place_of_an_allow_and_a_mute_of_none_but_its_own_rule_s(listing: Listing) -> None:
    listing.set(ALLOW)
    listing.set(MUTE, "duplicate")
    block = listing.set(BLOCK)
    longer = listing.set(MUTE, "duplicate", days=3)
    other = listing.set(MUTE, "night_ceiling")

    assert listing.register.read("acme", TOKEN).entries == (block, longer, other)


def test_there_is_a_most_of_entries_and_one_that_has_ended_is_none_of_them(listing: Listing) -> None:
    for rule in MUTABLE[:MOST_ENTRIES]:
        listing.set(MUTE, rule)
    before = listing.item

    with pytest.raises(CardFullError, match=f"{MOST_ENTRIES} is the most"):
        listing.set(BLOCK)
    assert listing.item == before
    listing.set(MUTE, MUTABLE[0], days=2)

    listing.cloud.advance(DAY)
    block = listing.set(BLOCK)
    assert listing.register.read("acme", TOKEN).entries[-1] == block
    assert len(parse_history(listing.item).entries) == 2


def test_what_is_counted_meanwhile_is_not_lost_to_an_entry(listing: Listing) -> None:
    listing.cards.count(transaction(1, listing.cloud.now), settings())
    one_more = transaction(2, listing.cloud.now + 1, amount=900)
    listing.meanwhile(lambda: listing.cards.count(one_more, settings()))

    listing.set(ALLOW)

    assert len(parse_history(listing.item).uses) == 2
    assert len(parse_history(listing.item).entries) == 1
    assert listing.cards.count(one_more, settings()).known


def test_an_entry_that_is_set_meanwhile_is_not_lost_to_a_count_and_judges_it(listing: Listing) -> None:
    listing.cards.count(transaction(1, listing.cloud.now), settings())
    listing.meanwhile(lambda: listing.set(BLOCK))

    counted = listing.cards.count(transaction(2, listing.cloud.now + 1, amount=900), settings())

    assert counted.in_force.blocked
    assert not counted.is_counted
    assert len(parse_history(listing.item).uses) == 1
    assert len(parse_history(listing.item).entries) == 1


def test_an_entry_that_is_set_meanwhile_is_found_where_there_was_no_item(listing: Listing) -> None:
    listing.meanwhile(lambda: listing.set(BLOCK))

    assert listing.cards.count(transaction(1, listing.cloud.now), settings()).in_force.blocked


def test_an_operator_gives_up_on_a_card_that_does_not_hold_still(listing: Listing) -> None:
    numbers = iter(range(1, 100))
    listing.meanwhile(
        lambda: listing.cards.count(transaction(number := next(numbers), listing.cloud.now + number), settings()),
        times=CARD_TRIES,
    )

    with pytest.raises(CardContentionError):
        listing.set(BLOCK)
    assert not parse_history(listing.item).entries


def test_what_has_ended_is_without_effect_and_is_taken_out_by_the_next_count(listing: Listing) -> None:
    listing.set(BLOCK, days=1)
    kept = listing.set(MUTE, "duplicate", days=2)
    listing.cloud.advance(DAY)

    counted = listing.cards.count(transaction(1, listing.cloud.now), settings())

    assert not counted.in_force.blocked
    assert parse_history(listing.item).entries == (kept,)
    listing.cloud.advance(DAY)
    listing.cards.count(transaction(2, listing.cloud.now), settings())
    assert "entries" not in listing.item


def test_a_count_leaves_entries_as_they_are(listing: Listing) -> None:
    listing.set(ALLOW)
    item = listing.item
    (entry,) = item["entries"]["L"]
    of_later_version = {"L": [{"M": entry["M"] | {"ticket": {"S": "OPS-1"}}}]}
    listing.cloud.velocity.write(item["id"]["S"], {**item, "entries": of_later_version})

    listing.cards.count(transaction(1, listing.cloud.now), settings())

    assert listing.item["entries"] == of_later_version
    assert listing.item["version"] == {"N": "2"}


def test_what_was_counted_before_is_judged_under_the_entries_too(listing: Listing) -> None:
    listing.set(ALLOW)
    again = [listing.cards.count(transaction(1, listing.cloud.now), settings()) for _ in range(2)]

    assert [(count.known, count.in_force.allowed) for count in again] == [(False, True), (True, True)]


def test_what_is_cleared_is_told_and_nothing_is_written_where_there_is_none(listing: Listing) -> None:
    mute = listing.set(MUTE, "duplicate")
    block = listing.set(BLOCK)

    assert listing.register.clear("acme", TOKEN, lambda entry: entry.rule == "duplicate") == (mute,)
    assert listing.register.clear("acme", TOKEN, lambda entry: True) == (block,)
    before = listing.item
    assert "entries" not in before
    assert listing.register.clear("acme", TOKEN, lambda entry: True) == ()
    assert listing.item == before


def test_an_item_is_kept_up_to_the_end_of_its_last_entry(listing: Listing) -> None:
    listing.set(BLOCK, days=300)
    ends = (listing.cloud.now + 300 * DAY) // 1000

    assert listing.item["expires_at"] == {"N": f"{ends}"}
    listing.cards.count(transaction(1, listing.cloud.now), settings(), is_declined=lambda _: False)
    assert listing.item["expires_at"] == {"N": f"{ends}"}
    listing.cloud.velocity.expire(ends - 1)
    assert listing.register.read("acme", TOKEN).entries


def test_an_item_that_nothing_is_left_of_may_go_and_its_time_is_one_that_dynamodb_heeds(listing: Listing) -> None:
    listing.set(BLOCK)
    listing.register.clear("acme", TOKEN, lambda entry: True)

    assert listing.item["expires_at"] == {"N": f"{listing.cloud.now // 1000}"}


def test_a_full_history_has_room_for_an_entry_and_keeps_what_a_window_can_hold(listing: Listing) -> None:
    listing.set(ALLOW, reason="r" * LONGEST_REASON)
    now = listing.cloud.now
    for number in range(60):
        counted = listing.cards.count(
            transaction(number, now + number * 31_000, amount=99_999_999_999), settings(duplicate_window_seconds=0)
        )
        assert counted.is_counted
        assert item_size(listing.item) <= 1_024
    assert 20 <= len(parse_history(listing.item).uses) < 30


def test_the_longest_entries_that_there_may_be_take_a_second_unit_and_no_third(listing: Listing) -> None:
    for rule in sorted(MUTABLE, key=len)[-MOST_ENTRIES:]:
        listing.set(MUTE, rule, reason="r" * LONGEST_REASON)
    now = listing.cloud.now
    for number in range(40):
        use = transaction(number, now + number * 31_000, amount=99_999_999_999)
        listing.cards.count(use, settings(duplicate_window_seconds=0))

    assert len(parse_history(listing.item).uses) == 20
    assert 1_024 < item_size(listing.item) <= 2_048
