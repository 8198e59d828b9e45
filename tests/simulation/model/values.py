"""DynamoDB's attribute values: checked, brought to the form DynamoDB keeps, measured and compared."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

Value = dict[str, Any]
"""A typed value, `{"S": "…"}`."""
Item = dict[str, Any]
"""Attribute name to typed value."""

LARGEST_ITEM: Final = 400 * 1024
_DIGITS: Final = 38


class InvalidValueError(ValueError):
    """DynamoDB does not take the value."""


def kept(value: Mapping[str, Any]) -> Value:
    """Copy a value into the form DynamoDB keeps it in: numbers without zeros that say nothing.

    Raises:
        InvalidValueError: it is no value DynamoDB takes.
    """
    if len(value) != 1:
        raise InvalidValueError("Supplied AttributeValue must contain exactly one of the supported datatypes")
    ((kind, inner),) = value.items()
    match kind:
        case "S" | "BOOL" | "B":
            return {kind: inner}
        case "NULL" if inner is True:
            return {kind: True}
        case "N":
            return {kind: _number(inner)}
        case "L":
            return {kind: [kept(each) for each in inner]}
        case "M":
            return {kind: kept_item(inner)}
        case "SS" | "NS" | "BS":
            members = [_number(each) for each in inner] if kind == "NS" else list(inner)
            if not members or len(set(members)) < len(members):
                raise InvalidValueError("An set may not be empty or hold a member twice")
            return {kind: members}
    raise InvalidValueError(f"Supplied AttributeValue has the unknown datatype {kind}")


def kept_item(item: Mapping[str, Any]) -> Item:
    """Copy an item into the form DynamoDB keeps it in.

    Raises:
        InvalidValueError: it holds a value DynamoDB does not take.
    """
    return {name: kept(value) for name, value in item.items()}


def copied(item: Item) -> Item:
    """Copy an item that is kept, so that whoever has it cannot change what is kept."""
    return {name: _copied(value) for name, value in item.items()}


def item_size(item: Mapping[str, Any]) -> int:
    """Measure an item in bytes, by the rules of the Developer Guide (CapacityUnitCalculations)."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def equal(left: Value, right: Value) -> bool:
    """Compare as `=` does: type and value; sets without regard to order."""
    return bool(_comparable(left) == _comparable(right))


def length(value: Value) -> int | None:
    """Measure as `size()` does; None for what has no size."""
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(inner.encode())
    return len(inner) if kind in {"B", "L", "M", "SS", "NS", "BS"} else None


def ordering(value: Value) -> tuple[str, Any] | None:
    """Return type and sort key of a value that can be more or less than another; None for one that cannot."""
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return kind, inner.encode()
        case "N":
            return kind, Decimal(inner)
        case "B":
            return kind, bytes(inner)
    return None


def number_text(number: Decimal) -> str:
    """Write a number as DynamoDB does.

    Raises:
        InvalidValueError: it has more than 38 digits or is out of range.
    """
    if number == 0:
        return "0"
    if len("".join(map(str, number.as_tuple().digits)).strip("0")) > _DIGITS:
        raise InvalidValueError("Attempting to store more than 38 significant digits in a Number")
    if not -130 <= number.adjusted() <= 125:
        raise InvalidValueError("Number overflow or underflow")
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(text: Any) -> str:
    if not isinstance(text, str) or text != text.strip() or "_" in text:
        raise InvalidValueError("The parameter cannot be converted to a numeric value")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise InvalidValueError("The parameter cannot be converted to a numeric value") from error
    if not number.is_finite():
        raise InvalidValueError("The parameter cannot be converted to a numeric value")
    return number_text(number)


def _copied(value: Value) -> Value:
    ((kind, inner),) = value.items()
    match kind:
        case "L":
            return {kind: [_copied(each) for each in inner]}
        case "M":
            return {kind: copied(inner)}
        case "SS" | "NS" | "BS":
            return {kind: list(inner)}
    return {kind: inner}


def _size(value: Mapping[str, Any]) -> int:
    ((kind, inner),) = value.items()
    return _SIZES[kind](inner)


def _number_size(text: str) -> int:
    """One byte for each two significant digits, and one more."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return 1 + (len(digits) + 1) // 2


_SIZES: Final[Mapping[str, Callable[[Any], int]]] = {
    "S": lambda text: len(text.encode()),
    "N": _number_size,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": lambda members: 3 + sum(1 + _size(each) for each in members),
    "M": lambda members: 3 + len(members) + item_size(members),
    "SS": lambda members: sum(len(each.encode()) for each in members),
    "NS": lambda members: sum(map(_number_size, members)),
    "BS": lambda members: sum(map(len, members)),
}


def _comparable(value: Value) -> Any:
    ((kind, inner),) = value.items()
    match kind:
        case "N":
            return kind, Decimal(inner)
        case "L":
            return kind, [_comparable(each) for each in inner]
        case "M":
            return kind, {name: _comparable(each) for name, each in inner.items()}
        case "SS" | "BS":
            return kind, set(inner)
        case "NS":
            return kind, {Decimal(each) for each in inner}
    return kind, inner
