"""JSON without its ambiguities: no name twice, no NaN, no control characters, no halves of characters, exact numbers.

A number is an `int` however it is spelt, 1250, 1250.0 or 1.25e3, or else a `Decimal`; none goes through a binary float,
in which 0.99999999999999999999 is 1.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

# Unicode's categories Cc and Cs, which never grow.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MOST_DIGITS: Final = 40
_LONGEST_NUMBER: Final = 10**19


def load(body: bytes) -> Any:
    """Read a JSON value.

    Raises:
        ValueError: it is none, or one that two readers could take for two things; the message says which.
    """
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_without_repeats,
            parse_int=_whole_number,
            parse_float=_number,
            parse_constant=_refuse,
        )
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError("it is not JSON") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if any(_UNFIT.search(text) for text in texts(value)):
        # Beside being of no use, a final line feed would slip through every pattern that ends in $.
        raise ValueError("it holds a control character")
    return value


def texts(value: object) -> Iterator[str]:
    """Go through all texts of a JSON value, names and whole numbers of up to 19 digits included."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, dict):
            pending.extend(current)
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, int) and abs(current) < _LONGEST_NUMBER:
            yield f"{int(current)}"


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("it names a field twice")
    return dict(pairs)


def _whole_number(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("it holds a number of too many digits")
    return int(digits)


def _number(text: str) -> int | Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("it holds a number of too many digits") from error
    # The size first: written out, 1e999999 would be a million digits.
    if abs(number) < 10**_MOST_DIGITS and number == number.to_integral_value():
        return int(number)
    return number


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
