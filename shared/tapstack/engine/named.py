"""Which resources of one layer the resources of another name: by id, ARN or name, in what the program gave them."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from tapstack.engine.stack import is_made
from tapstack.engine.state import LayerState
from transactions.product import PRODUCT

_WORD: Final = r"[\w-]"
"""What an id is made of; what stands beside one in an ARN or a document is something else."""


def names_of(item: Mapping[str, Any]) -> set[str]:
    """Give what others can name a resource of a state by: its id, its ARN, and its name where that is the product's."""
    outputs = item.get("outputs") or {}
    names = [item.get("id"), outputs.get("arn")]
    if f"{PRODUCT}-" in f"{outputs.get('name')}":
        names.append(outputs["name"])
    # What is secret in a state is no text there.
    return {name for name in names if isinstance(name, str) and name}


def names_any(state: LayerState, names: Collection[str]) -> bool:
    """Tell whether the resources of a state name one of these; what is secret in a state is not looked into."""
    return _is_in(names, _inputs(state))


def ids_named(state: LayerState, upstream: LayerState) -> list[str]:
    """List the ids of an upstream layer's resources that a state's name, those on their way out included."""
    text = _inputs(state)
    return sorted({item["id"] for item in upstream.resources if is_made(item) and _is_in(names_of(item), text)})


def _inputs(state: LayerState) -> str:
    """Write what the program gave its resources as one text."""
    return json.dumps([item.get("inputs") for item in state.resources if is_made(item)], ensure_ascii=False)


def _is_in(names: Collection[str], text: str) -> bool:
    return any(
        name in text and re.search(rf"(?<!{_WORD}){re.escape(name)}(?!{_WORD})", text) is not None for name in names
    )
