"""A transaction's way from the merchant's request to the merchant's webhook, for a light page and for a dark one.

Steps stand in the panels of the layers that hold them. A step is named after the field of the contract by which other
layers know it, so a step that is renamed or gone shows here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tapstack.contracts.api_edge import ApiEdgeContract
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.contract import Contract
from tapstack.contracts.data import DataContract
from tapstack.deploy.graph.categories import Category, category_of
from tapstack.deploy.graph.drawing import (
    DARK,
    FONT_FAMILY,
    LIGHT,
    NAMESPACE,
    Palette,
    escaped,
    path,
    rect,
    rounded,
    text,
)
from tapstack.deploy.graph.layout import Frame, Point
from tapstack.layers import LAYERS
from transactions.agreed.api import COLLECTION_PATH
from transactions.agreed.webhooks import DELIVERY_ATTEMPTS

GROUNDS: Final[Mapping[str, Palette]] = {"transaction-light.svg": LIGHT, "transaction-dark.svg": DARK}
"""File name in `docs` to the ground that the picture stands on."""

TITLE: Final = 14.0
NOTE: Final = 11.5
INSET: Final = 14
"""Between a box's side and its text."""

_SUFFIXES: Final = ("_function_name", "_table_name", "_queue_name", "_arn", "_id")

_COLUMN: Final = 216
_CARD_WIDTH: Final = 186
_CARD_HEIGHT: Final = 88
_PADDING: Final = 18
_HEAD: Final = 40
_GAP: Final = 30
_PANEL_HEIGHT: Final = _HEAD + _CARD_HEIGHT + _PADDING
_WIDTH: Final = 4 * _COLUMN + _CARD_WIDTH + 2 * _PADDING
_HEIGHT: Final = 3 * _PANEL_HEIGHT + 2 * _GAP


@dataclass(frozen=True, slots=True)
class Step:
    """A station of the way.

    Attributes:
        kicker: the AWS service, or who stands outside the account.
        name: what it is called.
        notes: one or two lines: what happens there.
        category: what it is for.
        column: its place, counted from the left.
        row: its place, counted from the top.
    """

    kicker: str
    name: str
    notes: tuple[str, ...]
    category: Category
    column: int
    row: int

    @property
    def frame(self) -> Frame:
        """Where its box is."""
        return Frame(
            _PADDING + self.column * _COLUMN, _HEAD + self.row * (_PANEL_HEIGHT + _GAP), _CARD_WIDTH, _CARD_HEIGHT
        )


@dataclass(frozen=True, slots=True)
class _Panel:
    """A layer's part: its row, the columns it spans, and what is said where no step stands."""

    layer: str
    row: int
    columns: tuple[int, int]
    words: tuple[str, ...] = ()

    @property
    def frame(self) -> Frame:
        first, last = self.columns
        width = (last - first) * _COLUMN + _CARD_WIDTH + 2 * _PADDING
        return Frame(first * _COLUMN, self.row * (_PANEL_HEIGHT + _GAP), width, _PANEL_HEIGHT)


_PANELS: Final = (
    _Panel(ApiEdgeContract.LAYER, 0, (1, 2)),
    _Panel(
        ComputeContract.LAYER,
        1,
        (0, 4),
        ("Stream and queue deliver at least", "once, so every step is one that can", "be taken twice."),
    ),
    _Panel(
        DataContract.LAYER,
        2,
        (0, 4),
        ("One key encrypts tables and queues. What", "fails for good waits for a person, in two", "queues of its own."),
    ),
)


def steps() -> tuple[Step, ...]:
    """Give the stations in the order in which a transaction passes them.

    Raises:
        LookupError: a contract has a field no more.
    """
    api, compute, data = ApiEdgeContract, ComputeContract, DataContract

    def held(
        by: type[Contract], field: str, service: str, kicker: str, notes: tuple[str, ...], column: int, row: int
    ) -> Step:
        return Step(kicker, _named(by, field), notes, category_of(service), column, row)

    return (
        Step("merchant", "client", (f"POST {COLLECTION_PATH}", "Idempotency-Key: …"), Category.OTHER, 0, 0),
        held(api, "web_acl_arn", "wafv2", "WAF", ("managed rules, and a", "limit per address"), 1, 0),
        held(api, "rest_api_id", "apigateway", "API Gateway", ("API key, throttle,", "quota, JSON schema"), 2, 0),
        held(compute, "validator_function_name", "lambda", "Lambda", ("one conditional write,", "then 202"), 2, 1),
        held(
            data, "transactions_table_name", "dynamodb", "DynamoDB", ("an item is its own", "idempotency record"), 2, 2
        ),
        held(data, "transactions_stream_arn", "dynamodb", "DynamoDB", ("inserts only: it is", "the outbox"), 3, 2),
        held(
            compute,
            "fraud_detector_function_name",
            "lambda",
            "Lambda",
            ("rules and velocity", "limits: one decision"),
            3,
            1,
        ),
        held(data, "notifications_queue_name", "sqs", "SQS", ("fair among merchants",), 4, 2),
        held(
            compute,
            "notifier_function_name",
            "lambda",
            "Lambda",
            ("signs the webhook, up", f"to {DELIVERY_ATTEMPTS} attempts"),
            4,
            1,
        ),
        Step("merchant", "receiver", ("Standard Webhooks, with", "one id for all attempts"), Category.OTHER, 4, 0),
    )


