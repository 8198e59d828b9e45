"""What others changed of our resources, or took away: what the provider reads against what the state has.

A program leaves most properties of a resource to AWS, and the engine compares the given ones alone: an alias that sends
calls elsewhere, or a function with other code, is the same to it. So every property that a program could give is
compared, and of what AWS alone computes that which tells a change.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tapstack.deploy.drift.by_design import is_by_design
from tapstack.engine.events import Reading
from tapstack.providers.metadata import input_properties

FUNCTION: Final = "aws:lambda/function:Function"

TELLING: Final[Mapping[str, frozenset[str]]] = {
    # The newest published version: one more has other code or another configuration, and an alias may move to it.
    FUNCTION: frozenset({"codeSha256", "version"}),
}
"""Properties that AWS computes and that change only where somebody changes the resource."""

_QUEUE: Final = "aws:sqs/queue:Queue"
TOLD_BY: Final[Mapping[tuple[str, str], tuple[str, str] | None]] = {
    (_QUEUE, "policy"): ("aws:sqs/queuePolicy:QueuePolicy", "queueUrl"),
    (_QUEUE, "redriveAllowPolicy"): ("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "queueUrl"),
    (_QUEUE, "redrivePolicy"): ("aws:sqs/redrivePolicy:RedrivePolicy", "queueUrl"),
    ("aws:sns/topic:Topic", "policy"): ("aws:sns/topicPolicy:TopicPolicy", "arn"),
    ("aws:kms/key:Key", "policy"): ("aws:kms/keyPolicy:KeyPolicy", "keyId"),
    ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "egress"): None,
    ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "ingress"): None,
    ("aws:ec2/routeTable:RouteTable", "routes"): None,
    ("aws:ec2/securityGroup:SecurityGroup", "egress"): None,
    ("aws:ec2/securityGroup:SecurityGroup", "ingress"): None,
    ("aws:iam/role:Role", "inlinePolicies"): None,
    ("aws:iam/role:Role", "managedPolicyArns"): None,
}
"""Properties that repeat other resources, and so change with them: told by a resource of this type whose output is the
id of the one that has the property, where the state has one; None where `looks` tells them."""


@dataclasses.dataclass(frozen=True)
class Difference:
    """A resource that is not as the state has it.

    Attributes:
        kind: what has been done to it, or what an update would do: `update`, `delete`, `create`, `replace`.
        type: the resource's type.
        name: its logical name; of what others added the name or id that AWS has for it.
        properties: those that differ, as far as the provider says.
        where: `on` or `beside` which resource of ours others added it; empty where the resource is ours.
        detail: what an addition allows or where it leads, in AWS's words.
    """

    kind: str
    type: str
    name: str
    properties: Sequence[str] = ()
    where: str = ""
    detail: str = ""


def differences(readings: Sequence[Reading], resources: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """Tell which resources are gone or changed.

    Args:
        readings: what the engine read.
        resources: those of the layer's state.
    """
    found = []
    for reading in readings:
        if reading.type.startswith("pulumi:") or is_by_design(reading):
            continue
        if reading.after is None:
            found.append(Difference("delete", reading.type, reading.name))
        elif changed := sorted(
            key for key in {*reading.differs, *_silent(reading, resources)} if not is_by_design(reading, key)
        ):
            found.append(Difference("update", reading.type, reading.name, changed))
    return found


def _silent(reading: Reading, resources: Sequence[Mapping[str, Any]]) -> set[str]:
    """Name the properties that differ and that the engine does not compare, as the program does not give them."""
    after = reading.after or {}
    changed = {
        key
        for key in (reading.before.keys() | after.keys()) - reading.inputs.keys()
        if _differ(reading.before.get(key), after.get(key)) and not _is_told(reading, key, resources)
    }
    # The SDK takes its time to load, and most resources are as they were.
    return changed and changed & (input_properties(reading.type).keys() | TELLING.get(reading.type, frozenset()))


def _differ(before: object, after: object) -> bool:
    """Tell whether two values differ; what is empty and what is not there are the same."""
    return before != after and bool(before or after)


def _is_told(reading: Reading, key: str, resources: Sequence[Mapping[str, Any]]) -> bool:
    if (reading.type, key) not in TOLD_BY:
        return False
    if (told_by := TOLD_BY[reading.type, key]) is None:
        return True
    kind, output = told_by
    return any(item["type"] == kind and item.get("outputs", {}).get(output) == reading.id for item in resources)
