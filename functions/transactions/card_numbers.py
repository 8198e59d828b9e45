"""Finds card numbers (PANs), however they are written, and takes no ordinary id, time or telephone number for one.

A card number begins as a network's numbers do, is as long as they are, and ends in its Luhn check digit. One number in
ten has a right check digit by chance, so how the digits are written has to decide too. Refused are card numbers

    in one run           dddddddddddddddd; letters around it, one 0 before it, and the expiry date, the security code
                         or both right behind it change nothing
    in groups            dddd dddd dddd dddd, dddd/dddddddddddd, d*d*d*d…, dd.dd.dd…: any signs between the digits,
                         where groups end as on a card or are of one length; where the signs are blanks, any groups
    in a long run        of more digits than number, date and code together have, anywhere

Let through, though a card number could look so, are

    17 or 18 digits in one run, and 19 that begin with 2    ids of the snowflake kind
    13 digits in one run that are a valid EAN-13            articles
    13 digits behind + or 00                                telephone numbers
    digits that begin with a date and a time                compact timestamps
    an IBAN with the right check digits                     accounts
    what follows the first three groups of a UUID           ids and idempotency keys

`docs/card-numbers.md` has the figures: what is refused falsely, and what these rules let through.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

from transactions.card_networks import is_issued
from transactions.errors import CardNumberError
from transactions.faults import Fault, places
from transactions.strict_json import texts

REFUSED: Final = "this looks like a card number; send the card's token instead"

SHORTEST: Final = 13
LONGEST: Final = 19

_LONGEST_GLUED: Final = LONGEST + 10
"""A number with an expiry date of six digits and a security code of four behind it."""
_SHORTEST_GLUED: Final = 14
"""A number of 13 digits with a security code could be any number of 16 digits that begins with 4."""

_ENOUGH_DIGITS: Final = re.compile(rf"(?:[^0-9]*[0-9]){{{SHORTEST}}}")
# Anything but a letter parts groups; a letter ends them.
_GROUPS: Final = re.compile(r"[0-9]+(?:[\W_]+[0-9]+)*")
_GROUP: Final = re.compile(r"([\W_]*)([0-9]+)")
_IBAN: Final = re.compile(r"(?<![^\W_])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?![^\W_])")
_SHORTEST_IBAN: Final = 15

# As RFC 9562 writes one, with its version and its variant; in place of all else of it a letter stands.
_UUID: Final = re.compile(
    r"(?<![^\W_])(?:([0-9]{8}-[0-9]{4}-[1-8][0-9]{3})|[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3})"
    r"-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![^\W_])",
    re.IGNORECASE,
)

# Where groups end on cards: in fours, as those of American Express and Diners Club, and behind the issuer's six digits.
_PRINTED: Final = (frozenset({4, 8, 12, 16}), frozenset({4, 10}), frozenset({6, 12}))
_EVEN: Final = frozenset({1, 2, 3, 5})
_EXPIRY: Final = r"(?:(?:0[1-9]|1[0-2])(?:20)?[2-4][0-9]|(?:20)?[2-4][0-9](?:0[1-9]|1[0-2]))"
_TAIL, _TAIL_OF_15 = (re.compile(rf"{_EXPIRY}(?:{code})?|{code}") for code in ("[0-9]{3}", "[0-9]{4}"))
"""An expiry date, a security code, or both; the code of a number of 15 digits has four."""
# yyMMddHHmmss up to the year 2033, ddMMyyyyHHmm.
_MOMENT: Final = re.compile(
    r"(?:2[0-9]|3[0-3])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
    r"|(?:[0-2][0-9]|3[01])(?:0[1-9]|1[0-2])20[0-9]{2}(?:[01][0-9]|2[0-3])[0-5][0-9]"
)

# Letters and signs that show nothing though Unicode does not count them among the format characters and marks.
_BLIND: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_UNSEEN: Final = frozenset({"Cf", "Cn", "Me", "Mn"})
# Luhn doubles every second digit and adds up the digits of what comes out.
_DOUBLED: Final = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))

_Group = tuple[str, str]
"""The signs before a group, and its digits."""


def refuse_card_numbers(value: object, part: Fault | None = None) -> None:
    """Look through a decoded JSON value, keys and numbers included.

    Args:
        value: the body, or what a header or a parameter says.
        part: tells which; None for the body.

    Raises:
        CardNumberError: it holds a card number anywhere; the message says where and does not repeat it.
    """
    if any(holds_card_number(text) for text in texts(value)):
        raise CardNumberError(part or Fault(_where(value), REFUSED))


def _where(body: object) -> str:
    """Point at what holds a card number; a pointer is made of names, and must not hold one itself."""
    found = next(
        here
        for here, part in places(body)
        if not isinstance(part, dict | list) and any(map(holds_card_number, texts(part)))
    )
    while holds_card_number(unquote(found)):
        found = found.rpartition("/")[0]
    return found


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds a card number, in whatever script its digits are written."""
    plain = text if text.isascii() else _western(text)
    # Most texts end here.
    if len(plain) < SHORTEST or not _ENOUGH_DIGITS.match(plain):
        return False
    plain = _UUID.sub(r"\1X", _IBAN.sub(_without_iban, plain))
    return any(
        _is_among(_GROUP.findall(f"{plain[max(found.start() - 1, 0) : found.start()]}{found[0]}"))
        for found in _GROUPS.finditer(plain)
        if len(found[0]) >= SHORTEST
    )


