"""The picture as SVG."""

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tapstack_delivery.graph.boxes import PADDING, ROW, SMALL, TITLE, Box
from tapstack_delivery.graph.cards import Card
from tapstack_delivery.graph.layout import Edge, Frame, Point
from tapstack_delivery.graph.picture import GIVES, ORDER, Panel, Picture

_LAYER_COLOURS: Final = ("#7aa2ff", "#4fd1a5", "#ffb454", "#e58fff", "#ff7a90", "#5ad1e6")
_GROUND: Final = "#10141d"
_PANEL: Final = "#161c29"
_CARD: Final = "#1f2737"
_INK: Final = "#e8edf6"
_MUTED: Final = "#93a0b8"
_LINE: Final = "#46536d"
_MARGIN: Final = 36
_HEADLINE: Final = 84


def draw(picture: Picture) -> str:
    """Write the picture."""
    colours = {
        panel.layer.name: _LAYER_COLOURS[index % len(_LAYER_COLOURS)] for index, panel in enumerate(picture.panels)
    }
    layout = picture.layout
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN + _HEADLINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<style>{_style()}</style>",
        f'<rect width="{width}" height="{height}" rx="18" fill="{_GROUND}"/>',
        f'<g transform="translate({_MARGIN} {_MARGIN + _HEADLINE})">',
    ]
    for panel in picture.panels:
        parts += _panel(panel, layout.groups[panel.layer.name], colours[panel.layer.name])
    parts += [_edge(edge, layout.paths[edge], colours) for edge in layout.paths]
    for panel in picture.panels:
        for card, box in panel.cards:
            parts += _card(card, box, layout.boxes[box.id], colours)
        parts += _contract(panel, layout.boxes[panel.contract.id], colours[panel.layer.name])
    return "\n".join([*parts, "</g></svg>", ""])


def _style() -> str:
    family = "'IBM Plex Mono',ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
    return (
        f"text{{font-family:{family};fill:{_INK};white-space:pre}}"
        f".kicker{{font-size:{SMALL}px;font-weight:500}}"
        f".title{{font-size:{TITLE}px;font-weight:600}}"
        f".note{{font-size:{SMALL}px;fill:{_MUTED}}}"
        f".row{{font-size:{ROW}px}}"
        ".name{font-size:22px;font-weight:700}"
        "path{fill:none}"
        f".order{{stroke:{_LINE};stroke-width:1.3}}"
    )


def _panel(panel: Panel, frame: Frame, colour: str) -> list[str]:
    count = len(panel.layer.resources)
    return [
        _rect(frame, 16, f'fill="{_PANEL}" stroke="{colour}" stroke-opacity=".55" stroke-width="1.5"'),
        _text("name", panel.layer.name, frame.x + 20, frame.y + 34, f' style="fill:{colour}"'),
        _text("note", f"{count} resources", frame.x + 34 + 13.2 * len(panel.layer.name), frame.y + 33),
    ]


def _edge(edge: Edge, points: tuple[Point, ...], colours: dict[str, str]) -> str:
    start, *rest = points
    curve = f"M{start[0]} {start[1]}C{' '.join(f'{x} {y}' for x, y in rest)}"
    if edge.style == ORDER:
        return f'<path class="order" d="{curve}"/>'
    if edge.style == GIVES:
        layer = edge.tail.partition("/")[0]
        return f'<path d="{curve}" stroke="{colours[layer]}" stroke-opacity=".35" stroke-dasharray="1 3"/>'
    return f'<path d="{curve}" stroke="{colours[edge.style]}" stroke-opacity=".62" stroke-width="1.4"/>'


def _card(card: Card, box: Box, frame: Frame, colours: dict[str, str]) -> list[str]:
    colour = card.category.value
    parts = [
        _rect(frame, 8, f'fill="{_CARD}"'),
        f'<path d="M{frame.x + 1.5} {frame.y + 8}V{frame.y + frame.height - 8}" stroke="{colour}" stroke-width="3"/>',
        *_head(box, frame, colour),
    ]
    for index, row in enumerate(box.rows):
        y = frame.y + box.row_middle(index)
        parts.append(f'<circle cx="{frame.x}" cy="{y}" r="3.2" fill="{colours[row.layer]}"/>')
        parts.append(_text("row", row.text, frame.x + PADDING, y + 3.5))
    return parts


def _contract(panel: Panel, frame: Frame, colour: str) -> list[str]:
    parts = [
        _rect(frame, 8, f'fill="{colour}" fill-opacity=".1" stroke="{colour}" stroke-width="1.2"'),
        *_head(panel.contract, frame, colour),
    ]
    for index, row in enumerate(panel.contract.rows):
        y = frame.y + panel.contract.row_middle(index)
        parts.append(f'<circle cx="{frame.x + frame.width}" cy="{y}" r="3.2" fill="{colour}"/>')
        parts.append(_text("row", row.text, frame.x + PADDING, y + 3.5))
    return parts


def _head(box: Box, frame: Frame, colour: str) -> Iterable[str]:
    for style, text, y in box.lines():
        tint = f' style="fill:{colour}"' if style == "kicker" else ""
        yield _text(style, text, frame.x + PADDING, frame.y + y, tint)


def _rect(frame: Frame, radius: int, look: str) -> str:
    return f'<rect x="{frame.x}" y="{frame.y}" width="{frame.width}" height="{frame.height}" rx="{radius}" {look}/>'


def _text(style: str, text: str, x: float, y: float, more: str = "") -> str:
    return f"<text class={quoteattr(style)} x=\"{x:g}\" y=\"{y:g}\"{more}>{escape(text)}</text>"
