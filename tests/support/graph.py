"""Who depends on whom in a layer, as the engine's state has it or as a program has registered it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from support.mocked_program import Program


@dataclass(frozen=True)
class Node:
    """A resource.

    Attributes:
        type: its type, such as `aws:ec2/vpc:Vpc`.
        name: its logical name.
        needs: the keys (`type::name`) of all resources of its layer that it depends on.
        by: the keys of those that an input takes its value from, by the input's name.
    """

    type: str
    name: str
    needs: frozenset[str]
    by: Mapping[str, frozenset[str]]


Graph = Mapping[str, Node]
"""The resources by key."""


def key_of(urn: str) -> str:
    """Shorten a URN to `type::name`."""
    *_, types, name = urn.split("::", 3)
    return f"{types.rpartition('$')[2]}::{name}"


def graph_of_state(resources: Iterable[Mapping[str, Any]]) -> Graph:
    """Make the graph of the resources of an exported stack; the stack itself and providers are left out."""
    return {
        key_of(item["urn"]): Node(
            item["type"],
            key_of(item["urn"]).partition("::")[2],
            _keys(item.get("dependencies") or ()),
            _by_input(item.get("propertyDependencies") or {}),
        )
        for item in resources
        if not item["type"].startswith("pulumi:")
    }


def graph_of_program(program: Program) -> Graph:
    """Make the graph of what a program has registered."""
    return {
        f"{item.type}::{item.name}": Node(
            item.type,
            item.name,
            _keys(item.dependencies),
            _by_input(item.by),
        )
        for item in program.resources
    }


def _keys(urns: Iterable[str]) -> frozenset[str]:
    # References to other stacks are resources too, and no resources of this layer.
    return frozenset(key for key in map(key_of, urns) if not key.startswith("pulumi:"))


def _by_input(urns: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    return {name: keys for name, found in urns.items() if (keys := _keys(found))}
