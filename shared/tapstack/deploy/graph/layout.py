"""Where boxes and edges go: Graphviz's `dot` decides, on boxes of known size that hold no text.

Graphviz measures text with the fonts of the machine; without text it lays the same graph out alike everywhere.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import pygraphviz  # type: ignore[import-untyped]

from tapstack.deploy.graph.boxes import ROW_HEIGHT, Box

Point = tuple[int, int]

_POINTS_PER_INCH: Final = 72


class Style(Enum):
    """What an edge means."""

    ORDER = "order"
    """One waits for the other."""
    GIVES = "gives"
    """A field of the contract is a resource's own value."""
    TAKES = "takes"
    """A resource takes a field of another layer's contract."""


# How much Graphviz is to keep an edge short and straight.
_WEIGHTS: Final = {Style.ORDER: 12, Style.GIVES: 1, Style.TAKES: 2}


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge from the right side of one box to the left side of another, at a row or, where it is None, in the middle.

    Attributes:
        tail: id of the box it leaves.
        tail_row: which row of it.
        head: id of the box it reaches.
        head_row: which row of it.
        style: what it means.
    """

    tail: str
    tail_row: int | None
    head: str
    head_row: int | None
    style: Style


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle: left, top, width, height in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Its lower side."""
        return self.y + self.height

    def moved(self, x: int, y: int) -> "Frame":
        """Put it elsewhere."""
        return Frame(self.x + x, self.y + y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Layout:
    """Places, in pixels from the top left corner; each path is a start and three points for every Bézier curve."""

    width: int
    height: int
    boxes: Mapping[str, Frame]
    paths: Mapping[Edge, tuple[Point, ...]]


def lay_out(boxes: Iterable[Box], edges: Iterable[Edge], unseen: Iterable[tuple[str, str]]) -> Layout:
    """Place boxes from left to right.

    Args:
        boxes: all of them.
        edges: between any of them.
        unseen: pairs of boxes, the second of which goes to the right of the first, without an edge to show for it.
    """
    graph = pygraphviz.AGraph(directed=True, strict=False)
    graph.graph_attr.update(rankdir="LR", nodesep="0.1", ranksep="0.55", splines="true")
    graph.node_attr.update(shape="plain")
    graph.edge_attr.update(arrowhead="none", arrowtail="none")
    order = list(edges)
    # Graphviz reads some names as more than names; numbers are safe.
    nodes: dict[str, str] = {}
    for box in boxes:
        nodes[box.id] = f"{len(nodes)}"
        graph.add_node(nodes[box.id], label=_table(box))
    for index, edge in enumerate(order):
        graph.add_edge(
            nodes[edge.tail],
            nodes[edge.head],
            key=f"{index}",
            id=f"{index}",
            tailport=_port(edge.tail_row, "e"),
            headport=_port(edge.head_row, "w"),
            weight=f"{_WEIGHTS[edge.style]}",
        )
    for index, (before, after) in enumerate(unseen):
        graph.add_edge(nodes[before], nodes[after], key=f"unseen{index}", style="invis", weight="0")
    return _read(json.loads(graph.draw(format="json", prog="dot")), list(nodes), order)


def _table(box: Box) -> str:
    head = _cell("head", box.width, box.head if box.rows else box.height)
    rows = "".join(_cell(f"r{index}", box.width, ROW_HEIGHT) for index in range(len(box.rows)))
    below = box.height - box.head - len(box.rows) * ROW_HEIGHT
    foot = _cell("foot", box.width, below) if box.rows else ""
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{head}{rows}{foot}</TABLE>>'


def _cell(port: str, width: int, height: int) -> str:
    return f'<TR><TD PORT={quoteattr(port)} FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}"></TD></TR>'


def _port(row: int | None, side: str) -> str:
    return side if row is None else f"r{row}:{side}"


def _read(placed: Mapping[str, Any], ids: list[str], order: list[Edge]) -> Layout:
    _, _, width, height = _numbers(placed["bb"])
    boxes = {}
    for item in placed["objects"]:
        x, y = _numbers(item["pos"])
        wide, tall = (float(item[side]) * _POINTS_PER_INCH for side in ("width", "height"))
        frame = Frame(round(x - wide / 2), round(height - y - tall / 2), round(wide), round(tall))
        boxes[ids[int(item["name"])]] = frame
    paths = {}
    for item in placed["edges"]:
        if item.get("id"):
            numbers = [_numbers(point) for point in item["pos"].split()]
            paths[order[int(item["id"])]] = tuple((round(x), round(height - y)) for x, y in numbers)
    return Layout(round(width), round(height), boxes, paths)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]
