"""The picture's parts and their places: a panel for each layer, and the cables from contract to reader between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tapstack.deploy.graph.boxes import Box, Row, card_box, contract_box, reads_box
from tapstack.deploy.graph.cards import Card, cards_of
from tapstack.deploy.graph.drawing import line, rounded
from tapstack.deploy.graph.layout import Edge, Frame, Layout, Point, Style, lay_out
from tapstack.deploy.graph.model import Layer, Model

PANEL_HEAD: Final = 54
"""Height of the room for a layer's name."""
_PANEL_PADDING: Final = 22
_COLUMN_GAP: Final = 170
_PANEL_GAP: Final = 36
_LANE: Final = 9
"""Between two cables that run side by side."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A layer's part.

    Attributes:
        layer: the layer.
        cards: its resources.
        boxes: the card's boxes, in the cards' order.
        reads: what it takes of other layers; None where that is nothing.
        contract: what it exports; None where that is nothing.
        inner: where everything goes, from the panel's own corner.
    """

    layer: Layer
    cards: tuple[Card, ...]
    boxes: tuple[Box, ...]
    reads: Box | None
    contract: Box | None
    inner: Layout

    @property
    def width(self) -> int:
        """How wide it is."""
        return self.inner.width + 2 * _PANEL_PADDING

    @property
    def height(self) -> int:
        """How high it is."""
        return self.inner.height + PANEL_HEAD + _PANEL_PADDING

    def place(self, box: Box, frame: Frame) -> Frame:
        """Give a box's place where the panel itself is at `frame`."""
        return self.inner.boxes[box.id].moved(*self.origin(frame))

    def origin(self, frame: Frame) -> Point:
        """Give the corner that places inside the panel count from."""
        return frame.x + _PANEL_PADDING, frame.y + PANEL_HEAD


