"""Cursors: bound to their merchant, and refused once a character is another."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.errors import InvalidQueryError
from transactions.idempotency import transaction_id
from validator import cursors

LISTING = f"2026-11-24T21:31:19.042Z#{transaction_id('acme', 'k')}"
CURSOR = cursors.encode("acme", LISTING)


def test_a_cursor_leads_its_merchant_to_its_place() -> None:
    assert cursors.decode("acme", CURSOR) == LISTING


def test_another_merchants_cursor_is_refused() -> None:
    with pytest.raises(InvalidQueryError):
        cursors.decode("globex", CURSOR)


@pytest.mark.parametrize("place", range(len(CURSOR)))
def test_a_cursor_with_another_character_is_refused(place: int) -> None:
    for other in string.ascii_letters + string.digits + "-_+/= ":
        if other != CURSOR[place]:
            with pytest.raises(InvalidQueryError):
                cursors.decode("acme", CURSOR[:place] + other + CURSOR[place + 1 :])


@pytest.mark.parametrize(
    "changed", ["", CURSOR[:-1], CURSOR[1:], f"{CURSOR}A", f"{CURSOR}=", f" {CURSOR}", "%", "\u00e9"]
)
def test_a_cursor_that_was_cut_or_added_to_is_refused(changed: str) -> None:
    with pytest.raises(InvalidQueryError):
        cursors.decode("acme", changed)


@given(st.text() | st.sampled_from(["x#", f"{LISTING}#", LISTING.replace("txn_", "txn_0"), f"{LISTING}\n"]))
def test_a_cursor_to_no_place_of_a_list_is_refused_whoever_computed_it(place: str) -> None:
    with pytest.raises(InvalidQueryError):
        cursors.decode("acme", cursors.encode("acme", place))


def test_a_cursor_stands_in_a_url_as_it_is() -> None:
    made = {cursors.encode(f"merchant-{number}", LISTING) for number in range(200)}

    assert set("".join(made)) <= set(string.ascii_letters + string.digits + "-_")


@pytest.mark.parametrize("length", range(3))
def test_a_cursor_of_any_length_is_read(length: int) -> None:
    place = f"2026-11-24T21:31:19.042Z#{transaction_id('acme', 'k')}"
    made = cursors.encode("a" * length, place)

    assert cursors.decode("a" * length, made) == place
