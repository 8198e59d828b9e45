"""Entries of cards: what they come to, and how they go before what was found."""

import itertools
from collections.abc import Iterator
from typing import Final

import msgspec
import pytest

from simulation.merchants import settings_document
from simulation.model.values import item_size
from transactions.attributes import to_item
from transactions.card_lists.entry import (
    ALLOW,
    BLOCK,
    MUTE,
    NOTHING,
    Entry,
    InForce,
    in_force,
    not_ended,
    parse_entries,
    stored_size,
)
from transactions.card_lists.precedence import CARD_ALLOWED, CARD_BLOCKED, WEIGHTS, counting
from transactions.findings import Findings, weight_of
from transactions.rules import BY_CODE, STRICT, UNLIFTED
from transactions.settings_document import parse_settings

AT: Final = 1_795_000_000_000
BY: Final = "arn:aws:sts::123456789012:assumed-role/Operators/jane@example.com"
SETTINGS: Final = parse_settings(settings_document("acme"))
CODES: Final = tuple(BY_CODE)


def entry(effect: str, rule: str = "", until: int = AT + 1_000) -> Entry:
    return Entry(effect=effect, until=until, at=AT, by=BY, reason="a chargeback", rule=rule)


def findings() -> Iterator[tuple[str, ...]]:
    """Give nothing, everything, and everything that one, two or three rules can find."""
    yield CODES
    for count in range(4):
        yield from itertools.combinations(CODES, count)


def of(found: tuple[str, ...], held: InForce = NOTHING) -> Findings:
    return Findings(found, SETTINGS, held)


# What entries come to


def test_entries_are_in_force_up_to_their_end() -> None:
    entries = (entry(BLOCK, until=AT + 10), entry(MUTE, "duplicate", until=AT + 20))

    assert in_force(entries, AT) == InForce(blocked=True, muted=frozenset({"duplicate"}))
    assert in_force(entries, AT + 9).blocked
    assert in_force(entries, AT + 10) == InForce(muted=frozenset({"duplicate"}))
    assert in_force(entries, AT + 20) == NOTHING
    assert not_ended(entries, AT + 10) == entries[1:]


def test_a_card_without_entries_has_nothing_in_force() -> None:
    assert in_force((), AT) is NOTHING


def test_an_effect_of_a_later_version_is_kept_and_has_none_here() -> None:
    later = parse_entries([msgspec.to_builtins(entry("challenge")) | {"with": "a code"}])

    assert [each.effect for each in later] == ["challenge"]
    assert in_force(later, AT) == NOTHING


def test_a_card_is_on_one_list_and_a_rule_is_muted_once() -> None:
    assert entry(BLOCK).place == entry(ALLOW).place
    assert entry(MUTE, "duplicate").place == entry(MUTE, "duplicate", until=AT).place
    assert len({entry(BLOCK).place, entry(MUTE, "duplicate").place, entry(MUTE, "bin_blocked").place}) == 3


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_size_of_entries_is_what_dynamodb_counts_or_some_bytes_more(count: int) -> None:
    entries = [entry(MUTE, CODES[number]) for number in range(count)] if count > 1 else [entry(BLOCK)]
    counted = item_size(to_item({"entries": [msgspec.to_builtins(each) for each in entries]}))

    assert counted <= stored_size(entries) <= counted + 20 * count
    assert stored_size([]) == 0


# Which of what was found counts


@pytest.mark.parametrize(
    ("held", "right"),
    [
        (NOTHING, ("bin_blocked", "card_expired", "duplicate")),
        (InForce(muted=frozenset({"duplicate"})), ("bin_blocked", "card_expired")),
        (InForce(muted=frozenset({"card_expired"})), ("bin_blocked", "card_expired", "duplicate")),
        (InForce(allowed=True), ("card_allowed", "card_expired")),
        (InForce(allowed=True, muted=frozenset({"duplicate"})), ("card_allowed", "card_expired")),
        (InForce(blocked=True), ("card_blocked", "bin_blocked", "card_expired", "duplicate")),
        (InForce(blocked=True, allowed=True), ("card_blocked", "bin_blocked", "card_expired", "duplicate")),
    ],
)
def test_what_counts_is_as_the_table_says(held: InForce, right: tuple[str, ...]) -> None:
    assert counting(("bin_blocked", "card_expired", "duplicate"), held) == right


def test_a_blocked_card_is_declined_whatever_else_was_found() -> None:
    assert {of(found, InForce(blocked=True)).verdict for found in findings()} == {"declined"}


def test_an_allowed_card_is_approved_but_for_what_no_entry_lifts() -> None:
    for found in findings():
        left = tuple(code for code in found if code in UNLIFTED)
        assert of(found, InForce(allowed=True)).verdict == of(left).verdict
        if not left:
            assert of(found, InForce(allowed=True)).verdict == "approved"


def test_a_muted_rule_contributes_nothing_and_every_other_what_it_did() -> None:
    for found in findings():
        for code in CODES:
            muted = of(found, InForce(muted=frozenset({code})))
            weight = 0 if code in UNLIFTED or code not in found else weight_of(code, SETTINGS)
            assert muted.score == of(found).score - (weight or 0)
            assert (code in muted.counting) == (code in found and code in UNLIFTED)


def test_no_entry_but_a_block_makes_a_verdict_harder() -> None:
    order = ("approved", "review", "declined")
    held = [InForce(allowed=True), *(InForce(muted=frozenset({code})) for code in CODES)]
    for found in findings():
        for each in held:
            assert order.index(of(found, each).verdict) <= order.index(of(found).verdict)


def test_a_card_s_own_limits_and_what_makes_a_payment_void_are_lifted_by_no_entry() -> None:
    assert STRICT | {"card_expired", "currency_not_allowed"} == UNLIFTED


def test_what_is_declined_whatever_is_listed_is_declined_by_what_no_entry_lifts() -> None:
    assert of(("card_expired",)).is_declined_anyway
    assert not of(("bin_blocked", "amount_over_limit")).is_declined_anyway
    for found in findings():
        held = [InForce(allowed=True), InForce(muted=frozenset(CODES))]
        assert of(found).is_declined_anyway == all(of(found, each).is_declined for each in held)


def test_no_settings_can_make_a_block_harmless() -> None:
    lenient = parse_settings(settings_document("acme") | {"review_from": 50, "decline_from": 1_000})

    assert Findings((), lenient, InForce(blocked=True)).verdict == "declined"
    assert Findings((), lenient, InForce(allowed=True)).score == 0
    assert not WEIGHTS.keys() & BY_CODE.keys()


def test_a_decision_keeps_what_was_lifted_and_one_without_entries_keeps_nothing_more() -> None:
    found = ("bin_blocked", "card_expired")

    allowed = of(found, InForce(allowed=True)).decision(AT)
    plain = of(found).decision(AT)

    assert (allowed.reasons, allowed.lifted) == ([CARD_ALLOWED, "card_expired"], ["bin_blocked"])
    assert "lifted" in msgspec.to_builtins(allowed)
    assert "lifted" not in msgspec.to_builtins(plain)
    assert of(found, InForce(blocked=True)).decision(AT).reasons == [CARD_BLOCKED, *found]
