"""The picture of what the real engine deployed: all of it is there, and what the repository holds of it is current."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from support.drawings import details, pixels, texts
from tapstack.checkout import CHECKOUT
from tapstack.cli.main import main
from tapstack.deploy.graph.cards import cards_of
from tapstack.deploy.graph.model import Model, build_model, named
from tapstack.deploy.graph.picture import compose
from tapstack.deploy.graph.png import rasterize
from tapstack.deploy.graph.readme import block
from tapstack.deploy.graph.svg import draw
from tapstack.engine.state import states_of
from tapstack.lane.environment import LaneEnvironment
from tapstack.layers import BY_NAME, LAYERS

States = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture(scope="module")
def states(deployed: Any) -> States:
    found = states_of(LaneEnvironment(deployed.lane))
    return {layer: state.resources for layer, state in found.items()}


@pytest.fixture(scope="module")
def model(states: States) -> Model:
    return build_model(states)


@pytest.fixture(scope="module")
def svg(model: Model) -> str:
    return draw(compose(model))


def test_every_resource_of_the_states_is_on_exactly_one_card(deployed: Any, model: Model) -> None:
    for layer in model.layers:
        drawn = [resource.urn for card in cards_of(model, layer) for resource in card.resources]
        assert sorted(drawn) == sorted(deployed.lane.stack(layer.name).resources())


def test_the_layers_read_each_other_as_their_table_declares(model: Model) -> None:
    assert {layer.name: set(layer.reads) for layer in model.layers} == {
        name: set(BY_NAME[name].reads) for name in LAYERS
    }


def test_each_use_ends_at_a_resource_and_at_a_field_of_the_contract(model: Model) -> None:
    fields = {(layer.name, field.name) for layer in model.layers for field in layer.fields}
    urns = {resource.urn for layer in model.layers for resource in layer.resources}

    assert model.uses
    assert [use for use in model.uses if use.consumer not in urns or (use.producer, use.field) not in fields] == []


def test_each_property_that_takes_something_of_another_layer_is_explained(states: States, model: Model) -> None:
    taking = {
        (state["urn"], name)
        for exported in states.values()
        for state in exported
        for name, urns in (state.get("propertyDependencies") or {}).items()
        if any("pulumi:pulumi:StackReference::" in urn for urn in urns)
    }

    assert {(use.consumer, use.property) for use in model.uses} == taking
    assert all(use.field for use in model.uses)


@pytest.mark.parametrize(
    ("producer", "field", "kind", "name", "taken_as"),
    [
        ("compute", "validator_invoke_arn", "aws:apigateway/integration:Integration", "submit", "uri"),
        ("data", "transactions_stream_arn", "aws:lambda/eventSourceMapping:EventSourceMapping", "*", "eventSourceArn"),
        ("network", "isolated_subnet_ids", "aws:lambda/function:Function", "validator", "vpcConfig"),
        ("data", "alerts_topic_arn", "aws:cloudwatch/metricAlarm:MetricAlarm", "api-5xx", "alarmActions"),
    ],
)
def test_a_use_that_is_known_is_there(
    model: Model, producer: str, field: str, kind: str, name: str, taken_as: str
) -> None:
    found = {
        (*named(use.consumer), use.property) for use in model.uses if (use.producer, use.field) == (producer, field)
    }

    assert any(
        found_kind == kind and name in {"*", found_name} and taken_as == found_property
        for found_kind, found_name, found_property in found
    )


def test_the_table_is_not_taken_for_its_stream(model: Model) -> None:
    mapping = "aws:lambda/eventSourceMapping:EventSourceMapping"

    assert {
        use.field for use in model.uses if named(use.consumer)[0] == mapping and use.property == "eventSourceArn"
    } == {
        "notifications_queue_arn",
        "transactions_stream_arn",
    }


def test_the_picture_names_every_layer_every_field_and_every_resource(deployed: Any, model: Model, svg: str) -> None:
    drawn = set(texts(svg))
    told = "\n".join(details(svg)).splitlines()

    assert set(LAYERS) <= drawn
    for layer, outputs in deployed.outputs.items():
        assert outputs.keys() - {"contract_version", "environment_suffix", "contract_reads"} <= drawn, layer
    for layer in model.layers:
        assert {f"{resource.type} {resource.name}" for resource in layer.resources} <= set(told)


def test_the_picture_holds_no_secret_and_nothing_of_the_environment(deployed: Any, model: Model, svg: str) -> None:
    text = f"{svg}{block(model)}"

    secret = [field.name for layer in model.layers for field in layer.fields if field.secret]
    assert secret == ["probe_api_key"]
    assert deployed.outputs["api-edge"]["probe_api_key"] not in text
    assert not any(key in text for key in deployed.api_keys.values())
    assert not any(value in text for value in ("arn:aws", "000000000000", "tapstack-local", "127.0.0.1", "ciphertext"))


def test_the_png_has_the_pictures_size_and_is_not_blank(svg: str) -> None:
    width, height, drawn = pixels(rasterize(svg))

    assert 2000 < width < 8000
    assert 1000 < height < 6000
    assert len(set(drawn)) > 200


def test_the_readme_holds_what_the_state_says(model: Model) -> None:
    assert block(model) in (CHECKOUT / "README.md").read_text(encoding="utf-8"), "run: tapstack generate layers"


def test_the_document_shows_what_the_state_says(svg: str) -> None:
    """Texts are compared, not bytes: another processor may round a curve's point another way."""
    held = (CHECKOUT / "docs" / "layers.svg").read_text(encoding="utf-8")

    assert (texts(held), details(held)) == (texts(svg), details(svg)), "run: tapstack generate layers"


def test_the_command_draws_a_lane(deployed: Any, tmp_path: Any, monkeypatch: Any, svg: str) -> None:
    monkeypatch.setenv("TAPSTACK_LANE", f"{deployed.lane.folder}")

    assert main(["graph", "--output", f"{tmp_path}"]) == 0

    assert (tmp_path / "layers.svg").read_text(encoding="utf-8") == svg
