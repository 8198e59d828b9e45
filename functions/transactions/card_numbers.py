"""Finds card numbers (PANs): 13 to 19 digits with a Luhn check digit, also in groups split by spaces or dashes."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate

from transactions.errors import CardNumberError
from transactions.strict_json import texts

SHORTEST = 13
LONGEST = 19

# Groups of digits with a separator of up to three signs (" - ") between them; dashes come in several Unicode forms.
_RUN = re.compile(r"\d+(?:[ \-\u2010-\u2015\u2212]{1,3}\d+)*", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
# One in some thousand UUIDs has a Luhn-valid run of digits, and nobody writes a card number as one.
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
# Luhn doubles every second digit and adds up the digits of what comes out.
_DOUBLED = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))


def refuse_card_numbers(value: object) -> None:
    """Look through a decoded JSON value, keys and numbers included.

    Raises:
        CardNumberError: it holds a card number anywhere; the message does not repeat it.
    """
    if any(holds_card_number(text) for text in texts(value)):
        raise CardNumberError("the request holds what looks like a card number; send the card's token instead")


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds a card number, in whatever script its digits are written."""
    plain = _UUID.sub("", unicodedata.normalize("NFKC", text))
    # Invisible signs, such as a zero-width space, part no digits for whoever reads them.
    visible = (sign for sign in plain if unicodedata.category(sign) != "Cf")
    western = "".join(f"{unicodedata.digit(sign, sign)}" for sign in visible)
    return any(_is_luhn(digits) for run in _RUN.findall(western) for digits in _candidates(_DIGITS.findall(run)))


def _candidates(groups: list[str]) -> Iterator[str]:
    """Yield what could be meant as one number: groups that follow each other, and any part of an overlong group."""
    for first, group in enumerate(groups):
        # A body of nothing but short groups must not take long, so no more are joined than make up a number.
        for digits in accumulate(groups[first : first + LONGEST]):
            if SHORTEST <= len(digits) <= LONGEST:
                yield digits
        if len(group) > LONGEST:
            for length in range(SHORTEST, LONGEST + 1):
                yield from (group[start : start + length] for start in range(len(group) - length + 1))


def _is_luhn(digits: str) -> bool:
    total = sum(map(int, digits[::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))
    # Zeros alone pass Luhn and are nobody's card.
    return total % 10 == 0 and total > 0
