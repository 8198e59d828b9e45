"""The picture as SVG."""

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tapstack_delivery.graph.boxes import ADVANCE, PADDING, ROW, SMALL, TITLE, Box
from tapstack_delivery.graph.cards import Card
from tapstack_delivery.graph.layout import Edge, Frame, Point, Style
from tapstack_delivery.graph.picture import Panel, Picture

_LAYER_COLOURS: Final = ("#7aa2ff", "#4fd1a5", "#ffb454", "#e58fff", "#ff7a90", "#5ad1e6")
_GROUND: Final = "#10141d"
_PANEL: Final = "#161c29"
_CARD: Final = "#1f2737"
_INK: Final = "#e8edf6"
_MUTED: Final = "#93a0b8"
_LINE: Final = "#66758f"
NAME: Final = 22
_MARGIN: Final = 36
_HEADLINE: Final = 84


def draw(picture: Picture) -> str:
    """Write the picture."""
    colours = {
        panel.layer.name: _LAYER_COLOURS[index % len(_LAYER_COLOURS)] for index, (panel, _) in enumerate(picture.panels)
    }
    width, height = picture.width + 2 * _MARGIN, picture.height + 2 * _MARGIN + _HEADLINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<style>{_style()}</style>",
        f'<rect width="{width}" height="{height}" rx="18" fill="{_GROUND}"/>',
        f'<g transform="translate({_MARGIN} {_MARGIN + _HEADLINE})">',
    ]
    for panel, frame in picture.panels:
        parts += _panel(panel, frame, colours)
    for cable in picture.cables:
        parts.append(_path(cable.points, (0, 0), f'stroke="{colours[cable.row.layer]}" stroke-width="1.5" stroke-opacity=".8"'))
    return "\n".join([*parts, "</g></svg>", ""])


def _style() -> str:
    family = "'IBM Plex Mono',ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
    return (
        f"text{{font-family:{family};fill:{_INK};white-space:pre}}"
        f".kicker{{font-size:{SMALL}px;font-weight:500}}"
        f".title{{font-size:{TITLE}px;font-weight:600}}"
        f".note{{font-size:{SMALL}px;fill:{_MUTED}}}"
        f".row{{font-size:{ROW}px}}"
        f".name{{font-size:{NAME}px;font-weight:700}}"
        "path{fill:none}"
        f".order{{stroke:{_LINE};stroke-width:1.3}}"
    )


def _panel(panel: Panel, frame: Frame, colours: dict[str, str]) -> list[str]:
    colour = colours[panel.layer.name]
    origin = panel.origin(frame)
    parts = [
        _rect(frame, 16, f'fill="{_PANEL}" stroke="{colour}" stroke-opacity=".6" stroke-width="1.5"'),
        _text("name", panel.layer.name, frame.x + 22, frame.y + 36, f' style="fill:{colour}"'),
        _text(
            "note",
            f"{len(panel.layer.resources)} resources",
            frame.x + 36 + NAME * ADVANCE * len(panel.layer.name),
            frame.y + 35,
        ),
    ]
    for edge, points in panel.inner.paths.items():
        parts.append(_edge(panel, edge, points, origin, colours))
    for card, box in zip(panel.cards, panel.boxes, strict=True):
        parts += _card(card, box, panel.place(box, frame), colours)
    if panel.reads:
        parts += _reads(panel.reads, panel.place(panel.reads, frame), colours)
    if panel.contract:
        parts += _contract(panel.contract, panel.place(panel.contract, frame), colour)
    return parts


def _edge(panel: Panel, edge: Edge, points: tuple[Point, ...], origin: Point, colours: dict[str, str]) -> str:
    if edge.style is Style.ORDER:
        return _path(points, origin, 'class="order"')
    if edge.style is Style.GIVES or panel.reads is None or edge.tail_row is None:
        return _path(points, origin, f'stroke="{colours[panel.layer.name]}" stroke-opacity=".4" stroke-dasharray="2 3"')
    producer = panel.reads.rows[edge.tail_row].layer
    return _path(points, origin, f'stroke="{colours[producer]}" stroke-opacity=".42"')


def _card(card: Card, box: Box, frame: Frame, colours: dict[str, str]) -> list[str]:
    colour = card.category.value
    parts = [
        _rect(frame, 8, f'fill="{_CARD}"'),
        f'<path d="M{frame.x + 1.5} {frame.y + 8}V{frame.bottom - 8}" stroke="{colour}" stroke-width="3"/>',
        *_head(box, frame, colour),
    ]
    for index, row in enumerate(box.rows):
        y = frame.y + box.row_middle(index)
        parts.append(_dot(frame.x, y, colours[row.layer]))
        parts.append(_text("row", row.text, frame.x + PADDING, y + 3.5))
    return parts


def _reads(box: Box, frame: Frame, colours: dict[str, str]) -> list[str]:
    parts = [_rect(frame, 8, f'fill="{_GROUND}" fill-opacity=".6"'), *_head(box, frame, _MUTED)]
    for index, row in enumerate(box.rows):
        y = frame.y + box.row_middle(index)
        parts.append(_dot(frame.x, y, colours[row.layer]))
        parts.append(_text("row", row.text, frame.x + PADDING, y + 3.5, f' style="fill:{colours[row.layer]}"'))
    return parts


def _contract(box: Box, frame: Frame, colour: str) -> list[str]:
    parts = [
        _rect(frame, 8, f'fill="{colour}" fill-opacity=".1" stroke="{colour}" stroke-width="1.2"'),
        *_head(box, frame, colour),
    ]
    for index, row in enumerate(box.rows):
        y = frame.y + box.row_middle(index)
        parts.append(_dot(frame.right, y, colour))
        parts.append(_text("row", row.text, frame.x + PADDING, y + 3.5))
    return parts


def _dot(x: int, y: int, colour: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="3.2" fill="{colour}"/>'


def _path(points: tuple[Point, ...], origin: Point, look: str) -> str:
    (x, y), *rest = [(px + origin[0], py + origin[1]) for px, py in points]
    return f'<path {look} d="M{x} {y}C{" ".join(f"{px} {py}" for px, py in rest)}"/>'


def _head(box: Box, frame: Frame, colour: str) -> Iterable[str]:
    for style, text, y in box.lines():
        tint = f' style="fill:{colour}"' if style == "kicker" else ""
        yield _text(style, text, frame.x + PADDING, frame.y + y, tint)


def _rect(frame: Frame, radius: int, look: str) -> str:
    return f'<rect x="{frame.x}" y="{frame.y}" width="{frame.width}" height="{frame.height}" rx="{radius}" {look}/>'


def _text(style: str, text: str, x: float, y: float, more: str = "") -> str:
    return f"<text class={quoteattr(style)} x=\"{x:g}\" y=\"{y:g}\"{more}>{escape(text)}</text>"
