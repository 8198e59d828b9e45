"""Cards: what the picture shows as one box. A hundred single resources would be a hairball.

Two rules draw resources together, neither of which may bend the order of things (make the cards wait in a circle):

1. what bears one name and hangs together is one thing: a function with its role, policy and log group;
2. things of the same make are one card as long as the contract does not tell them apart: ten alarms, three subnets.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from tapstack.deploy.graph.categories import Category, category_of, is_accessory
from tapstack.deploy.graph.dag import has_cycle, quotient, reduced
from tapstack.deploy.graph.model import Layer, Model, Resource

Graph = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Card:
    """Some resources of one layer as one box.

    Attributes:
        id: the first resource's type and name, unique in the layer and the same in every environment.
        main: the resource the card is about: rather a function than its role, rather a subnet than its routes.
        resources: sorted by type and name.
        provides: the fields whose value is one of its resources', sorted.
        takes: (layer, field) of what its resources use of other layers, sorted; an empty field is not known.
        follows: the ids of the cards it waits for, without those it waits for by way of others.
    """

    id: str
    main: Resource
    resources: tuple[Resource, ...]
    provides: tuple[str, ...]
    takes: tuple[tuple[str, str], ...]
    follows: frozenset[str]

    @property
    def category(self) -> Category:
        """What it is for."""
        return category_of(self.main.service)

    @property
    def names(self) -> list[str]:
        """The logical names, each once, sorted."""
        return sorted({resource.name for resource in self.resources})

    @property
    def kinds(self) -> dict[str, int]:
        """How many there are of each type, the main one first."""
        counts = Counter(resource.kind for resource in self.resources)
        return {kind: counts[kind] for kind in sorted(counts, key=lambda kind: (kind != self.main.kind, kind))}


def cards_of(model: Model, layer: Layer) -> tuple[Card, ...]:
    """Deal a layer's resources into cards, sorted by id; every resource is on exactly one."""
    graph: Graph = {resource.urn: set(resource.dependencies) for resource in layer.resources}
    by_urn = {resource.urn: resource for resource in layer.resources}
    provided = {urn: {field.name for field in layer.fields if urn in field.providers} for urn in graph}
    member_of = {urn: urn for urn in graph}

    for urn in graph:
        for other in sorted(graph[urn]):
            if by_urn[urn].name == by_urn[other].name:
                member_of = _drawn_together(graph, member_of, (urn, other))

    def make(members: Iterable[str]) -> Hashable:
        members = list(members)
        return (
            tuple(sorted(by_urn[urn].type for urn in members)),
            tuple(sorted({name for urn in members for name in provided[urn]})),
        )

    for alike in _grouped(_members(member_of), make):
        member_of = _drawn_together(graph, member_of, alike)

    follows = reduced(quotient(graph, member_of))
    members = _members(member_of)
    depended = Counter(end for ends in graph.values() for end in ends)

    def weight(urn: str) -> tuple[bool, bool, int, str]:
        return is_accessory(by_urn[urn].service), not provided[urn], -depended[urn], urn

    # What a URN has after stack and project is unique in the layer, and the same in every environment.
    ids = {first: min(urns).split("::", 2)[2] for first, urns in members.items()}
    return tuple(
        sorted(
            (
                Card(
                    id=ids[first],
                    main=by_urn[min(urns, key=weight)],
                    resources=tuple(sorted((by_urn[urn] for urn in urns), key=lambda item: (item.type, item.name))),
                    provides=tuple(sorted({name for urn in urns for name in provided[urn]})),
                    takes=tuple(sorted({(use.producer, use.field) for use in model.uses if use.consumer in urns})),
                    follows=frozenset(ids[other] for other in follows[first]),
                )
                for first, urns in members.items()
            ),
            key=lambda card: card.id,
        )
    )


def _drawn_together(graph: Graph, member_of: dict[str, str], urns: Iterable[str]) -> dict[str, str]:
    """Make the groups of `urns` one, unless groups would then wait for each other in a circle."""
    groups = {member_of[urn] for urn in urns}
    drawn = {urn: min(groups) if group in groups else group for urn, group in member_of.items()}
    return member_of if has_cycle(quotient(graph, drawn)) else drawn


def _members(member_of: dict[str, str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    for urn, group in member_of.items():
        members.setdefault(group, set()).add(urn)
    return members


def _grouped(members: dict[str, set[str]], make: Callable[[Iterable[str]], Hashable]) -> list[list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for first, urns in members.items():
        groups.setdefault(make(urns), []).append(first)
    return [group for group in groups.values() if len(group) > 1]