@dataclass(frozen=True, slots=True)
class Cable:
    """One field's way from its layer's contract to a layer that reads it; `points` as in `Layout`."""

    row: Row
    reader: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture shows.

    Attributes:
        model: what it shows.
        panels: one a layer, with its place.
        cables: between them.
        width: of the whole.
        height: of the whole.
    """

    model: Model
    panels: tuple[tuple[Panel, Frame], ...]
    cables: tuple[Cable, ...]
    width: int
    height: int


def compose(model: Model) -> Picture:
    """Make the picture of a model.

    Layers that read no other stand in the left column, the others in the right one, each below what it reads. So no
    cable has to pass another panel: it crosses the gap between the columns, or turns around the right column's panels.
    """
    panels = [_panel(model, layer) for layer in model.layers]
    left = [panel for panel in panels if not panel.layer.reads]
    right = [panel for panel in panels if panel.layer.reads]
    turns = {panel.layer.name: _turns(panel, right) for panel in right}
    placed = _stacked(left, 0, {})
    x = max((frame.right + _COLUMN_GAP for _, frame in placed), default=0)
    lanes = {name: (len(rows) + 2) * _LANE for name, rows in turns.items() if rows}
    placed = _level(placed, _stacked(right, x, lanes))
    cables = _cables(placed, {panel.layer.name for panel in left}, turns)
    width = max(frame.right for _, frame in placed)
    bends = [px for cable in cables for px, _ in cable.points]
    return Picture(
        model,
        tuple(placed),
        tuple(cables),
        max(width, *bends, 0),
        max(frame.bottom for _, frame in placed),
    )


def _panel(model: Model, layer: Layer) -> Panel:
    cards = cards_of(model, layer)
    boxes = tuple(card_box(layer, card) for card in cards)
    reads, contract = reads_box(layer, cards), contract_box(layer)
    by_id = {card.id: box for card, box in zip(cards, boxes, strict=True)}
    edges = [
        Edge(by_id[before].id, None, by_id[card.id].id, None, Style.ORDER)
        for card in cards
        for before in sorted(card.follows)
    ]
    unseen = []
    if reads:
        edges += [
            Edge(reads.id, reads.rows.index(row), box.id, index, Style.TAKES)
            for box in boxes
            for index, row in enumerate(box.rows)
        ]
        unseen += [(reads.id, box.id) for box in boxes]
    if contract:
        names = [row.field for row in contract.rows]
        edges += [
            Edge(by_id[card.id].id, None, contract.id, names.index(name), Style.GIVES)
            for card in cards
            for name in card.provides
        ]
        unseen += [(box.id, contract.id) for box in boxes]
    inner = lay_out([box for box in (reads, *boxes, contract) if box], edges, unseen)
    return Panel(layer, cards, boxes, reads, contract, inner)


def _stacked(panels: Iterable[Panel], x: int, lanes: dict[str, int]) -> list[tuple[Panel, Frame]]:
    """Put panels one below the other, with `lanes` pixels of room for cables above those that need it."""
    placed, y = [], 0
    for panel in panels:
        y += lanes.get(panel.layer.name, 0)
        placed.append((panel, Frame(x, y, panel.width, panel.height)))
        y += panel.height + _PANEL_GAP
    return placed


def _level(left: list[tuple[Panel, Frame]], right: list[tuple[Panel, Frame]]) -> list[tuple[Panel, Frame]]:
    """Put two columns beside each other, middle to middle."""
    heights = [max((frame.bottom for _, frame in column), default=0) for column in (left, right)]
    return [
        (panel, frame.moved(0, (max(heights) - height) // 2))
        for column, height in zip((left, right), heights, strict=True)
        for panel, frame in column
    ]


def _turns(panel: Panel, column: Iterable[Panel]) -> list[Row]:
    """Give the rows that come from panels of the same column."""
    names = {other.layer.name for other in column}
    return [row for row in (panel.reads.rows if panel.reads else ()) if row.layer in names]


def _cables(placed: list[tuple[Panel, Frame]], left: set[str], turns: dict[str, list[Row]]) -> list[Cable]:
    places = {panel.layer.name: (panel, frame) for panel, frame in placed}
    cables = []
    for panel, frame in placed:
        if panel.reads is None:
            continue
        inlet = panel.place(panel.reads, frame)
        for index, row in enumerate(panel.reads.rows):
            source, source_frame = places[row.layer]
            start = _outlet(source, source_frame, row)
            end = (inlet.x, inlet.y + panel.reads.row_middle(index))
            if row.layer in left:
                points = _crossing(start, end, source_frame.right, frame.x)
            else:
                lane = turns[panel.layer.name].index(row)
                points = _turning(start, end, source_frame, frame, lane, len(turns[panel.layer.name]))
            cables.append(Cable(row, panel.layer.name, points))
    return cables


def _outlet(panel: Panel, frame: Frame, row: Row) -> Point:
    """Give the point at the contract's right side where a field leaves; the middle of it for one that is not known."""
    if panel.contract is None:
        return frame.right, frame.y + frame.height // 2
    place = panel.place(panel.contract, frame)
    names = [other.field for other in panel.contract.rows]
    y = panel.contract.row_middle(names.index(row.field)) if row.field else place.height // 2
    return place.right, place.y + y


def _crossing(start: Point, end: Point, leave: int, arrive: int) -> tuple[Point, ...]:
    """Go straight out of the panel, over the gap in one curve, and straight in."""
    middle = (leave + arrive) // 2
    return (
        start,
        *line(start, (leave, start[1])),
        (middle, start[1]),
        (middle, end[1]),
        (arrive, end[1]),
        *line((arrive, end[1]), end),
    )


def _turning(start: Point, end: Point, source: Frame, target: Frame, lane: int, lanes: int) -> tuple[Point, ...]:
    """Go out on the right, back to the left in the room above the target, and into it from the left."""
    out = source.right + 24 + (lanes - lane) * _LANE
    back = target.x - 24 - lane * _LANE
    high = target.y - (lane + 2) * _LANE
    bend = 14
    corners = [(out, start[1]), (out, high), (back, high), (back, end[1])]
    return rounded([start, *corners, end], bend)
