"""How resources are drawn together into cards, and which edges stay."""

from typing import Any

from tapstack.deploy.graph.cards import Card, cards_of
from tapstack.deploy.graph.dag import has_cycle, quotient, reduced
from tapstack.deploy.graph.model import build_model

API = "aws:apigateway"


def cards(state: Any) -> dict[str, Card]:
    """Give a layer's cards by main kind and names."""
    model = build_model({state.layer: state.resources})
    return {f"{card.main.kind} {' '.join(card.names)}": card for card in cards_of(model, model.layers[0])}


def test_an_edge_that_another_way_says_too_is_left_out() -> None:
    graph = {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": set[str](), "e": {"a", "d"}}

    assert reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": set(), "e": {"a"}}


def test_what_is_drawn_together_keeps_its_edges_to_others() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": set[str]()}

    assert quotient(graph, {"a": "a", "b": "a", "c": "c"}) == {"a": {"c"}, "c": set()}
    assert has_cycle(quotient(graph, {"a": "a", "b": "b", "c": "a"}))


def test_what_bears_one_name_and_hangs_together_is_one_card(state: Any) -> None:
    compute = state("compute")
    role = compute.holds("aws:iam/role:Role", "handler")
    compute.holds("aws:iam/rolePolicy:RolePolicy", "handler", role)
    compute.holds("aws:lambda/function:Function", "handler", role)
    compute.holds("aws:iam/role:Role", "other")

    found = cards(compute)

    assert found.keys() == {"Function handler", "Role other"}
    assert found["Function handler"].kinds == {"Function": 1, "Role": 1, "RolePolicy": 1}


def test_one_name_does_not_bend_the_order_of_things(state: Any) -> None:
    edge = state("edge")
    api = edge.holds(f"{API}/restApi:RestApi", "orders")
    method = edge.holds(f"{API}/method:Method", "submit", api)
    edge.holds(f"{API}/deployment:Deployment", "orders", api, method)

    found = cards(edge)

    assert found.keys() == {"RestApi orders", "Method submit", "Deployment orders"}
    assert found["Deployment orders"].follows == {found["Method submit"].id}


def test_things_of_one_make_are_one_card(state: Any) -> None:
    edge = state("edge")
    for name in ("late", "broken", "throttled"):
        edge.holds("aws:cloudwatch/metricAlarm:MetricAlarm", name)

    assert cards(edge)["MetricAlarm broken late throttled"].kinds == {"MetricAlarm": 3}


def test_things_that_the_contract_tells_apart_stay_apart(state: Any) -> None:
    data = state("data")
    for name in ("orders", "merchants"):
        data.holds("aws:dynamodb/table:Table", name, arn=f"arn:aws:dynamodb:{name}")
        data.exports(**{f"{name}_arn": f"arn:aws:dynamodb:{name}"})

    found = cards(data)

    assert found.keys() == {"Table merchants", "Table orders"}
    assert found["Table orders"].provides == ("orders_arn",)


def test_things_of_one_make_that_wait_for_each_other_through_another_stay_apart(state: Any) -> None:
    data = state("data")
    first = data.holds("aws:sqs/queue:Queue", "first")
    between = data.holds("aws:kms/key:Key", "between", first)
    data.holds("aws:sqs/queue:Queue", "second", between)

    assert len(cards(data)) == 3


def test_every_resource_is_on_exactly_one_card(states: dict[str, Any]) -> None:
    model = build_model(states)
    for layer in model.layers:
        held = [resource for card in cards_of(model, layer) for resource in card.resources]
        assert sorted(held, key=lambda item: item.urn) == list(layer.resources)
