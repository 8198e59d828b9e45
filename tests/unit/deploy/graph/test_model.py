"""What the picture's model reads from the state: resources, contracts, and which resource takes which output."""

import json
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.deploy.graph.matching import Matcher
from tapstack.deploy.graph.model import Model, build_model, named

States = dict[str, Any]
ARN = "arn:aws:sqs:eu-central-1:1:notifications"


def uses_of(model: Model, name: str) -> set[tuple[str, str, str]]:
    return {(use.producer, use.field, use.property) for use in model.uses if named(use.consumer)[1] == name}


def test_the_model_holds_each_resource_and_none_of_the_engines_own(states: States) -> None:
    data, compute = build_model(states).layers

    assert [(item.kind, item.name) for item in data.resources] == [
        ("Table", "orders"),
        ("Queue", "letters"),
        ("QueuePolicy", "letters"),
    ]
    assert len(compute.resources) == 3
    assert (data.reads, compute.reads) == ((), ("data",))


def test_the_contract_is_every_output_but_those_that_describe_it(states: States) -> None:
    data = build_model(states).layers[0]

    assert data.version == "2"
    assert [field.name for field in data.fields] == [
        "has_egress",
        "pass_phrase",
        "queue_arn",
        "stream_arn",
        "table_arn",
    ]


def test_a_field_comes_from_the_resource_whose_value_it_is(states: States) -> None:
    providers = {field.name: [named(urn) for urn in field.providers] for field in build_model(states).layers[0].fields}

    assert providers["table_arn"] == [("aws:dynamodb/table:Table", "orders")]
    assert providers["queue_arn"] == [("aws:sqs/queue:Queue", "letters")]
    assert providers["has_egress"] == []


def test_what_only_shows_another_resources_value_does_not_provide_it(state: Any) -> None:
    data = state("data")
    secret = data.holds("aws:secretsmanager/secret:Secret", "hook", arn="arn:aws:secretsmanager:hook")
    data.holds("aws:secretsmanager/secretVersion:SecretVersion", "hook", secret, arn="arn:aws:secretsmanager:hook")
    data.exports(secret_arn="arn:aws:secretsmanager:hook")

    (field,) = build_model({"data": data.resources}).layers[0].fields

    assert field.providers == {secret}


def test_a_policys_text_tells_the_output_in_it(states: States) -> None:
    assert uses_of(build_model(states), "handler") == {("data", "table_arn", "policy")}


def test_a_streams_arn_is_not_its_tables(states: States) -> None:
    assert uses_of(build_model(states), "stream") == {("data", "stream_arn", "eventSourceArn")}


def test_a_value_that_came_another_way_is_no_use(states: States) -> None:
    for resource in states["compute"]:
        resource.pop("propertyDependencies", None)
        resource["dependencies"] = []

    assert build_model(states).uses == ()


def test_a_property_whose_value_tells_nothing_is_shown_as_a_use_of_the_layer(states: States) -> None:
    mapping = states["compute"][-1]
    mapping["inputs"] = {"eventSourceArn": "something computed"}

    assert uses_of(build_model(states), "stream") == {("data", "", "eventSourceArn")}


def test_a_resource_that_only_waits_for_a_layer_is_shown_as_a_use_of_it(states: States) -> None:
    mapping = states["compute"][-1]
    mapping["propertyDependencies"] = {}

    assert uses_of(build_model(states), "stream") == {("data", "", "")}


@pytest.mark.parametrize(
    ("outputs", "value", "found"),
    [
        ({"arn": ARN}, ARN, {"arn"}),
        ({"arn": ARN}, {"deep": [{"er": f"x {ARN}:*"}]}, {"arn"}),
        ({"arn": ARN, "letters": f"{ARN}-dead"}, f"{ARN}-dead", {"letters"}),
        ({"arn": ARN}, f"{ARN}-dead", set()),
        ({"arn": ARN}, f"my{ARN}", set()),
        ({"table": ARN, "stream": f"{ARN}/stream/1"}, f"{ARN}/stream/1, {ARN}/index/*", {"table", "stream"}),
        ({"table": ARN, "stream": f"{ARN}/stream/1"}, f"[{ARN}/stream/1]", {"stream"}),
        ({"prefix": "tapstack-dev-hooks/"}, "tapstack-dev-hooks/acme", {"prefix"}),
        ({"alias": "live"}, "live", {"alias"}),
        ({"alias": "live"}, "delivery is live", set()),
        ({"one": ARN, "other": ARN}, ARN, {"one", "other"}),
        ({"ids": ["subnet-0001", "subnet-0002"]}, ["subnet-0002"], {"ids"}),
        ({"flag": True, "count": 3, "none": [], "empty": ""}, ["", "True", True, 3], set()),
    ],
)
def test_an_output_is_found_by_its_value(outputs: dict[str, Any], value: Any, found: set[str]) -> None:
    assert Matcher(outputs).outputs_in(value) == found


def test_a_secret_is_known_by_name_alone_and_never_matched(states: States, state: Any) -> None:
    secret = states["data"][0]["outputs"]["pass_phrase"]
    states["compute"][-1]["inputs"]["eventSourceArn"] = secret

    model = build_model(states)

    assert [field.name for field in model.layers[0].fields if field.secret] == ["pass_phrase"]
    assert uses_of(model, "stream") == {("data", "", "eventSourceArn")}
    assert "hidden-away" not in f"{model}"
    assert Matcher({"pass_phrase": secret}).outputs_in(secret | {"plain": "v1:hidden-away"}) == set()


def test_the_model_does_not_depend_on_the_order_in_the_state(states: States) -> None:
    turned = json.loads(json.dumps(states))
    for exported in turned.values():
        exported.reverse()

    assert build_model(turned) == build_model(states)


@pytest.mark.parametrize("resources", [[], "stack"])
def test_a_stack_without_resources_is_named_with_the_next_step(states: States, resources: Any) -> None:
    only_stack = states["data"][:1]
    states["data"] = only_stack if resources == "stack" else resources

    with pytest.raises(
        UserError, match=r"layer 'data' has no resources in its state; deploy it: \.venv/bin/tapstack up data"
    ):
        build_model(states)


def test_a_layer_that_is_read_and_not_up_is_named(states: States) -> None:
    del states["data"]

    with pytest.raises(UserError, match=r"layer 'compute' reads 'data', which is not up; deploy it: \S+ up data"):
        build_model(states)


def test_a_layer_that_reads_an_unknown_one_is_named(states: States) -> None:
    unknown = {name: json.loads(json.dumps(state).replace("tapstack-data", "other")) for name, state in states.items()}
    del unknown["data"]

    with pytest.raises(UserError, match="layer 'compute' reads the stack of 'other', which is none of"):
        build_model(unknown)


def test_a_resource_that_is_to_be_deleted_is_not_there(states: States) -> None:
    states["data"][-1]["delete"] = True

    assert [item.kind for item in build_model(states).layers[0].resources] == ["Table", "Queue"]
