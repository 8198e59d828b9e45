"""What AWS's own models say of a parameter: its length, its range and the characters in it.

Services made with one framework answer alike where a parameter breaks its shape, whose constraints botocore's models
carry. Enumerations are left out: a model that is older than AWS would refuse what AWS takes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tapstack.providers import crud, metadata
from tapstack.providers.clients import ProviderError
from tapstack.providers.shapes import member_of
from tapstack.providers.table import Row
from tapstack.providers.values import has_unknown

CODES: Final[Mapping[str, str]] = {
    "cloudwatch": "ValidationError",
    "dynamodb": "ValidationException",
    "events": "ValidationException",
    "iam": "ValidationError",
    "kms": "ValidationException",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "secretsmanager": "ValidationException",
}
"""Service to the code that it answers with."""

_WHOLE: Final = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Constraint:
    """What a parameter must be: length or range where given, and characters."""

    parameter: str
    is_text: bool
    least: int | None
    most: int | None
    pattern: str | None
    is_secret: bool

    def broken(self, value: Any) -> Iterator[str]:
        """Say in AWS's words what a value breaks."""
        size, what = (len(value), "length") if self.is_text else (value, "value")
        if self.least is not None and size < self.least:
            yield f"Member must have {what} greater than or equal to {self.least}"
        if self.most is not None and size > self.most:
            yield f"Member must have {what} less than or equal to {self.most}"
        if self.pattern and self.is_text and not re.fullmatch(self.pattern, value, re.DOTALL):
            yield f"Member must satisfy regular expression pattern: {self.pattern}"

    def said(self, value: Any, broken: str) -> str:
        """Say it with the parameter and, unless it is secret, the value."""
        shown = "Value" if self.is_secret else f"Value '{value}'"
        return f"{shown} at '{self.parameter}' failed to satisfy constraint: {broken}"


def constraints_of(token: str, row: Row) -> Mapping[str, Constraint]:
    """Read the constraints of a type: input to what the model of its creation says."""
    call = row.create
    service = (call.service if call else None) or row.service
    if call is None or call.run or service not in CODES:
        return {}
    members = crud.input_shape(service, call.operation).members
    return {
        key: found
        for key, member in _parameters(token, row, members).items()
        if (found := _constraint(member, members[member]))
    }


def _parameters(token: str, row: Row, members: Mapping[str, Any]) -> dict[str, str]:
    """Map each input that a creation sends as it is to the parameter that takes it."""
    call = row.create
    assert call is not None  # noqa: S101 -- the caller looked
    shape = crud.input_shape(call.service or row.service, call.operation)
    auto = [key for key in metadata.input_properties(token) if call.auto is True or (call.auto and key in call.auto)]
    found = {key: member for key in auto if (member := member_of(shape, key, row.names))}
    for member, template in call.params.items():
        if isinstance(template, str) and (match := _WHOLE.fullmatch(template)) and member in members:
            found[match[1]] = member
    return found


def _constraint(member: str, shape: Any) -> Constraint | None:
    said = shape.metadata
    if shape.type_name not in {"string", "integer", "long"} or not said.keys() & {"min", "max", "pattern"}:
        return None
    return Constraint(
        parameter=member[0].lower() + member[1:],
        is_text=shape.type_name == "string",
        least=said.get("min"),
        most=said.get("max"),
        pattern=said.get("pattern"),
        is_secret=bool(said.get("sensitive")),
    )


def require_shapes(token: str, row: Row, inputs: Mapping[str, Any]) -> None:
    """Refuse parameters that break their shape; what is not known yet is not looked at.

    Raises:
        ProviderError: AWS's code and message.
    """
    found = [
        constraint.said(value, broken)
        for key, constraint in constraints_of(token, row).items()
        if isinstance(value := inputs.get(key), str if constraint.is_text else int) and not has_unknown(value)
        for broken in constraint.broken(value)
    ]
    if found:
        service = (row.create.service if row.create else None) or row.service
        errors = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
        raise ProviderError(f"{CODES[service]}: {errors} detected: {'; '.join(found)}")
