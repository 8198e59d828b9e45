"""What the engine's readings say: what is gone, what was changed, given by the program or not, what is by design."""

from collections.abc import Mapping
from typing import Any

import pytest

from tapstack.deploy.drift.differences import differences
from tapstack.engine.events import Reading

ALIAS = "aws:lambda/alias:Alias"
FUNCTION = "aws:lambda/function:Function"
QUEUE = "aws:sqs/queue:Queue"


def reading(kind: str, before: Mapping[str, Any], after: Mapping[str, Any] | None, *differs: str) -> Reading:
    return Reading(kind, f"urn::{kind}::one", "id-1", {"name": "one"}, before, after, differs)


def told(*readings: Reading, resources: Any = ()) -> list[tuple[str, tuple[str, ...]]]:
    return [(difference.kind, tuple(difference.properties)) for difference in differences(readings, resources)]


def weights(**versions: float) -> dict[str, Any]:
    return {"routingConfig": {"additionalVersionWeights": {key[1:]: value for key, value in versions.items()}}}


def test_a_resource_that_is_gone_was_deleted() -> None:
    assert told(reading(QUEUE, {}, None)) == [("delete", ())]


def test_a_property_that_the_program_leaves_alone_is_compared_too() -> None:
    assert told(reading(QUEUE, {"delaySeconds": 0}, {"delaySeconds": 9}, "name")) == [
        ("update", ("delaySeconds", "name"))
    ]


@pytest.mark.parametrize("empty", [None, "", [], {}, False, 0])
def test_what_is_empty_and_what_is_not_there_are_the_same(empty: object) -> None:
    assert told(reading(QUEUE, {"delaySeconds": empty}, {}), reading(QUEUE, {}, {"policy": empty})) == []


def test_what_aws_alone_computes_is_not_compared_but_for_what_tells_a_change() -> None:
    before = {"lastModified": "1", "sourceCodeSize": 1, "codeSha256": "a", "version": "1"}

    assert told(reading(FUNCTION, before, {**before, "lastModified": "2", "sourceCodeSize": 2})) == []
    assert told(reading(FUNCTION, before, {**before, "codeSha256": "b"})) == [("update", ("codeSha256",))]
    assert told(reading(FUNCTION, before, {**before, "version": "2"})) == [("update", ("version",))]


def test_a_property_that_repeats_another_resource_is_left_to_that_one() -> None:
    policy = {"type": "aws:sqs/queuePolicy:QueuePolicy", "outputs": {"queueUrl": "id-1"}}
    others = {"type": "aws:sqs/queuePolicy:QueuePolicy", "outputs": {"queueUrl": "id-2"}}
    changed = reading(QUEUE, {"policy": "a"}, {"policy": "b"})

    assert told(changed, resources=[policy]) == []
    assert told(changed, resources=[others]) == [("update", ("policy",))]
    assert told(reading("aws:ec2/securityGroup:SecurityGroup", {}, {"ingress": [{"fromPort": 22}]})) == []


def test_other_weights_of_a_canary_are_by_design_and_another_version_is_not() -> None:
    canary = weights(v7=0.1)

    assert told(reading(ALIAS, canary, weights(v7=0.5), "routingConfig")) == []
    assert told(reading(ALIAS, canary, weights(v8=0.1), "routingConfig")) == [("update", ("routingConfig",))]
    assert told(reading(ALIAS, canary, weights(v7=0.1, v8=0.1))) == [("update", ("routingConfig",))]
    assert told(reading(ALIAS, canary, {}, "routingConfig")) == [("update", ("routingConfig",))]
    assert told(reading(ALIAS, {}, weights(v8=0.1))) == [("update", ("routingConfig",))]
    assert told(reading(ALIAS, canary, weights(v7=0.5), "routingConfig", "functionVersion")) == [
        ("update", ("functionVersion",))
    ]


def test_the_engine_s_own_resources_are_left_out() -> None:
    assert told(reading("pulumi:pulumi:StackReference", {"outputs": 1}, {"outputs": 2}, "outputs")) == []
