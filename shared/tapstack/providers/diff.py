"""What differs between the inputs a resource has and those it should have, property by property.

Only inputs are compared: what the service filled in by itself is never a difference.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tapstack.providers.check import join
from tapstack.providers.metadata import ListOf, MapOf, Property, is_object, properties_of
from tapstack.providers.values import plain


@dataclass(frozen=True)
class Change:
    """One property that differs."""

    path: str
    key: str
    """The top-level property it lies under."""
    kind: Literal["add", "update", "delete"]


def changes(
    old: Mapping[str, Any], new: Mapping[str, Any], known: Mapping[str, Property], ordered: Collection[str] = ()
) -> list[Change]:
    """List the differences between two sets of inputs.

    Args:
        old: the inputs of the last update.
        new: the inputs wanted now; an unknown differs from everything.
        known: the type's properties.
        ordered: the top-level lists whose order has a meaning; all others are compared as sets.
    """
    return [
        Change(path, key, kind)
        for key in sorted(old.keys() | new.keys())
        if not key.startswith("__")
        for path, kind in _compare(
            plain(old.get(key)),
            plain(new.get(key)),
            known[key].type if key in known else Any,
            key,
            ordered=key in ordered,
        )
    ]


def _compare(
    old: Any, new: Any, kind: Any, path: str, *, ordered: bool = False
) -> Iterator[tuple[str, Literal["add", "update", "delete"]]]:
    if is_absent(old, kind):
        if not is_absent(new, kind):
            yield path, "add"
    elif is_absent(new, kind):
        yield path, "delete"
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _compare(old.get(key), new.get(key), _below(kind, key), join(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        if not ordered and same(old, new, kind):
            return
        below = kind.item if isinstance(kind, ListOf) else Any
        for position in range(max(len(old), len(new))):
            before = old[position] if position < len(old) else None
            after = new[position] if position < len(new) else None
            yield from _compare(before, after, below, f"{path}[{position}]")
    elif not same(old, new, kind):
        yield path, "update"


def same(known: Any, other: Any, kind: Any, *, loosely: bool = False) -> bool:
    """Tell whether two values mean the same to AWS: JSON by its content, lists as sets.

    Args:
        known: a value as the program gave it.
        other: the value to compare.
        kind: the property's type from `metadata`.
        loosely: `other` comes from the service: an object may hold more than was given, and numbers may be text.
    """
    if is_absent(known, kind) or is_absent(other, kind):
        return is_absent(known, kind) and is_absent(other, kind)
    if isinstance(known, dict) and isinstance(other, dict):
        keys = known.keys() if loosely and not isinstance(kind, MapOf) else known.keys() | other.keys()
        return all(same(known.get(key), other.get(key), _below(kind, key), loosely=loosely) for key in keys)
    if isinstance(known, list) and isinstance(other, list):
        return _same_set(known, other, kind.item if isinstance(kind, ListOf) else Any, loosely=loosely)
    if isinstance(known, str) and isinstance(other, str) and known != other:
        return _same_json(known, other)
    if loosely and isinstance(known, bool | int | float | str) and isinstance(other, bool | int | float | str):
        return bool(known == other) or f"{known}".lower() == f"{other}".lower()
    return bool(known == other)


def _same_set(known: list[Any], other: list[Any], kind: Any, *, loosely: bool) -> bool:
    rest = list(other)
    for item in known:
        position = next((at for at, candidate in enumerate(rest) if same(item, candidate, kind, loosely=loosely)), None)
        if position is None:
            return False
        del rest[position]
    return not rest


def _same_json(one: str, other: str) -> bool:
    if not (one.lstrip()[:1] in {"{", "["} and other.lstrip()[:1] in {"{", "["}):
        return False
    try:
        return bool(_canonical(json.loads(one)) == _canonical(json.loads(other)))
    except ValueError:
        return False


def _canonical(value: Any) -> Any:
    """Policy documents may say `["x"]` or `"x"`, in any order."""
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_canonical(item) for item in value]
        return items[0] if len(items) == 1 else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def is_absent(value: Any, kind: Any) -> bool:
    """Tell whether a value is none at all: AWS knows no difference between an empty list or map and none.

    An empty object is something: `{"allow": {}}` allows.
    """
    return value is None or (value in ({}, []) and not is_object(kind))


def _below(kind: Any, key: str) -> Any:
    if isinstance(kind, MapOf):
        return kind.item
    if is_object(kind):
        found = properties_of(kind).get(key)
        return found.type if found else Any
    return Any
