"""The domain on its own: card numbers, submissions, webhooks, targets, cursors."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions import cursors
from transactions.delivery import BACK_OFF_SECONDS, Courier, ForbiddenTargetError, back_off, is_public
from transactions.errors import InvalidQueryError, InvalidSettingsError
from transactions.merchants import parse_settings
from transactions.schema import request_schema

GOOD: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2030-01"},
}
# The same digits in the forms of East Asian typography.
FULL_WIDTH = "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in "4242424242424242")
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OLD_SECRET = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


@pytest.mark.parametrize(
    "text",
    ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "a4242424242424242b", FULL_WIDTH],
)
def test_an_inner_address_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_public_address_is_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "ftp://x"]
)
def test_a_webhook_goes_nowhere_inside_and_nowhere_unencrypted(url: str) -> None:
    with pytest.raises(ForbiddenTargetError):
        Courier().deliver(url, {}, b"{}")


def test_the_back_off_grows_and_stays_at_its_longest() -> None:
    assert [back_off(attempt) for attempt in range(1, 12)] == list(BACK_OFF_SECONDS)
    assert list(BACK_OFF_SECONDS) == sorted(BACK_OFF_SECONDS)
    assert back_off(99) == BACK_OFF_SECONDS[-1]


@given(st.text(min_size=1))
def test_a_cursor_is_its_merchants_own(listing: str) -> None:
    cursor = cursors.encode("acme", listing) if listing.isprintable() else cursors.encode("acme", "place")

    cursors.decode("acme", cursor)
    with pytest.raises(InvalidQueryError):
        cursors.decode("globex", cursor)
    with pytest.raises(InvalidQueryError):
        cursors.decode("acme", cursor[:-1])


def test_settings_that_cannot_be_worked_with_are_refused_by_name() -> None:
    with pytest.raises(InvalidSettingsError, match="merchant 'acme'"):
        parse_settings({"id": "acme"})


def test_the_model_for_api_gateway_is_closed_and_written_out() -> None:
    schema = request_schema()

    assert "$ref" not in json.dumps(schema)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["card"]["additionalProperties"] is False
    assert schema["required"] == ["amount", "currency", "card"]
