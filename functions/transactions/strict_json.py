"""JSON without its ambiguities: no name twice, no NaN, no control characters, no halves of characters, exact numbers.

A number is an `int` however it is spelt, 1250, 1250.0 or 1.25e3, or else a `Decimal`; none goes through a binary float,
in which 0.99999999999999999999 is 1.
"""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from transactions.faults import BODY, Fault, pointer

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


def fault(body: bytes) -> Fault | None:
    """Point at what `load` refuses in a body that it can read as JSON; None where it cannot."""
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_Pairs,
            parse_int=_marked(_whole_number),
            parse_float=_marked(_number),
            parse_constant=_marked(_refuse),
        )
    except (ValueError, RecursionError):
        return None
    pending: list[tuple[str, Any]] = [(BODY, value)]
    while pending:
        here, current = pending.pop()
        if isinstance(current, _Unfit):
            return Fault(here, f"{current}")
        if isinstance(current, str) and _UNFIT.search(current):
            return Fault(here, "it holds a control character")
        if isinstance(current, _Pairs):
            names = [name for name, _ in current]
            if any(map(_UNFIT.search, names)):
                return Fault(here, "it has a name that holds a control character")
            if twice := next((name for name in names if names.count(name) > 1), None):
                return Fault(pointer(here, twice), "it names a field twice")
            pending.extend((pointer(here, name), inner) for name, inner in reversed(current))
        elif isinstance(current, list):
            pending.extend((pointer(here, place), inner) for place, inner in reversed([*enumerate(current)]))
    return None


class _Unfit(str):
    """Says why a number is refused, in its place."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object as it is written, where a name can be there twice."""


def _marked(read: Callable[[str], object]) -> Callable[[str], object]:
    def mark(text: str) -> object:
        try:
            return read(text)
        except ValueError as error:
            return _Unfit(error)

    return mark


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
