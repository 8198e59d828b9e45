"""What checks look at: a resource's properties as plain data, and the resources of a stack as they hang together.

A preview knows no value that is made later. Such a value is `UNKNOWN` here: it counts as given, and nothing is said
against it until the update knows it.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_policy import PolicyResource, ResourceValidationArgs, StackValidationArgs
from pulumi_policy.proxy import UnknownValueError


class _Unknown:
    """The value that is made later."""

    def __repr__(self) -> str:
        return "<known after the update>"


UNKNOWN: Final = _Unknown()
_NAMES: Final = ("arn", "bucket", "id", "name", "url")
"""Outputs by which another resource may name one without depending on it."""


@dataclasses.dataclass(frozen=True)
class Resource:
    """A resource of the program.

    Attributes:
        urn: its URN.
        type: such as `aws:kms/key:Key`.
        name: its logical name.
        properties: its inputs, after the update its outputs too, by Pulumi's camelCase names.
        uses: property to the URNs of the resources whose outputs are in it; known within a stack alone.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    uses: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    @property
    def project(self) -> str:
        """The project whose program makes it."""
        return self.urn.split("::")[1]

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return self.urn.split("::", maxsplit=1)[0].rpartition(":")[2]

    def get(self, path: str) -> Any:
        """Return the value at a path, such as `serverSideEncryption.enabled`: None for nothing, `UNKNOWN` for later."""
        value: Any = self.properties
        for part in path.split("."):
            if value is UNKNOWN or value is None:
                return value
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def has(self, path: str) -> bool:
        """Tell whether something is given at a path, known or not; an empty text, list or object is nothing."""
        return self.get(path) is UNKNOWN or self.get(path) not in (None, "", [], {})

    def is_on(self, path: str) -> bool:
        """Tell whether the value at a path is true, or may be."""
        return self.get(path) is UNKNOWN or self.get(path) is True

    def document(self, path: str) -> Mapping[str, Any]:
        """Read the policy document at a path; it is empty where there is none, or none is known yet."""
        value = self.get(path)
        if isinstance(value, str) and value:
            value = json.loads(value)
        return value if isinstance(value, Mapping) else {}


class Stack:
    """All resources of a stack."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        """Take them in the engine's order."""
        self.resources = resources

    @classmethod
    def of(cls, arguments: StackValidationArgs) -> "Stack":
        """Take what the engine hands to a policy of stacks."""
        return cls([_of_stack(each) for each in arguments.resources])

    def of_types(self, *types: str) -> Iterator[Resource]:
        """Go through the resources of some types."""
        return (each for each in self.resources if each.type in types)

    def on(self, target: Resource, property_name: str, *types: str) -> list[Resource]:
        """Find the resources of some types that name another in a property, by its outputs or by its very name."""
        known = {target.get(name) for name in _NAMES if isinstance(target.get(name), str)}
        return [
            each
            for each in self.of_types(*types)
            if target.urn in each.uses.get(property_name, ()) or _text(each.get(property_name)) in known
        ]


def resource_of(arguments: ResourceValidationArgs) -> Resource:
    """Take what the engine hands to a policy of resources."""
    return Resource(arguments.urn, arguments.resource_type, arguments.name, _plain(arguments.props))


def _of_stack(resource: PolicyResource) -> Resource:
    uses = {name: [each.urn for each in used] for name, used in resource.property_dependencies.items()}
    return Resource(resource.urn, resource.resource_type, resource.name, _plain(resource.props), uses)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _plain(value: Any) -> Any:
    """Copy what the SDK wraps: it raises where a value is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(container: Any, key: Any) -> Any:
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN
