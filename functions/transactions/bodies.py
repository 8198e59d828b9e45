"""Bodies of requests: strict JSON, without card numbers, of a type."""

from typing import Any, Final, TypeVar

import msgspec

from transactions import strict_json
from transactions.card_numbers import refuse_card_numbers
from transactions.errors import FaultyRequestError
from transactions.faults import BODY, Fault
from transactions.shapes import shape_faults

LARGEST_BODY: Final = 16 * 1024
"""Bytes."""

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def read_body(body: bytes, kind: type[_Struct], refused: type[FaultyRequestError]) -> _Struct:
    """Read a body.

    Args:
        body: as it was sent.
        kind: what it has to be.
        refused: the error that says it is none.

    Raises:
        FaultyRequestError: of the type `refused`; it names every field that is wrong, and what is wrong with it.
        CardNumberError: it holds a card number.
    """
    value = read_json(body, refused)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise refused(*shape_faults(value, kind)) from error


def read_json(body: bytes, refused: type[FaultyRequestError], largest: int = LARGEST_BODY) -> Any:
    """Read a body of any type.

    Args:
        body: as it was sent.
        refused: the error that says it is no JSON.
        largest: how many bytes it may have.

    Raises:
        FaultyRequestError: of the type `refused`.
        CardNumberError: it holds a card number.
    """
    if len(body) > largest:
        raise refused(Fault(BODY, f"the body is larger than {largest} bytes"))
    try:
        value = strict_json.load(body)
    except ValueError as error:
        raise refused(strict_json.fault(body) or Fault(BODY, f"{error}")) from error
    refuse_card_numbers(value)
    return value
