"""How IAM decides: policies, a request, and a boundary.

    a Deny that matches                           → explicitDeny
    an Allow that matches, in the boundary too    → allowed
    else                                          → implicitDeny

The emulator has a simulator of its own. It knows no condition keys of services, nor boundaries, so those are decided
here; where neither plays a part, `test_simulation` holds both to the same answer. Operators that no policy of the
product uses are not known, and are an error instead of a guess.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Context = Mapping[str, str | Sequence[str]]
"""Condition key to the request's value, or values."""
Policy = Mapping[str, Any]

ALLOWED: Final = "allowed"
DENIED: Final = "implicitDeny"
FORBIDDEN: Final = "explicitDeny"


def decide(
    policies: Iterable[Policy], action: str, resource: str, context: Context, boundary: Policy | None = None
) -> str:
    """Decide a request, in the words of IAM's own simulator."""
    matched = [
        statement["Effect"]
        for policy in policies
        for statement in policy["Statement"]
        if _matches(statement, action, resource, context)
    ]
    if "Deny" in matched:
        return FORBIDDEN
    if "Allow" not in matched:
        return DENIED
    return ALLOWED if boundary is None else decide([boundary], action, resource, context)


def _matches(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        any(_like(action.lower(), pattern.lower()) for pattern in as_list(statement["Action"]))
        and any(_like(resource, pattern) for pattern in as_list(statement["Resource"]))
        and all(
            _holds(operator, context.get(key), as_list(wanted))
            for operator, tests in statement.get("Condition", {}).items()
            for key, wanted in tests.items()
        )
    )


def _holds(operator: str, actual: str | Sequence[str] | None, wanted: Sequence[str]) -> bool:
    if operator == "Null":
        return (actual is None) == (wanted == ["true"])
    quantifier, _, name = operator.rpartition(":")
    if actual is None:
        return name.endswith("IfExists") or quantifier == "ForAllValues"
    compare = {"StringEquals": str.__eq__, "StringLike": _like, "ArnLike": _arn_like, "Bool": str.__eq__}[
        name.removesuffix("IfExists")
    ]
    values = as_list(actual)
    if quantifier not in {"", "ForAllValues"} or (not quantifier and len(values) != 1):
        raise ValueError(f"{operator} on {actual!r} is not known here")
    return all(any(compare(value, pattern) for pattern in wanted) for value in values)


def as_list(value: str | Sequence[str]) -> list[str]:
    """Write what a policy may give as one text or as several as a list."""
    return [value] if isinstance(value, str) else list(value)


def _like(value: str, pattern: str) -> bool:
    wild = {"*": ".*", "?": "."}
    return re.fullmatch("".join(wild.get(char) or re.escape(char) for char in pattern), value, re.DOTALL) is not None


def _arn_like(value: str, pattern: str) -> bool:
    """Compare ARNs part by part: a wildcard ends at a colon, but for those in the last of the six parts."""
    values, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(values) == len(patterns) and all(map(_like, values, patterns))
