"""Where boxes and edges go: Graphviz's `dot` decides, on boxes of known size that hold no text.

Graphviz measures text with the fonts of the machine; without text it lays the same graph out alike everywhere.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import pygraphviz

from tapstack_delivery.graph.boxes import ROW_HEIGHT, Box

Point = tuple[int, int]

_POINTS_PER_INCH: Final = 72
LAYER_HEAD: Final = 52
"""Height of the room for a layer's name, in pixels."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge from the right side of one box to the left side of another, at a row or, where it is None, in the middle.

    Attributes:
        tail: id of the box it leaves.
        tail_row: which row of it.
        head: id of the box it reaches.
        head_row: which row of it.
        style: what it means: `order`, `gives` or the name of the layer whose field it carries.
    """

    tail: str
    tail_row: int | None
    head: str
    head_row: int | None
    style: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle: left, top, width, height in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Places, in pixels from the top left corner; each path is a start and three points for every Bézier curve."""

    width: int
    height: int
    boxes: Mapping[str, Frame]
    groups: Mapping[str, Frame]
    paths: Mapping[Edge, tuple[Point, ...]]


def lay_out(groups: Mapping[str, Iterable[Box]], edges: Iterable[Edge], last: Iterable[tuple[str, str]]) -> Layout:
    """Place boxes in their groups, from left to right.

    Args:
        groups: the boxes of each group.
        edges: between any of them.
        last: pairs of boxes, the second of which goes to the right of the first without an edge that shows.
    """
    graph = pygraphviz.AGraph(directed=True, strict=False)
    graph.graph_attr.update(
        rankdir="LR", nodesep="0.22", ranksep="0.75", splines="true", outputorder="nodesfirst", newrank="false"
    )
    graph.node_attr.update(shape="plain")
    graph.edge_attr.update(arrowhead="none", arrowtail="none")
    order = list(edges)
    for group, boxes in groups.items():
        for box in boxes:
            graph.add_node(box.id, label=_table(box))
        graph.add_subgraph([box.id for box in boxes], f"cluster_{group}", label=_head_room(), margin="20")
    for index, edge in enumerate(order):
        graph.add_edge(
            edge.tail,
            edge.head,
            key=f"{index}",
            id=f"{index}",
            tailport=_port(edge.tail_row, "e"),
            headport=_port(edge.head_row, "w"),
            weight="6" if edge.style == "order" else "2" if edge.style == "gives" else "1",
        )
    for index, (before, after) in enumerate(last):
        graph.add_edge(before, after, key=f"last{index}", style="invis", weight="1")
    placed = json.loads(graph.draw(format="json", prog="dot"))
    return _read(placed, order)


def _table(box: Box) -> str:
    head = _cell("head", box.width, box.head if box.rows else box.height)
    rows = "".join(_cell(f"r{index}", box.width, ROW_HEIGHT) for index in range(len(box.rows)))
    below = box.height - box.head - len(box.rows) * ROW_HEIGHT
    foot = _cell("foot", box.width, below) if box.rows else ""
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{head}{rows}{foot}</TABLE>>'


def _cell(port: str, width: int, height: int) -> str:
    return f'<TR><TD PORT={quoteattr(port)} FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}"></TD></TR>'


def _head_room() -> str:
    cell = _cell("name", 10, LAYER_HEAD - 20)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{cell}</TABLE>>'


def _port(row: int | None, side: str) -> str:
    return side if row is None else f"r{row}:{side}"


def _read(placed: Mapping[str, Any], order: list[Edge]) -> Layout:
    _, _, width, height = _numbers(placed["bb"])
    boxes, groups = {}, {}
    for item in placed["objects"]:
        if "nodes" in item:
            left, low, right, high = _numbers(item["bb"])
            groups[item["name"].removeprefix("cluster_")] = Frame(
                round(left), round(height - high), round(right - left), round(high - low)
            )
        else:
            x, y = _numbers(item["pos"])
            wide, tall = (float(item[side]) * _POINTS_PER_INCH for side in ("width", "height"))
            boxes[item["name"]] = Frame(round(x - wide / 2), round(height - y - tall / 2), round(wide), round(tall))
    paths = {}
    for item in placed["edges"]:
        if item.get("id"):
            numbers = [_numbers(point) for point in item["pos"].split()]
            paths[order[int(item["id"])]] = tuple((round(x), round(height - y)) for x, y in numbers)
    return Layout(round(width), round(height), boxes, groups, paths)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]
