"""Card numbers: seen in any writing, and little else taken for one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.card_numbers import holds_card_number
from transactions.idempotency import check_key
from transactions.submission import LARGEST_BODY

# Test numbers of 13, 15, 16 and 19 digits.
NUMBERS = ("4222222222222", "378282246310005", "4242424242424242", "6304000000000000018")
# The digits in the forms of East Asian typography, and in Devanagari.
FULL_WIDTH, DEVANAGARI = (str.maketrans({f"{n}": chr(zero + n) for n in range(10)}) for zero in (0xFF10, 0x0966))


def in_groups(number: str, separator: str) -> str:
    return separator.join(number[start : start + 4] for start in range(0, len(number), 4))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_card_number_is_seen_in_any_writing(number: str) -> None:
    separators = (" ", "-", " - ", "  ", "\u2013", "\u00a0", "\u2003", "\u200b", "\u00ad")
    writings = [
        number,
        f"a{number}b",
        f"0{number}" if len(number) < 19 else number,
        number.translate(FULL_WIDTH),
        number.translate(DEVANAGARI),
        *(in_groups(number, separator) for separator in separators),
        f"order 7 {in_groups(number, ' ')} of 2026",
        "".join("123"[place % 3] for place in range(30)) + number,
    ]

    assert [text for text in writings if not holds_card_number(text)] == []


@pytest.mark.parametrize("text", ["4242424242424241", "42424242", "00000000000000000", "order-1001"])
def test_other_numbers_are_none(text: str) -> None:
    assert not holds_card_number(text)


@given(st.uuids())
def test_no_uuid_is_taken_for_a_card_number(key: Any) -> None:
    assert check_key(f"{key}") == f"{key}"


@pytest.mark.parametrize("text", ["0 " * (LARGEST_BODY // 2), "0" * LARGEST_BODY])
def test_the_longest_text_of_digits_is_looked_through(text: str) -> None:
    # Looking at every pair of groups instead of every short row of them would take longer than anybody waits.
    assert not holds_card_number(text)
