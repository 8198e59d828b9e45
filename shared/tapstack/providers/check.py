"""The input check: every property, at every depth, against the SDK's own metadata."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from tapstack.providers.metadata import JsonText, ListOf, MapOf, Property, is_object, properties_of
from tapstack.providers.values import UNKNOWN, Blob, Secret


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the inputs: where, and what."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


def check(inputs: Mapping[str, Any], known: Mapping[str, Property]) -> list[Problem]:
    """Find unknown, missing and wrongly typed properties, with their paths as the engine writes them."""
    return list(_object(inputs, known, ""))


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that `name` most likely stands for; None where none is near."""
    by_letters = {_letters(candidate): candidate for candidate in candidates}
    close = difflib.get_close_matches(_letters(name), by_letters, n=1, cutoff=0.7)
    return by_letters[close[0]] if close else None


def join(path: str, key: str) -> str:
    """Write the path of a property below `path`."""
    if not key.replace("_", "a").isalnum():
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _object(value: Mapping[str, Any], known: Mapping[str, Property], path: str) -> Iterator[Problem]:
    for key, item in value.items():
        if key in known:
            yield from _value(item, known[key].type, join(path, key))
        elif not key.startswith("__"):
            yield Problem(join(path, key), _unknown(key, known))
    given = {key for key, item in value.items() if item is not None}
    for key, wanted in known.items():
        if wanted.required and key not in given:
            yield Problem(join(path, key), "required property is missing")


def _unknown(key: str, known: Mapping[str, Property]) -> str:
    if not (near := nearest(key, known)):
        return f"unknown property; there are {', '.join(f'`{name}`' for name in sorted(known))}"
    in_python = known[near].python_name
    # A name with underscores was passed through by the Python SDK as the program has it.
    written = f" (in Python `{in_python}`)" if "_" in key and in_python != near else ""
    return f"unknown property; did you mean `{near}`{written}?"


def _value(value: Any, wanted: Any, path: str) -> Iterator[Problem]:
    if isinstance(value, Secret):
        value = value.value
    if isinstance(wanted, JsonText):
        wanted = wanted.item if isinstance(value, dict) else str
    if value is None or value is UNKNOWN or wanted is Any:
        return
    if isinstance(wanted, ListOf) and isinstance(value, list):
        for position, item in enumerate(value):
            yield from _value(item, wanted.item, f"{path}[{position}]")
    elif isinstance(wanted, MapOf) and isinstance(value, dict):
        for key, item in value.items():
            yield from _value(item, wanted.item, join(path, key))
    elif is_object(wanted) and isinstance(value, dict):
        yield from _object(value, properties_of(wanted), path)
    elif not _is(value, wanted):
        yield Problem(path, f"must be {_words(wanted)}, and is {_words_of_value(value)}")


def _is(value: Any, wanted: Any) -> bool:
    if wanted is bool or isinstance(value, bool):
        return wanted is bool and isinstance(value, bool)
    if wanted is float:
        return isinstance(value, int | float)
    if wanted in {str, int}:
        return isinstance(value, wanted)
    if isinstance(wanted, ListOf | MapOf) or is_object(wanted):
        return False
    return isinstance(value, Blob) and value.is_archive == issubclass(wanted, pulumi.Archive)


def _words(wanted: Any) -> str:
    if isinstance(wanted, ListOf):
        return "a list"
    if isinstance(wanted, MapOf) or is_object(wanted):
        return "an object"
    return {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}.get(
        wanted, f"a pulumi.{wanted.__name__}"
    )


def _words_of_value(value: Any) -> str:
    if isinstance(value, Blob):
        return "an archive" if value.is_archive else "an asset"
    # The value itself may be a secret that lost its mark, so only its kind is told.
    return {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}.get(
        type(value), "an object"
    )
