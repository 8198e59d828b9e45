"""Texts with signs that no text has use of are refused, and no others."""

import json
import unicodedata

import pytest

from transactions.strict_json import fault, load

CODES = [*range(0x3000), *range(0xD700, 0xE100), 0x10FFFF]


def test_control_characters_and_halves_of_characters_are_refused_and_nothing_else() -> None:
    for code in CODES:
        body = json.dumps({"text": f"a{chr(code)}b"}).encode()
        if unicodedata.category(chr(code)) in {"Cc", "Cs"}:
            with pytest.raises(ValueError, match="it holds a control character"):
                load(body)
        else:
            assert load(body) == {"text": f"a{chr(code)}b"}


def test_a_whole_number_may_have_forty_digits() -> None:
    assert load(b"1" * 40) == int("1" * 40)
    with pytest.raises(ValueError, match="it holds a number of too many digits"):
        load(b"1" * 41)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": "b\\u0000"}',
        b'{"a": ' + b"1" * 41 + b"}",
    ],
)
def test_what_is_refused_is_pointed_at_in_the_same_words(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^it|^NaN") as refused:
        load(body)

    found = fault(body)

    assert found
    assert (found.place, found.detail) == ("#/a", f"{refused.value}")
