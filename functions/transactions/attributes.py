"""DynamoDB's attribute values and plain Python values; numbers are integers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from transactions.agreed.tables import KEY

Item = Mapping[str, Any]
"""An item as DynamoDB's API has it: attribute name to typed value (`{"id": {"S": "…"}}`)."""

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """Type the values."""
    return {name: _serializer.serialize(value) for name, value in values.items()}


def key_of(item_id: str) -> dict[str, Any]:
    """Write the key of an item, the same in every table."""
    return to_item({KEY: item_id})


def from_item(item: Item) -> dict[str, Any]:
    """Take the types away."""
    return {name: _plain(_deserializer.deserialize(value)) for name, value in item.items()}


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


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, Binary):
        return bytes(value.value)  # type: ignore[attr-defined]  # the stubs know no member of it
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
