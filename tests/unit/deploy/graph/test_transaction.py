"""The picture of a transaction's way: its steps, its legibility, and that the repository holds what the code draws."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from support.drawings import details, parse_svg, pixels, texts
from tapstack.checkout import CHECKOUT
from tapstack.contracts.data import DataContract
from tapstack.deploy.graph import transaction
from tapstack.deploy.graph.boxes import ADVANCE
from tapstack.deploy.graph.drawing import DARK, LIGHT, Palette
from tapstack.deploy.graph.png import rasterize
from transactions.agreed.webhooks import DELIVERY_ATTEMPTS

WAY = [
    "client",
    "web-acl",
    "rest-api",
    "validator",
    "transactions",
    "transactions-stream",
    "fraud-detector",
    "notifications",
    "notifier",
    "receiver",
]


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Compare two colours as WCAG 2 does: 1 for no difference, 21 for black on white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_a_transaction_passes_the_steps_in_this_order() -> None:
    assert [step.name for step in transaction.steps()] == WAY


@pytest.mark.parametrize("name", transaction.GROUNDS)
def test_the_repository_holds_what_the_code_draws(name: str) -> None:
    held = (CHECKOUT / "docs" / name).read_text(encoding="utf-8")

    assert held == transaction.render()[name], "run: tapstack generate"


@pytest.mark.parametrize("svg", transaction.render().values(), ids=transaction.GROUNDS)
def test_both_pictures_name_every_step_and_layer_on_the_way(svg: str) -> None:
    assert {*WAY, "api-edge", "compute", "data", f"to {DELIVERY_ATTEMPTS} attempts"} <= set(texts(svg))
    assert details(svg) == [f"A transaction's way: {' → '.join(WAY)}"]


def test_the_two_pictures_differ_in_colours_alone() -> None:
    light, dark = (parse_svg(svg) for svg in transaction.render().values())

    places = [[(item.tag, item.text, item.get("x"), item.get("d")) for item in svg.iter()] for svg in (light, dark)]

    assert [place for place in places[0] if "style" not in place[0]] == [
        place for place in places[1] if "style" not in place[0]
    ]


def test_every_line_of_text_fits_into_its_box() -> None:
    for step in transaction.steps():
        room = step.frame.width - transaction.INSET - transaction.INSET // 2
        assert len(step.name) * transaction.TITLE * ADVANCE <= room, step.name
        assert all(len(note) * transaction.NOTE * ADVANCE <= room for note in step.notes), step.name


@pytest.mark.parametrize(("palette", "page"), [(LIGHT, "#ffffff"), (DARK, "#0d1117")])
def test_text_is_legible_on_its_ground(palette: Palette, page: str) -> None:
    categories = [palette.tone(step.category.value) for step in transaction.steps()]

    for colour in (palette.ink, palette.muted, *categories):
        assert contrast(colour, palette.card) > 3.4
    for colour in (palette.muted, *(palette.layer(index) for index in range(4))):
        assert contrast(colour, palette.panel) > 4.5
    assert contrast(palette.line, page) > 3


@pytest.mark.parametrize("svg", transaction.render().values(), ids=transaction.GROUNDS)
def test_it_can_be_drawn(svg: str) -> None:
    _, _, drawn = pixels(rasterize(svg))

    assert len(set(drawn)) > 100


def test_a_step_whose_field_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fields: Mapping[str, Any] = DataContract.schema()
    left = {name: field for name, field in fields.items() if name != "transactions_stream_arn"}
    monkeypatch.setattr(DataContract, "schema", classmethod(lambda cls: left))

    with pytest.raises(LookupError, match="layer 'data' exports no transactions_stream_arn"):
        transaction.steps()


def test_steps_do_not_cover_each_other() -> None:
    places = [dataclasses.astuple(step)[-2:] for step in transaction.steps()]

    assert len(set(places)) == len(places)
