"""Between Pulumi's camelCase inputs and AWS's shapes, led by botocore's service models."""

import base64
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

from tapstack.providers.clients import ProviderError
from tapstack.providers.metadata import JsonText, ListOf, MapOf, Property, is_object, properties_of

Names = Mapping[str, str]
"""Pulumi name to botocore's, where more than case and plural differ."""


# How services write a map from text to text as a list.
_PAIRS: Final = (("Key", "Value"), ("TagKey", "TagValue"), ("key", "value"), ("Name", "Value"))


def member_of(shape: Any, key: str, names: Names) -> str | None:
    """Find the member of a botocore structure that a Pulumi property stands for.

    Pulumi calls lists by their plural (`attributes`) and takes a list of at most one item for the item (`projection`).
    """
    wanted = letters(names.get(key, key))
    by_letters: dict[str, str] = {letters(member): member for member in shape.members}
    for form in (wanted, *_singulars(wanted), f"{wanted}s"):
        if form in by_letters:
            return by_letters[form]
    return None


def letters(name: str) -> str:
    """Reduce a name to what both sides agree on."""
    return name.replace("_", "").replace("-", "").lower()


def _singulars(name: str) -> list[str]:
    forms = [name[: -len(end)] + new for end, new in (("ies", "y"), ("es", ""), ("s", "")) if name.endswith(end)]
    return [form for form in forms if form]


def to_aws(shape: Any, value: Any, names: Names) -> Any:
    """Write a Pulumi value in the form of a botocore shape.

    Raises:
        ProviderError: AWS has no member for one of its properties; it is not left out in silence.
    """
    kind = shape.type_name
    if kind == "structure" and isinstance(value, list) and len(value) == 1:
        # The SDK has lists where AWS takes one item.
        value = value[0]
    if kind == "structure" and isinstance(value, Mapping):
        return {
            member: to_aws(shape.members[member], item, names)
            for key, item in value.items()
            if item is not None and (member := _known_member(shape, key, names))
        }
    if kind == "list":
        return _to_list(shape, value, names)
    if kind == "map" and isinstance(value, Mapping):
        return {key: to_aws(shape.value, item, names) for key, item in value.items()}
    return _to_scalar(kind, value)


def _known_member(shape: Any, key: str, names: Names) -> str:
    if (member := member_of(shape, key, names)) is None:
        raise ProviderError(f"the stand-in provider does not know where to put {key!r} in AWS's {shape.name}")
    return member


def _to_list(shape: Any, value: Any, names: Names) -> Any:
    if isinstance(value, Mapping) and (pair := tag_members(shape)):
        return [{pair[0]: key, pair[1]: item} for key, item in value.items()]
    items = value if isinstance(value, list) else [value]
    return [to_aws(shape.member, item, names) for item in items]


def _to_scalar(kind: str, value: Any) -> Any:
    if kind == "string" and not isinstance(value, str):
        return f"{value}".lower() if isinstance(value, bool) else f"{value}"
    if kind in {"integer", "long"}:
        return int(value)
    if kind in {"float", "double"}:
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return value


def tag_members(shape: Any) -> tuple[str, str] | None:
    """Name the members of a list that stands for a map (`Key` and `Value`); None where it is another list."""
    if shape.type_name != "list" or shape.member.type_name != "structure":
        return None
    return next((pair for pair in _PAIRS if set(pair) == set(shape.member.members)), None)


def from_aws(known: Mapping[str, Property], value: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Pick the properties of a type out of an object from the service; what has no member of its name is left out."""
    by_letters = {letters(member): member for member in value}
    found = {}
    for key, wanted in known.items():
        name = letters(names.get(key, key))
        member = next((by_letters[form] for form in (name, *_singulars(name), f"{name}s") if form in by_letters), None)
        if member is not None and value[member] is not None:
            found[key] = convert(wanted.type, value[member], names)
    return found


def convert(kind: Any, value: Any, names: Names) -> Any:
    """Write a value from the service as the property type the SDK declares."""
    if is_object(kind):
        inner = (value[0] if value else None) if isinstance(value, list) else value
        return from_aws(properties_of(kind), inner, names) if isinstance(inner, Mapping) else inner
    if isinstance(kind, ListOf):
        items = value if isinstance(value, list) else [value]
        return [convert(kind.item, item, names) for item in items]
    if isinstance(kind, MapOf):
        pairs = _pairs(value) if isinstance(value, list) else value
        return {key: convert(kind.item, item, names) for key, item in pairs.items()}
    return _scalar(kind, value)


def _pairs(items: list[Any]) -> dict[str, Any]:
    return {item[key]: item[value] for item in items for key, value in _PAIRS if key in item and value in item}


def _scalar(kind: Any, value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if kind is str or isinstance(kind, JsonText):
        return _text(value)
    if isinstance(value, str) and kind in {int, float, bool}:
        return value.lower() in {"true", "enabled"} if kind is bool else kind(value)
    return value


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return f"{value}".lower() if isinstance(value, bool) else f"{value}"
