"""The picture itself: what stands in it, how odd names are written, and that it comes out alike every time."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from support.drawings import SVG, details, parse_svg, pixels, texts
from tapstack.console.errors import UserError
from tapstack.deploy.graph.layout import Frame
from tapstack.deploy.graph.mermaid import overview
from tapstack.deploy.graph.model import build_model
from tapstack.deploy.graph.picture import compose
from tapstack.deploy.graph.png import rasterize
from tapstack.deploy.graph.readme import BEGIN, END, block, with_block
from tapstack.deploy.graph.svg import draw

States = dict[str, Any]
ODD = '<b>&"end"]\\ %s \x07'


def overlap(one: Frame, other: Frame) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def test_the_picture_names_layers_fields_and_resources(states: States) -> None:
    svg = draw(compose(build_model(states)))

    assert {"data", "compute", "table_arn", "stream_arn", "has_egress", "orders", "handler"} <= set(texts(svg))


def test_the_details_name_the_property_that_takes_a_field(states: States) -> None:
    told = details(draw(compose(build_model(states))))

    assert "table_arn\naws:iam/rolePolicy:RolePolicy handler: policy" in told


def test_the_picture_holds_no_value_of_the_environment(states: States) -> None:
    model = build_model(states)

    for text in (draw(compose(model)), block(model)):
        for value in ("123456789012", "arn:aws", "tapstack-dev", "hidden-away", "urn:pulumi"):
            assert value not in text


def test_the_same_state_makes_the_same_bytes(states: States) -> None:
    first, second = build_model(states), build_model(states)

    assert draw(compose(first)) == draw(compose(second))
    assert overview(first) == overview(second)


def test_boxes_lie_in_their_panel_and_beside_each_other(states: States) -> None:
    picture = compose(build_model(states))
    for panel, frame in picture.panels:
        boxes = [box for box in (panel.reads, *panel.boxes, panel.contract) if box]
        places = [panel.place(box, frame) for box in boxes]
        assert all(frame.x <= it.x and it.right <= frame.right and frame.y <= it.y for it in places)
        assert all(it.bottom <= frame.bottom for it in places)
        assert not any(overlap(it, other) for index, it in enumerate(places) for other in places[:index])
    (_, left), (_, right) = picture.panels
    assert not overlap(left, right)


def test_a_cable_ends_where_its_field_stands_on_both_sides(states: States) -> None:
    picture = compose(build_model(states))
    (data, at_data), (compute, at_compute) = picture.panels
    assert data.contract
    assert compute.reads
    contract, reads = data.place(data.contract, at_data), compute.place(compute.reads, at_compute)

    assert [cable.row.field for cable in picture.cables] == ["stream_arn", "table_arn"]
    for cable in picture.cables:
        given, taken = data.contract.rows.index(cable.row), compute.reads.rows.index(cable.row)
        assert cable.points[0] == (contract.right, contract.y + data.contract.row_middle(given))
        assert cable.points[-1] == (reads.x, reads.y + compute.reads.row_middle(taken))


def test_a_layer_below_the_one_it_reads_gets_its_cables_around_it(states: States, state: Any) -> None:
    edge = state("edge")
    reference = edge.reads("tapstack-compute")
    taken = {"name": [reference]}
    edge.holds("aws:cloudwatch/dashboard:Dashboard", "flow", inputs={"name": "the-function"}, taken=taken)
    states["compute"][0]["outputs"]["function_name"] = "the-function"
    picture = compose(build_model(states | {"edge": edge.resources}))

    _, (_, compute), (_, below) = picture.panels
    (cable,) = [cable for cable in picture.cables if cable.reader == "edge"]

    assert compute.bottom < below.y
    assert max(x for x, _ in cable.points) > compute.right
    assert any(compute.bottom < y < below.y for _, y in cable.points)
    assert min(y for _, y in cable.points) >= compute.y
    assert picture.width >= max(x for x, _ in cable.points)


def test_a_use_that_no_value_explains_is_drawn_as_one_of_the_layer(states: States) -> None:
    states["compute"][-1]["inputs"] = {}

    assert "something of data" in texts(draw(compose(build_model(states))))


def test_odd_names_are_text_and_nothing_else(states: States, state: Any) -> None:
    data = state("data")
    data.holds("aws:sqs/queue:Queue", ODD, arn="arn:aws:sqs:eu-central-1:1:odd")
    data.exports(**{ODD: "arn:aws:sqs:eu-central-1:1:odd"})

    model = build_model({"data": data.resources})
    shown = ODD.replace("\x07", "\N{REPLACEMENT CHARACTER}")

    # As the resource's name and as the field's.
    assert texts(draw(compose(model))).count(shown) == 2
    assert {line for line in overview(model).splitlines() if "<b>" in line} == {
        '  layer_data["<b>data</b><br/>1 resources<br/>1 outputs"]'
    }


def test_the_overview_counts_what_crosses_a_border_and_the_list_below_it_names_it(states: States) -> None:
    model = build_model(states)

    assert '  layer_data -- "2 outputs" --> layer_compute' in overview(model).splitlines()
    assert "- data → compute: <code>stream_arn</code>, <code>table_arn</code>" in block(model).splitlines()


def test_the_overview_speaks_of_one_output_in_the_singular(states: States) -> None:
    del states["compute"][-1]

    assert '  layer_data -- "1 output" --> layer_compute' in overview(build_model(states)).splitlines()


def test_mermaid_gets_signs_of_its_own_by_number(state: Any) -> None:
    layer = state('a"b]<i>;#')
    layer.holds("aws:sqs/queue:Queue", "queue")

    assert "<b>a#34;b#93;#60;i#62;#59;#35;</b>" in overview(build_model({layer.layer: layer.resources}))


def test_an_odd_field_is_text_in_the_list_of_outputs(states: States) -> None:
    states["data"][0]["outputs"] = {'a"b]<i>;#': "arn:aws:dynamodb:eu-central-1:odd"}
    states["compute"][-1]["inputs"] = {"eventSourceArn": "arn:aws:dynamodb:eu-central-1:odd"}

    assert "- data → compute: <code>a&quot;b]&lt;i&gt;;#</code>" in block(build_model(states)).splitlines()


def test_mermaid_ids_are_unique_and_no_words_of_its_own(state: Any) -> None:
    states = {}
    for name in ("end", "a-b", "a_b"):
        layer = state(name)
        layer.holds("aws:sqs/queue:Queue", "queue")
        states[name] = layer.resources

    ids = [line.split("[")[0].strip() for line in overview(build_model(states)).splitlines()[1:]]

    assert ids == ["layer_end", "layer_a_b", "layer_a_b_2"]


def test_the_png_is_as_large_as_the_picture_and_has_its_text(states: States) -> None:
    svg = draw(compose(build_model(states)))
    root = parse_svg(svg)

    width, height, drawn = pixels(rasterize(svg))

    assert (f"{width}", f"{height}") == (root.get("width"), root.get("height"))
    for item in root.iter(f"{SVG}text"):
        item.text = ""
    assert drawn != pixels(rasterize(ET.tostring(root, encoding="unicode")))[2]


def test_the_readme_gets_the_block_and_keeps_the_rest(states: States) -> None:
    model = build_model(states)

    text = with_block(f"# Title\n\n{BEGIN}\nold\n{END}\n\nthe rest\n", model)

    assert text == f"# Title\n\n{block(model)}\n\nthe rest\n"
    assert with_block(text, model) == text
    assert len(block(model).splitlines()) <= 25


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}", f"{BEGIN}{BEGIN}{END}"])
def test_a_readme_without_one_place_for_the_block_is_refused(states: States, text: str) -> None:
    with pytest.raises(UserError, match=re.escape("README.md: the lines <!-- layers --> and <!-- /layers --> must")):
        with_block(text, build_model(states))
