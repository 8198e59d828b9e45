"""What pictures are drawn with: text, lines and boxes as SVG, and the two grounds they can stand on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tapstack.deploy.graph.layout import Frame, Point

NAMESPACE: Final = "http://www.w3.org/2000/svg"
FONT_FAMILY: Final = "'IBM Plex Mono',ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one ground, each `#rrggbb`.

    Attributes:
        ground: what the picture stands on.
        panel: a layer's part.
        card: a box.
        edge: a box's outline.
        ink: text.
        muted: text that is less important.
        line: arrows.
        brightness: how much of a colour made for a dark ground is kept, from 0 to 1.
    """

    ground: str
    panel: str
    card: str
    edge: str
    ink: str
    muted: str
    line: str
    brightness: float

    def tone(self, colour: str) -> str:
        """Darken a colour as much as this ground needs."""
        channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
        return "#" + "".join(f"{round(channel * self.brightness):02x}" for channel in channels)

    def layer(self, index: int) -> str:
        """Give the colour of the layer at a place in the order of deployment."""
        return self.tone(_LAYERS[index % len(_LAYERS)])


_LAYERS: Final = ("#7aa2ff", "#4fd1a5", "#ffb454", "#e58fff", "#ff7a90", "#5ad1e6")

DARK: Final = Palette(
    ground="#0f131c",
    panel="#161c29",
    card="#222b3d",
    edge="#222b3d",
    ink="#e8edf6",
    muted="#93a0b8",
    line="#6d7c98",
    brightness=1,
)
LIGHT: Final = Palette(
    ground="#ffffff",
    panel="#f6f8fb",
    card="#ffffff",
    edge="#d5dce8",
    ink="#1b2333",
    muted="#59657a",
    line="#7b879c",
    brightness=0.58,
)


def dot(x: int, y: int, colour: str, radius: float = 3.2, *, more: str = "") -> str:
    """Draw a filled circle; `more` are attributes of its own."""
    return f'<circle cx="{x}" cy="{y}" r="{radius:g}" fill="{colour}" {more}/>'.replace(" />", "/>")


def path(points: Sequence[Point], origin: Point, look: str) -> str:
    """Draw a Bézier curve through points that count from `origin`; `look` are its attributes."""
    (x, y), *rest = [(px + origin[0], py + origin[1]) for px, py in points]
    return f'<path {look} d="M{x} {y}C{" ".join(f"{px} {py}" for px, py in rest)}"/>'


def rounded(corners: list[Point], radius: int) -> tuple[Point, ...]:
    """Go along a line of corners with right angles drawn as quarter circles."""
    points = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        enter, leave = _towards(corner, before, radius), _towards(corner, after, radius)
        points += [*line(points[-1], enter), corner, corner, leave]
    return (*points, *line(points[-1], corners[-1]))


def _towards(start: Point, end: Point, distance: int) -> Point:
    def step(a: int, b: int) -> int:
        return a + max(-distance, min(distance, b - a))

    return step(start[0], end[0]), step(start[1], end[1])


def line(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """Write a straight line as a Bézier curve."""
    return start, end, end


def rect(frame: Frame, radius: int, look: str) -> str:
    """Draw a rectangle with round corners; `look` are its attributes."""
    return f'<rect x="{frame.x}" y="{frame.y}" width="{frame.width}" height="{frame.height}" rx="{radius}" {look}/>'


def text(style: str, content: str, x: float, y: float, colour: str = "") -> str:
    """Write one line; `style` is a class, `y` the baseline, and the style's own colour stands where none is given."""
    tint = f" style={quoteattr(f'fill:{colour}')}" if colour else ""
    return f'<text class="{style}" x="{x:g}" y="{y:g}"{tint}>{escaped(content)}</text>'


def tooltip(lines: Iterable[str]) -> str:
    """Write what shows under the pointer."""
    return f"<title>{escaped(chr(10).join(lines))}</title>"


def escaped(content: str) -> str:
    """Write text as XML has it; what XML cannot hold shows as a replacement character."""
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", content))
