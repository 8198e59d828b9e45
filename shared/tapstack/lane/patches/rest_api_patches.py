"""Patch operations of REST APIs: texts that the emulator has to read as what they stand for."""

import re
from collections.abc import Iterable
from typing import Any, Final

from tapstack.lane.patches.serving import module

_TRUTH: Final = frozenset({"true", "false"})
_KINDS: Final = (
    (re.compile(r"/(timeoutInMillis|minimumCompressionSize)|(.*/)?(burstLimit|quota/limit|quota/offset)"), int),
    (re.compile(r"(.*/)?rateLimit"), float),
    (
        re.compile(
            r"/(apiKeyRequired|enabled|disableExecuteApiEndpoint|tlsConfig/insecureSkipVerification"
            r"|validateRequestBody|validateRequestParameters|requestParameters/method\.request\..*)"
        ),
        bool,
    ),
)
"""Paths to what is no text: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html."""


def typed(path: str, value: Any) -> Any:
    """Read the text that an operation gives for a path as what API Gateway keeps there."""
    for paths, kind in _KINDS:
        if isinstance(value, str) and paths.fullmatch(path):
            if kind is bool:
                return value.lower() == "true" if value.lower() in _TRUTH else value
            return _number(kind, value)
    return value


def _number(kind: Any, value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return value


def apply_operations(emulators: Any, thing: dict[str, Any], operations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Carry out operations on a thing, in order.

    Args:
        emulators: the emulator's own way, for all that it does right.
        thing: what it keeps, changed in place.
        operations: as `UpdateX` has them.
    """
    for operation in operations:
        path = operation.get("path", "")
        if path == "/apiStages" and isinstance(thing.get("apiStages", []), list):
            _change_stages(thing, operation)
        elif "~" in path:
            _change_escaped(thing, operation)
        else:
            emulators(thing, [{**operation, "value": typed(path, operation.get("value"))}])
    return thing


def _change_stages(plan: dict[str, Any], operation: dict[str, Any]) -> None:
    """Add a stage to a usage plan, or take it away: the value says which, as `API:STAGE`."""
    api, _, stage = f"{operation.get('value', '')}".partition(":")
    others = [known for known in plan.get("apiStages", []) if (known["apiId"], known["stage"]) != (api, stage)]
    plan["apiStages"] = others if operation["op"] == "remove" else [*others, {"apiId": api, "stage": stage}]


def _change_escaped(thing: dict[str, Any], operation: dict[str, Any]) -> None:
    """Change the entry of a map whose key has a slash in it, such as a media type; `~1` stands for it."""
    first, *keys = (key.replace("~1", "/").replace("~0", "~") for key in operation["path"].lstrip("/").split("/"))
    target = thing
    for key in (first, *keys)[:-1]:
        if not isinstance(target.get(key), dict):
            target[key] = {}
        target = target[key]
    last = (first, *keys)[-1]
    if operation["op"] == "remove":
        target.pop(last, None)
    else:
        target[last] = typed(operation["path"], operation.get("value"))


def read_operations() -> None:
    """Put `apply_operations` in the emulator's place."""
    apis = module("services.apigateway_v1")
    emulators = apis._apply_patch
    apis._apply_patch = lambda thing, operations: apply_operations(emulators, thing, operations)
