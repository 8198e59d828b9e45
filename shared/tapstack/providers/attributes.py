"""Attributes as SQS and SNS take them: texts by name."""

from collections.abc import Mapping

from tapstack.providers.table import Scope, Template
from tapstack.providers.values import Props


def attribute_text(value: object) -> str:
    """Write a value as an attribute: `true`, not `True`."""
    return f"{value}".lower() if isinstance(value, bool) else f"{value}"


def attributes(names: Mapping[str, str]) -> Template:
    """Make a template of the attributes that are given, from input to attribute name."""

    def given(scope: Scope) -> Props | None:
        present = {
            name: attribute_text(scope.inputs[key]) for key, name in names.items() if scope.inputs.get(key) is not None
        }
        return present or None

    return given


def taken_from_attributes(names: Mapping[str, str]) -> dict[str, str]:
    """Say where in an answer's `Attributes` each output is."""
    return {key: f"Attributes.{name}" for key, name in names.items()}