def _western(text: str) -> str:
    """Write all digits as 0 to 9, and leave out what nobody sees: zero-width spaces, what makes keycaps of digits."""
    return "".join(
        f"{unicodedata.digit(sign, sign)}"
        for sign in unicodedata.normalize("NFKC", text)
        if sign not in _BLIND and unicodedata.category(sign) not in _UNSEEN
    )


def _is_among(groups: Sequence[_Group]) -> bool:
    """Tell whether groups of digits that follow each other, with no letter between them, hold a card number."""
    for first, (before, digits) in enumerate(groups):
        if _is_in_run(digits, before):
            return True
        if digits[0] in "017":
            # No number begins so, and a body of nothing but short groups must not take long.
            continue
        shortest = SHORTEST + _could_be_other(groups, first)
        joined, ends, blanks = digits, [], True
        for parted, more in groups[first + 1 : first + _LONGEST_GLUED]:
            ends.append(len(joined))
            joined += more
            blanks = blanks and parted.isspace()
            if len(joined) > _LONGEST_GLUED:
                break
            if (
                len(joined) >= shortest
                and (blanks or _is_printed(ends, len(joined)))
                and _begins_with_number(joined, ends[-1])
            ):
                return True
    return False


def _could_be_other(groups: Sequence[_Group], first: int) -> bool:
    """Tell whether 13 digits from a group on could be a telephone number, or the end of an order number."""
    before = groups[first][0]
    if first == 0 or before.endswith("+"):
        return before.endswith("+")
    goes_on = before == "".join(parted for parted, _ in groups[first + 1 : first + 2])
    return groups[first - 1][1] == "00" or (goes_on and not before.isspace())


def _is_in_run(digits: str, before: str) -> bool:
    """Tell whether digits that nothing parts hold a card number; `before` are the signs before them."""
    if len(digits) > _LONGEST_GLUED:
        return any(
            _is_number(digits[start : start + length])
            for length in range(SHORTEST, LONGEST + 1)
            for start in range(len(digits) - length + 1)
        )
    if _MOMENT.match(digits):
        return False
    number = digits.lstrip("0")
    match len(number):
        case 13 if before.endswith("+") or digits.startswith("00") or _is_ean(number):
            return False
        case 17 | 18:
            return False
        case 19 if number[0] == "2":
            return False
    return _begins_with_number(number, 0)


def _is_printed(ends: Sequence[int], length: int) -> bool:
    """Tell whether groups end where they do on a card, or are of one length; `ends` leaves the last group's out."""
    size = ends[0]
    return any(where.issuperset(ends) for where in _PRINTED) or (
        size in _EVEN and length - ends[-1] <= size and all(end == size * place for place, end in enumerate(ends, 1))
    )


def _begins_with_number(digits: str, last: int) -> bool:
    """Tell whether digits are a card number, or one that ends behind the place `last` and its date or code."""
    return _is_number(digits) or any(
        (_TAIL_OF_15 if length == 15 else _TAIL).fullmatch(digits, length) and _is_number(digits[:length])
        for length in range(max(_SHORTEST_GLUED, last + 1), min(len(digits), LONGEST + 1))
    )


def _is_number(digits: str) -> bool:
    return (
        SHORTEST <= len(digits) <= LONGEST
        and is_issued(digits)
        and (sum(map(int, digits[::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0
        and not _MOMENT.match(digits)
    )


def _is_ean(digits: str) -> bool:
    """Tell whether the 13th of 13 digits is the check digit of an EAN-13."""
    return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0


def _without_iban(found: re.Match[str]) -> str:
    """Take an IBAN away from the words of capital letters and digits that begin with it."""
    words = found[0].split(" ")
    for count in range(len(words), 0, -1):
        iban = "".join(words[:count])
        # By ISO 7064 the first four go to the end, letters count from 10, and the remainder by 97 is 1.
        if len(iban) >= _SHORTEST_IBAN and int("".join(f"{int(sign, 36)}" for sign in iban[4:] + iban[:4])) % 97 == 1:
            return " ".join(["X", *words[count:]])
    return found[0]
