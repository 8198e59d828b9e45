"""The lane's emulator under the calls of a genuine provider, read as its typed client reads.

What the emulator answers is judged by AWS's own service models, in botocore: see `decoding.py`.
"""

import pytest

from emulator.replay import PHASES, Sent, calls, replay
from emulator.requests import RESOURCES
from support.provider_calls import SEEN, provider_type
from tapstack.providers.tables import ROWS

BY_TYPE = {resource.type: resource for resource in RESOURCES}
# Of the account's bootstrap, which deploys no layer.
BOOTSTRAP_ALONE = {"aws_iam_policy", "aws_iam_role_policy_attachment", "aws_iam_open_id_connect_provider"}


@pytest.fixture(scope="module")
def sent(url: str) -> list[Sent]:
    return list(replay(url))


def test_no_call_of_a_genuine_provider_fails(sent: list[Sent]) -> None:
    assert len(sent) > 400
    assert [f"{call}" for call in sent if call.fault] == []


@pytest.mark.parametrize("type_", SEEN)
def test_every_call_that_was_seen_is_sent_and_no_other(type_: str) -> None:
    resource = BY_TYPE[type_]
    sends = {phase: {call.operation for call in calls(resource, phase)} for phase in PHASES}
    unseen = {phase for phase in PHASES if phase not in SEEN[type_]}

    assert resource.seen
    assert {phase: operations for phase, operations in sends.items() if phase not in unseen} == {
        phase: set(operations) for phase, operations in SEEN[type_].items()
    }


def test_every_type_that_a_layer_can_make_is_among_them() -> None:
    types = {provider_type(token) for token in ROWS if token.startswith("aws:")}

    assert {name for name in types - BY_TYPE.keys() if not name.startswith("aws_s3_")} == BOOTSTRAP_ALONE
    assert {resource.type for resource in RESOURCES if not resource.seen} == BY_TYPE.keys() - SEEN.keys()


@pytest.mark.parametrize("protocol", ["smithy-rpc-v2-cbor", "json", "query"])
def test_alarms_and_dashboards_answer_in_each_protocol_that_providers_have_spoken(url: str, protocol: str) -> None:
    resources = [resource for resource in RESOURCES if resource.type.startswith("aws_cloudwatch_metric_alarm")]
    resources += [resource for resource in RESOURCES if resource.type == "aws_cloudwatch_dashboard"]

    assert [f"{call}" for call in replay(url, resources, protocol) if call.fault] == []
