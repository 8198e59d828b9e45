"""The table of looks against AWS's own models, its authorization reference and the SDK's resource types."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped]
import pytest
from botocore import xform_name

from policy import reference
from tapstack.deploy.drift.by_design import ADDITIONS, CHANGES
from tapstack.deploy.drift.differences import TELLING, TOLD_BY
from tapstack.deploy.drift.look import Look
from tapstack.deploy.drift.looks import LOOKS
from tapstack.providers.metadata import all_properties, input_properties

SESSION = botocore.session.get_session()


def told(look: Look) -> str:
    return f"{look.of} {look.operation} {look.params}"


def operation_of(look: Look) -> Any:
    model = SESSION.get_service_model(look.service)
    name = next(name for name in model.operation_names if xform_name(name) == look.operation)
    return model.operation_model(name)


def fields(expression: str) -> set[str]:
    """The names that a JMESPath expression begins to look for in what it is given."""
    return set(_first_fields(jmespath.compile(expression).parsed))


def _first_fields(node: dict[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    elif node["type"] in {"subexpression", "index_expression", "projection", "filter_projection", "pipe", "flatten"}:
        yield from _first_fields(node["children"][0])
    else:
        for child in node["children"]:
            yield from _first_fields(child)


@pytest.mark.parametrize("look", LOOKS, ids=told)
def test_aws_has_the_call_and_it_only_looks(look: Look) -> None:
    operation = operation_of(look)
    service, action = look.service, operation.name
    if service == "apigateway":
        assert operation.http["method"] == "GET"
    else:
        assert reference.only_looks(f"{service}:{action}"), f"{service}:{action} changes something"
    given = jmespath.compile(look.params).parsed
    parameters = {pair["value"] for pair in given["children"]} if given["type"] == "multi_select_dict" else set()
    assert parameters <= operation.input_shape.members.keys()
    assert operation.input_shape.required_members == [
        name for name in operation.input_shape.required_members if name in parameters
    ]


@pytest.mark.parametrize("look", LOOKS, ids=told)
def test_the_answer_has_what_is_taken_from_it(look: Look) -> None:
    items = look.items.replace("$", "")
    members = operation_of(look).output_shape.members
    # A member of a list in the answer is named where it stands in the answer's model by its location's name.
    names = members.keys() | {shape.serialization.get("name") for shape in members.values()}
    assert fields(items) & names, f"{items} names none of {sorted(members)}"


@pytest.mark.parametrize("look", LOOKS, ids=told)
def test_the_sdk_has_the_types_and_what_is_read_of_their_states(look: Look) -> None:
    assert fields(look.params) <= {*all_properties(look.of), "id"}
    read = fields(look.own) - {"id"}
    # The SDK has two names for the API that something is a part of, and each type has one of them.
    api = read & {"restApi", "restApiId"}
    known = all_properties(look.type).keys()
    assert read - api <= known
    assert not api or api & known


def test_every_property_that_is_told_or_left_alone_is_one_of_the_sdk_s() -> None:
    for (kind, key), told_by in TOLD_BY.items():
        assert key in input_properties(kind), f"a program cannot give {key} of {kind}, so it is never compared"
        if told_by:
            assert told_by[1] in all_properties(told_by[0])
    for kind, keys in TELLING.items():
        assert keys <= all_properties(kind).keys()
    for row in (*CHANGES, *ADDITIONS):
        assert all_properties(row.type)
        assert row.reason


def test_what_is_told_by_looks_is_looked_at() -> None:
    looked_at = {look.of for look in LOOKS}
    assert {kind for (kind, _), told_by in TOLD_BY.items() if told_by is None} <= looked_at
