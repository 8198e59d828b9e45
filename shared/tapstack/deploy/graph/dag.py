"""Questions to a graph without circles: nodes, each with the set of nodes it points to."""

from collections.abc import Hashable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def reachable(graph: Mapping[Node, Iterable[Node]], starts: Iterable[Node]) -> set[Node]:
    """Give all nodes that can be reached from `starts`; these themselves belong to it only if they can be."""
    found: set[Node] = set()
    waiting = [node for start in starts for node in graph.get(start, ())]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(graph.get(node, ()))
    return found


def reduced(graph: Mapping[Node, set[Node]]) -> dict[Node, set[Node]]:
    """Leave out every edge whose end is reached another way too."""
    kept: dict[Node, set[Node]] = {}
    for node, ends in graph.items():
        further: set[Node] = reachable(graph, ends)
        kept[node] = ends - further
    return kept


def quotient(graph: Mapping[Node, Iterable[Node]], member_of: Mapping[Node, Node]) -> dict[Node, set[Node]]:
    """Draw nodes together: each node stands for those that `member_of` maps to it."""
    drawn: dict[Node, set[Node]] = {member_of[node]: set() for node in graph}
    for node, ends in graph.items():
        drawn[member_of[node]] |= {member_of[end] for end in ends} - {member_of[node]}
    return drawn


def has_cycle(graph: Mapping[Node, Iterable[Node]]) -> bool:
    """Tell whether there is a circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False
