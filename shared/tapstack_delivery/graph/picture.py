"""The picture's parts, from the model: boxes, edges between them, and where they go."""

from dataclasses import dataclass

from tapstack_delivery.graph.boxes import Box, card_box, contract_box
from tapstack_delivery.graph.cards import Card, cards_of
from tapstack_delivery.graph.layout import Edge, Layout, lay_out
from tapstack_delivery.graph.model import Layer, Model

ORDER = "order"
GIVES = "gives"


@dataclass(frozen=True, slots=True)
class Panel:
    """A layer's part: its cards with their boxes, and the contract's box."""

    layer: Layer
    cards: tuple[tuple[Card, Box], ...]
    contract: Box

    @property
    def boxes(self) -> list[Box]:
        """All boxes."""
        return [*(box for _, box in self.cards), self.contract]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be drawn.

    Attributes:
        model: what it shows.
        panels: one a layer.
        layout: where everything goes.
    """

    model: Model
    panels: tuple[Panel, ...]
    layout: Layout


def compose(model: Model) -> Picture:
    """Make the picture of a model."""
    panels = tuple(
        Panel(layer, tuple((card, card_box(layer, card)) for card in cards_of(model, layer)), contract_box(layer))
        for layer in model.layers
    )
    edges = [edge for panel in panels for edge in (*_inner(panel), *_crossing(panel, panels))]
    last = [
        (box.id, panel.contract.id)
        for panel in panels
        for card, box in panel.cards
        if not any(card.id in other.follows for other, _ in panel.cards)
    ]
    return Picture(model, panels, lay_out({panel.layer.name: panel.boxes for panel in panels}, edges, last))


def _inner(panel: Panel) -> list[Edge]:
    boxes = {card.id: box for card, box in panel.cards}
    names = [field.name for field in panel.layer.fields]
    order = [
        Edge(boxes[before].id, None, box.id, None, ORDER) for card, box in panel.cards for before in sorted(card.follows)
    ]
    gives = [
        Edge(box.id, None, panel.contract.id, names.index(name), GIVES)
        for card, box in panel.cards
        for name in card.provides
    ]
    return order + gives


def _crossing(panel: Panel, panels: tuple[Panel, ...]) -> list[Edge]:
    contracts = {other.layer.name: other for other in panels}
    edges = []
    for _, box in panel.cards:
        for index, row in enumerate(box.rows):
            producer = contracts[row.layer]
            names = [field.name for field in producer.layer.fields]
            source = names.index(row.field) if row.field else None
            edges.append(Edge(producer.contract.id, source, box.id, index, row.layer))
    return edges
