"""The words of the table of looks: what AWS is asked for what a thing holds, and which of that is ours."""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

import jmespath  # type: ignore[import-untyped]
from jmespath import functions


@dataclass(frozen=True, kw_only=True)
class Look:
    """One read-only call for what a thing of ours holds.

    All texts but the first three are JMESPath. Those on a resource see its outputs of the state and its `id`; those on
    an item see `thing`, the resource that was asked for, and `item`. Beside JMESPath's own functions there are
    `from_json(text)` and `split(text, separator)`.

    Attributes:
        of: the type of the resources that are looked at.
        service: boto3's name of the service.
        operation: boto3's name of the operation.
        params: on the resource: the call's parameters. Where one has no value, there is nothing to ask.
        items: on the answer: what is there; `$name` and `$id` are the resource's own.
        type: the type that a program would make an item by.
        key: on an item: what tells it from others of the type.
        own: on a resource of the type, in any layer's state: the same of it.
        name: on an item: what AWS calls it.
        detail: on an item: what it allows or where it leads, a list of texts; what is null is left out.
    """

    of: str
    service: str
    operation: str
    params: str
    items: str
    type: str
    key: str
    own: str
    name: str
    detail: str = "[]"

    def asks(self, thing: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give the call's parameters for a resource; None where there is nothing to ask."""
        params: dict[str, Any] = search(self.params, thing)
        return None if any(value in (None, "", []) for value in params.values()) else params

    def finds(self, thing: Mapping[str, Any], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give the items of an answer, each beside the thing that holds it."""
        names = {key: value for key, value in thing.items() if isinstance(value, str)}
        found = search(Template(self.items).safe_substitute(names), answer)
        return [{"thing": thing, "item": item} for item in found or ()]


def search(expression: str, value: Any) -> Any:
    """Apply a JMESPath expression."""
    return _compiled(expression).search(value, options=jmespath.Options(custom_functions=_Functions()))


def identity(expression: str, value: Any) -> str:
    """Write what a key finds as a text; what is empty and what is not there are the same."""
    return json.dumps([part or "" for part in search(expression, value)])


def words(expression: str, value: Any) -> str:
    """Write the texts that an expression finds as one."""
    parts: Sequence[Any] = search(expression, value) or ()
    return " ".join(f"{part}" for part in parts if part not in (None, ""))


@functools.cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


class _Functions(functions.Functions):  # type: ignore[misc]
    """What JMESPath lacks and AWS's answers need."""

    @functions.signature({"types": ["string", "null"]})  # type: ignore[untyped-decorator]
    def _func_from_json(self, text: str | None) -> Any:
        return json.loads(text) if text else None

    @functions.signature({"types": ["string"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_split(self, text: str, separator: str) -> list[str]:
        return text.split(separator)
