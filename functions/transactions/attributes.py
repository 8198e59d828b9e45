"""DynamoDB's attribute values and plain Python values; numbers are integers, and no sets are kept.

The SDK's own serializer and deserializer take every number through a decimal, and two to five times as long.
"""

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from transactions.agreed.tables import KEY

Item = Mapping[str, Any]
"""An item as DynamoDB's API has it: attribute name to typed value (`{"id": {"S": "…"}}`)."""

_AS_IT_IS: Final = {str: "S", bool: "BOOL", bytes: "B"}
"""What both sides write alike."""


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """Type the values.

    Raises:
        TypeError: one is of a type that is not kept.
    """
    return {name: _typed(value) for name, value in values.items()}


def key_of(item_id: str) -> dict[str, Any]:
    """Write the key of an item, the same in every table."""
    return to_item({KEY: item_id})


def from_item(item: Item) -> dict[str, Any]:
    """Take the types away.

    Raises:
        TypeError: a value is of a type that is not kept.
        ValueError: a number is no integer, or a value has no type or two.
    """
    return {name: _plain(value) for name, value in item.items()}


def refused_item(error: ClientError) -> Item | None:
    """Return the item that a failed condition was about; None where there was no item.

    Raises:
        ClientError: the error is another than a failed condition.
    """
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    # DynamoDB puts it beside the error; the stubs know only what every service answers.
    response: Mapping[str, Any] = {**error.response}
    return response.get("Item")


def _typed(value: Any) -> dict[str, Any]:
    if kind := _AS_IT_IS.get(type(value)):
        return {kind: value}
    match value:
        case int():
            return {"N": f"{value}"}
        case None:
            return {"NULL": True}
        case dict():
            return {"M": to_item(value)}
        case list():
            return {"L": [_typed(inner) for inner in value]}
    raise TypeError(f"{type(value).__name__} is not kept in a table")


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, held),) = value.items()
    # By far the most values are texts.
    if kind == "S":
        return held
    match kind:
        case "B" | "BOOL":
            return held
        case "N":
            return int(held)
        case "M":
            return from_item(held)
        case "L":
            return [_plain(inner) for inner in held]
        case "NULL":
            return None
    raise TypeError(f"{kind} is not kept in a table")
