"""All that keeps a JSON value from being of a type, where msgspec tells the first thing alone."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from transactions.faults import BODY, Fault, pointer


def shape_faults(value: Any, kind: type[msgspec.Struct], here: str = BODY) -> Iterator[Fault]:
    """Hold each field by itself against its type; at least one fault comes of a value that is not of the type."""
    if not isinstance(value, Mapping):
        yield Fault(here, "it must be an object")
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in value:
        if name not in fields:
            yield Fault(pointer(here, name), f"there is no such field; known are {', '.join(fields)}")
    for name, field in fields.items():
        if name in value:
            yield from _field_faults(value[name], field.type, pointer(here, name))
        elif field.required:
            yield Fault(pointer(here, name), "it is missing")


def _field_faults(value: Any, kind: Any, here: str) -> Iterator[Fault]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from shape_faults(value, kind, here)
        return
    # Of an object with names of the merchant's own, msgspec does not say which of them it is.
    whole = {here: value}
    parts = whole
    if isinstance(value, dict) and value:
        parts = {pointer(here, name): {name: part} for name, part in value.items()}
    for place, part in parts.items():
        try:
            msgspec.convert(part, kind)
        except msgspec.ValidationError as error:
            yield Fault(place, f"{error}".partition(" - at ")[0])