def render() -> dict[str, str]:
    """Draw the picture for each ground; by file name in `docs`."""
    return {name: _draw(palette) for name, palette in GROUNDS.items()}


def _named(contract: type[Contract], field: str) -> str:
    if field not in contract.schema():
        raise LookupError(f"layer {contract.LAYER!r} exports no {field}; name the step's field in {__name__}")
    return next(field.removesuffix(end) for end in _SUFFIXES if field.endswith(end)).replace("_", "-")


def _draw(palette: Palette) -> str:
    way = steps()
    told = " → ".join(step.name for step in way)
    width, height = _WIDTH + 2, _HEIGHT + 2
    tip = 'id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse"'
    parts = [
        # One pixel around, for the panels' outlines.
        f'<svg xmlns="{NAMESPACE}" viewBox="-1 -1 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>A transaction's way: {escaped(told)}</title>",
        f"<style>{_style(palette)}</style>",
        f'<marker {tip} orient="auto"><path d="M0 0L8 4L0 8Z" style="fill:{palette.line}"/></marker>',
    ]
    for panel in _PANELS:
        parts += _panel(panel, palette)
    parts += (
        path(_route(before.frame, after.frame), (0, 0), 'class="way" marker-end="url(#tip)"')
        for before, after in pairwise(way)
    )
    for number, step in enumerate(way, start=1):
        parts += _card(step, number, palette)
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: _Panel, palette: Palette) -> Iterable[str]:
    frame, colour = panel.frame, palette.layer(LAYERS.index(panel.layer))
    yield rect(frame, 14, f'fill="{palette.panel}" stroke="{colour}" stroke-opacity=".7" stroke-width="1.4"')
    yield text("layer", panel.layer, frame.x + _PADDING, 27 + frame.y, colour)
    for index, line in enumerate(panel.words):
        yield text("words", line, frame.x + _PADDING, frame.y + _HEAD + 24 + index * 20)


def _card(step: Step, number: int, palette: Palette) -> Iterable[str]:
    frame, colour = step.frame, palette.tone(step.category.value)
    yield rect(frame, 9, f'fill="{palette.card}" stroke="{palette.edge}"')
    yield f'<path d="M{frame.x + 2} {frame.y + 10}V{frame.bottom - 10}" stroke="{colour}" stroke-width="4"/>'
    yield text("kicker", step.kicker, frame.x + INSET, frame.y + 21, colour)
    yield text("title", step.name, frame.x + INSET, frame.y + 41)
    yield text("number", f"{number}", frame.right - INSET, frame.y + 21)
    for index, line in enumerate(step.notes):
        yield text("note", line, frame.x + INSET, frame.y + 60 + index * 16)


def _route(start: Frame, end: Frame) -> tuple[Point, ...]:
    """Lead from box to box: down, up or across, and round two corners where they are in line neither way."""
    if start.x == end.x:
        x = start.x + start.width // 2
        ends = ((x, start.bottom), (x, end.y)) if start.y < end.y else ((x, start.y), (x, end.bottom))
        return (ends[0], ends[0], ends[1], ends[1])
    left, right = (start.right, start.y + start.height // 2), (end.x, end.y + end.height // 2)
    middle = (left[0] + right[0]) // 2
    return rounded([left, (middle, left[1]), (middle, right[1]), right], 9)


def _style(palette: Palette) -> str:
    return (
        f"text{{font-family:{FONT_FAMILY};fill:{palette.ink};white-space:pre}}"
        ".layer{font-size:17px;font-weight:700}"
        f".kicker{{font-size:{NOTE}px;font-weight:500}}"
        f".title{{font-size:{TITLE:g}px;font-weight:600}}"
        f".note{{font-size:{NOTE}px;fill:{palette.muted}}}"
        f".number{{font-size:{NOTE}px;fill:{palette.muted};text-anchor:end}}"
        f".words{{font-size:13px;fill:{palette.muted}}}"
        "path{fill:none}"
        f".way{{stroke:{palette.line};stroke-width:1.8}}"
    )
