"""Bodies that two readers could take for two things, or that cannot be kept, are refused by name."""

import json
from typing import Any

import pytest

from transactions.bodies import LARGEST_BODY
from transactions.errors import InvalidSubmissionError
from transactions.submission import parse

GOOD: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2030-01"},
}


def written(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"[" * LARGEST_BODY, "nested too deeply"),
        (b" " * (LARGEST_BODY + 1), "larger than"),
        (written().replace(b'"currency"', b'"amount": 1250, "currency"'), "names a field twice"),
        (written().replace(b"1250", b"NaN"), "NaN is no JSON"),
        (written().replace(b"1250", b"1" * 41), "too many digits"),
        (written().replace(b"1250", b"1e999"), "amount"),
        (written().replace(b"1250", b"1e99999999999999999999"), "too many digits"),
        # To a binary float these are 1 and 1250.
        (written().replace(b"1250", b"0.99999999999999999999"), "amount"),
        (written().replace(b"1250", b"1250.00000000000000000001"), "amount"),
        (written(reference="order\n"), "control character"),
        (written(reference="\ud800"), "control character"),
        (written(metadata={"\x00": "zero"}), "control character"),
        (written(metadata={"": "nameless"}), "metadata"),
        (b"\xff" + written(), "not UTF-8"),
        (b"\xef\xbb\xbf" + written(), "not JSON"),
    ],
)
def test_a_body_that_is_unclear_or_cannot_be_kept_is_refused_by_name(body: bytes, complaint: str) -> None:
    with pytest.raises(InvalidSubmissionError, match=complaint):
        parse(body)


@pytest.mark.parametrize("spelt", ["1250", "1250.0", "1.25e3", "1250." + "0" * 60, "0.000125e7", "125000e-2"])
def test_every_spelling_of_an_amount_is_the_same_amount(spelt: str) -> None:
    assert parse(written().replace(b"1250", spelt.encode())).amount == 1250


def test_an_amount_of_eleven_digits_is_exact() -> None:
    assert parse(written(amount=99_999_999_999)).amount == 99_999_999_999
    assert parse(written().replace(b"1250", b"9999999999.9e1")).amount == 99_999_999_999


def test_each_fault_says_where_and_what() -> None:
    card = {"token": "tok_abcd", "bin": "424242", "country": "DE"}
    with pytest.raises(InvalidSubmissionError) as shape:
        parse(json.dumps({"amount": 1, "currency": "EUR", "card": card, "colour": "red"}).encode())
    with pytest.raises(InvalidSubmissionError) as beyond:
        parse(written(currency="XXX"))

    assert [(fault.place, fault.detail) for fault in shape.value.faults] == [
        ("#/colour", "there is no such field; known are amount, currency, card, reference, metadata"),
        ("#/card/expires", "it is missing"),
    ]
    assert [(fault.place, fault.detail) for fault in beyond.value.faults] == [
        ("#/currency", "it is no currency of ISO 4217")
    ]


def test_an_empty_object_in_the_place_of_something_else_is_a_fault_like_any_other() -> None:
    with pytest.raises(InvalidSubmissionError) as refused:
        parse(written(amount={}))

    assert [(fault.place, fault.detail) for fault in refused.value.faults] == [
        ("#/amount", "Expected `int`, got `object`")
    ]
    assert parse(written(metadata={})).metadata == {}
