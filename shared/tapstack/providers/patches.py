"""API Gateway's way to change things: a list of operations on paths."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tapstack.providers.values import Props

_REPLACED: Final = frozenset({"/variables"})
"""Maps whose new entries are replaced too: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html."""


def patch_operations(paths: Mapping[str, str], changed: Iterable[str], old: Props, new: Props) -> list[dict[str, str]]:
    """List the operations that turn `old` inputs into `new` ones.

    Args:
        paths: input to patch path; a map's or list's items lie below it. `/a/b` of a nested object is written
            `key.member`.
        changed: the top-level inputs that differ.
        old: the inputs of the last update.
        new: the inputs wanted now.
    """
    wanted = set(changed)
    return [
        operation
        for key, path in paths.items()
        if key.partition(".")[0] in wanted
        for operation in _operations(path, _at(old, key), _at(new, key))
    ]


def _at(props: Any, dotted: str) -> Any:
    for key in dotted.split("."):
        props = props.get(key) if isinstance(props, Mapping) else None
    return props


def _operations(path: str, old: Any, new: Any, *, addable: bool = False) -> list[dict[str, str]]:
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        before, after = old or {}, new or {}
        return [
            operation
            for key in sorted(before.keys() | after.keys())
            for operation in _operations(
                f"{path}/{_escaped(key)}", before.get(key), after.get(key), addable=path not in _REPLACED
            )
        ]
    if isinstance(old, list) or isinstance(new, list):
        before, after = {f"{item}" for item in old or []}, {f"{item}" for item in new or []}
        return [
            *({"op": "remove", "path": f"{path}/{_escaped(item)}"} for item in sorted(before - after)),
            *({"op": "add", "path": f"{path}/{_escaped(item)}"} for item in sorted(after - before)),
        ]
    if old == new:
        return []
    if new is None:
        return [{"op": "remove", "path": path}]
    text = f"{new}".lower() if isinstance(new, bool) else f"{new}"
    return [{"op": "add" if old is None and addable else "replace", "path": path, "value": text}]


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
