"""What stands in each box of the picture, line by line, and how much room it takes.

All text is of one fixed-width face, so that its width is known without a font: the picture is the same on a machine
that has none.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tapstack.deploy.graph.cards import Card
from tapstack.deploy.graph.model import Layer

ADVANCE: Final = 0.6
"""Width of a character, as a part of the font's size."""
TITLE: Final = 12.5
SMALL: Final = 9.5
ROW: Final = 10.0
ROW_HEIGHT: Final = 15
PADDING: Final = 11

_TITLE_LINE: Final = 16
_SMALL_LINE: Final = 13
_HEAD_ROOM: Final = 8
_FEET_ROOM: Final = 9
_LEAST_WIDTH: Final = 158
_TITLE_CHARACTERS: Final = 22
_MOST_TITLE_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a box that edges end at: a field taken from a layer, or one of the contract."""

    layer: str
    field: str

    @property
    def text(self) -> str:
        """What is written."""
        return self.field or f"something of {self.layer}"


@dataclass(frozen=True, slots=True)
class Box:
    """A box; sizes are in pixels.

    Attributes:
        id: unique in the picture.
        kicker: the small line on top.
        title: the lines of the title.
        notes: small lines below the title.
        rows: the lines that edges end at, from top to bottom.
    """

    id: str
    kicker: str
    title: tuple[str, ...]
    notes: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        """How wide it is."""
        small = max(len(line) for line in (self.kicker, *self.notes)) * SMALL
        title = max(map(len, self.title), default=0) * TITLE
        rows = max((len(row.text) for row in self.rows), default=0) * ROW
        return max(_LEAST_WIDTH, round(max(small, title, rows) * ADVANCE) + 2 * PADDING + 2)

    @property
    def head(self) -> int:
        """Height of what is above the rows."""
        small = 1 + len(self.notes)
        return _HEAD_ROOM + small * _SMALL_LINE + len(self.title) * _TITLE_LINE + _FEET_ROOM - 3

    @property
    def height(self) -> int:
        """How high it is."""
        return self.head + (len(self.rows) * ROW_HEIGHT + _FEET_ROOM - 2 if self.rows else 0)

    def lines(self) -> list[tuple[str, str, float]]:
        """Give what is above the rows: style (`kicker`, `title`, `note`), text, and the baseline from the top."""
        y = _HEAD_ROOM + SMALL
        lines = [("kicker", self.kicker, y)]
        for text in self.title:
            y += _TITLE_LINE
            lines.append(("title", text, y))
        for text in self.notes:
            y += _SMALL_LINE
            lines.append(("note", text, y))
        return lines

    def row_middle(self, index: int) -> int:
        """Give the middle of a row, from the top of the box."""
        return self.head + index * ROW_HEIGHT + ROW_HEIGHT // 2


def card_box(layer: Layer, card: Card) -> Box:
    """Lay a card's text out."""
    kinds = dict(card.kinds)
    count = kinds.pop(card.main.kind)
    # A number stays with its kind when the line breaks.
    others = ", ".join(f"{number}\N{NO-BREAK SPACE}{kind}" if number > 1 else kind for kind, number in kinds.items())
    return Box(
        id=f"{layer.name}/{card.id}",
        kicker=f"{count} \N{MULTIPLICATION SIGN} {card.main.kind}" if count > 1 else card.main.kind,
        title=tuple(_shortened(card.names)),
        notes=tuple(textwrap.wrap(f"+ {others}", 30)) if others else (),
        rows=tuple(Row(producer, field) for producer, field in card.takes),
    )


def contract_box(layer: Layer) -> Box | None:
    """Lay the text of a layer's contract out; None where it exports nothing."""
    rows = tuple(Row(layer.name, field.name) for field in layer.fields)
    kicker = f"version {layer.version}" if layer.version else "exports"
    return Box(f"{layer.name}/contract", kicker, ("contract",), (), rows) if rows else None


def reads_box(layer: Layer, cards: Iterable[Card]) -> Box | None:
    """Lay out what a layer's cards take of the layers it reads; None where they take nothing."""
    order = {name: index for index, name in enumerate(layer.reads)}
    taken = sorted({take for card in cards for take in card.takes}, key=lambda take: (order[take[0]], take[1]))
    rows = tuple(Row(producer, field) for producer, field in taken)
    return Box(f"{layer.name}/reads", "reads", (", ".join(layer.reads),), (), rows) if rows else None


def _shortened(names: list[str]) -> list[str]:
    """Write names one after the other, as many as there is room for; tell how many more there are."""
    for shown in range(len(names), 0, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        wide = max(_TITLE_CHARACTERS, *(len(name) + 1 for name in names[:shown]))
        lines = textwrap.wrap(", ".join(names[:shown]) + more, wide, break_on_hyphens=False)
        if len(lines) <= _MOST_TITLE_LINES:
            return lines
    return names[:1]
