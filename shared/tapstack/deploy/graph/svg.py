"""The picture as SVG: on a dark ground of its own, so that it looks the same on a light page and on a dark one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from tapstack.deploy.graph.boxes import ADVANCE, PADDING, ROW, SMALL, TITLE, Box, Row
from tapstack.deploy.graph.cards import Card
from tapstack.deploy.graph.categories import Category
from tapstack.deploy.graph.drawing import DARK, FONT_FAMILY, NAMESPACE, dot, path, rect, text, tooltip
from tapstack.deploy.graph.layout import Edge, Frame, Point, Style
from tapstack.deploy.graph.model import Model, Use, named
from tapstack.deploy.graph.picture import Panel, Picture

_NAME: Final = 22
_HEADLINE: Final = 28
_CHIP: Final = 12.5
_MARGIN: Final = 36
_HEADER: Final = 96


def draw(picture: Picture) -> str:
    """Write the picture. Its text is text, to be searched and selected; what is under the pointer tells its details."""
    return _Drawing(picture).svg()


class _Drawing:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._colours = {panel.layer.name: DARK.layer(index) for index, (panel, _) in enumerate(picture.panels)}
        self._uses = _uses_by_field(picture.model)

    def svg(self) -> str:
        width, height = self._picture.width + 2 * _MARGIN, self._picture.height + 2 * _MARGIN + _HEADER
        parts = [
            f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
            "<title>The layers, their contracts and resources, and what one layer takes of another</title>",
            f"<style>{_style()}</style>",
            f'<rect width="{width}" height="{height}" rx="18" fill="{DARK.ground}"/>',
            *self._header(),
            *self._legend(width - _MARGIN),
            f'<g transform="translate({_MARGIN} {_MARGIN + _HEADER})">',
        ]
        for panel, frame in self._picture.panels:
            parts += self._panel(panel, frame)
        parts += (
            path(cable.points, (0, 0), f'class="cable" stroke="{self._colours[cable.row.layer]}"')
            for cable in self._picture.cables
        )
        return "\n".join([*parts, "</g>", "</svg>", ""])

    def _header(self) -> Iterable[str]:
        layers = self._picture.model.layers
        count = sum(len(layer.resources) for layer in layers)
        x = float(_MARGIN)
        yield text("headline", f"{count} resources in {len(layers)} layers", x, 54)
        for layer in layers:
            read = f", reads {' and '.join(layer.reads)}" if layer.reads else ""
            line = f"{layer.name}: {len(layer.resources)} resources, {len(layer.fields)} outputs{read}"
            yield dot(round(x + 5), 84, self._colours[layer.name], 5)
            yield text("chip", line, x + 18, 88.5)
            x += 18 + _CHIP * ADVANCE * len(line) + 34

    def _legend(self, right: int) -> Iterable[str]:
        """Explain colours and lines in the top right corner."""
        present = {card.category for panel, _ in self._picture.panels for card in panel.cards}
        x = float(right)
        for category in (category for category in reversed(Category) if category in present):
            x -= 18 + _CHIP * ADVANCE * len(category.label)
            yield f'<rect x="{x:g}" y="41" width="4" height="14" rx="2" fill="{category.value}"/>'
            yield text("chip", category.label, x + 10, 53)
            x -= 12
        x = float(right)
        lines = (
            ("takes an output", 'class="cable" stroke="#4fd1a5"'),
            ("gives an output", 'class="gives" stroke="#4fd1a5"'),
            ("waits for", 'class="order"'),
        )
        for meaning, look in lines:
            x -= 38 + _CHIP * ADVANCE * len(meaning)
            yield f'<path {look} d="M{x:g} 84H{x + 24:g}"/>'
            yield text("chip", meaning, x + 32, 88.5)
            x -= 14

    def _panel(self, panel: Panel, frame: Frame) -> list[str]:
        name = panel.layer.name
        colour = self._colours[name]
        origin = panel.origin(frame)
        parts = [
            rect(frame, 16, f'fill="{DARK.panel}" stroke="{colour}" stroke-opacity=".6" stroke-width="1.5"'),
            text("name", name, frame.x + 22, frame.y + 36, colour),
            text(
                "note",
                f"{len(panel.layer.resources)} resources",
                frame.x + 36 + _NAME * ADVANCE * len(name),
                frame.y + 35,
            ),
        ]
        parts += (self._edge(panel, edge, points, origin) for edge, points in panel.inner.paths.items())
        for card, box in zip(panel.cards, panel.boxes, strict=True):
            parts += self._card(card, box, panel.place(box, frame))
        if panel.reads:
            parts += self._reads(panel.reads, panel.place(panel.reads, frame))
        if panel.contract:
            parts += self._contract(panel, panel.contract, panel.place(panel.contract, frame))
        return parts

    def _edge(self, panel: Panel, edge: Edge, points: Sequence[Point], origin: Point) -> str:
        if edge.style is Style.TAKES and panel.reads and edge.tail_row is not None:
            return path(
                points, origin, f'class="takes" stroke="{self._colours[panel.reads.rows[edge.tail_row].layer]}"'
            )
        if edge.style is Style.GIVES:
            return path(points, origin, f'class="gives" stroke="{self._colours[panel.layer.name]}"')
        return path(points, origin, 'class="order"')

    def _card(self, card: Card, box: Box, frame: Frame) -> list[str]:
        colour = card.category.value
        parts = [
            f"<g>{tooltip(f'{resource.type} {resource.name}' for resource in card.resources)}",
            rect(frame, 8, f'fill="{DARK.card}"'),
            f'<path d="M{frame.x + 1.5} {frame.y + 8}V{frame.bottom - 8}" stroke="{colour}" stroke-width="3"/>',
            *_head(box, frame, colour),
        ]
        urns = {resource.urn for resource in card.resources}
        for index, row in enumerate(box.rows):
            y = frame.y + box.row_middle(index)
            uses = [use for use in self._uses[row] if use.consumer in urns]
            parts.append(dot(frame.x, y, self._colours[row.layer]))
            parts.append(_row(row, frame, y, DARK.ink, map(_told, uses)))
        return [*parts, "</g>"]

    def _reads(self, box: Box, frame: Frame) -> list[str]:
        parts = [rect(frame, 8, f'fill="{DARK.ground}" fill-opacity=".65"'), *_head(box, frame, DARK.muted)]
        for index, row in enumerate(box.rows):
            y = frame.y + box.row_middle(index)
            parts.append(dot(frame.x, y, self._colours[row.layer]))
            parts.append(_row(row, frame, y, self._colours[row.layer], [f"of {row.layer}"]))
        return parts

    def _contract(self, panel: Panel, box: Box, frame: Frame) -> list[str]:
        colour = self._colours[panel.layer.name]
        parts = [
            rect(frame, 8, f'fill="{colour}" fill-opacity=".1" stroke="{colour}" stroke-width="1.2"'),
            *_head(box, frame, colour),
        ]
        for index, (row, field) in enumerate(zip(box.rows, panel.layer.fields, strict=True)):
            y = frame.y + box.row_middle(index)
            uses = self._uses[row]
            ring = f'stroke="{colour}" stroke-opacity=".6"'
            parts.append(dot(frame.right, y, colour) if uses else dot(frame.right, y, DARK.panel, more=ring))
            parts.append(_row(row, frame, y, DARK.ink if uses else DARK.muted, map(_told, uses)))
            if field.secret:
                parts.append(_lock(frame.right - 18, y))
        return parts


def _uses_by_field(model: Model) -> defaultdict[Row, list[Use]]:
    uses: defaultdict[Row, list[Use]] = defaultdict(list)
    for use in model.uses:
        uses[Row(use.producer, use.field)].append(use)
    return uses


def _told(use: Use) -> str:
    return f"{' '.join(named(use.consumer))}{f': {use.property}' if use.property else ''}"


def _style() -> str:
    return (
        f"text{{font-family:{FONT_FAMILY};fill:{DARK.ink};white-space:pre}}"
        f".kicker{{font-size:{SMALL}px;font-weight:500}}"
        f".title{{font-size:{TITLE}px;font-weight:600}}"
        f".note{{font-size:{SMALL}px;fill:{DARK.muted}}}"
        f".row{{font-size:{ROW}px}}"
        f".name{{font-size:{_NAME}px;font-weight:700}}"
        f".headline{{font-size:{_HEADLINE}px;font-weight:700}}"
        f".chip{{font-size:{_CHIP}px;fill:{DARK.muted}}}"
        "path{fill:none}"
        f".order{{stroke:{DARK.line};stroke-width:1.4}}"
        ".gives{stroke-opacity:.4;stroke-dasharray:2 3}"
        ".takes{stroke-opacity:.42}"
        ".cable{stroke-opacity:.85;stroke-width:1.6}"
    )


def _head(box: Box, frame: Frame, colour: str) -> Iterable[str]:
    for style, line, y in box.lines():
        yield text(style, line, frame.x + PADDING, frame.y + y, colour if style == "kicker" else "")


def _row(row: Row, frame: Frame, middle: int, colour: str, told: Iterable[str]) -> str:
    line = text("row", row.text, frame.x + PADDING, middle + 3.5, colour if colour != DARK.ink else "")
    return f"<g>{tooltip([row.text, *told])}{line}</g>"


def _lock(x: int, y: int) -> str:
    return (
        f'<rect x="{x}" y="{y - 1}" width="8" height="6" rx="1" fill="{DARK.muted}"/>'
        f'<path d="M{x + 2} {y - 1}v-2a2 2 0 0 1 4 0v2" stroke="{DARK.muted}" stroke-width="1.3"/>'
    )
