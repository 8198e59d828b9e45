"""The gate: each fault, at each service."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from simulation.model.cloud import Cloud
from simulation.model.faults import Crash, Fault

CALLS: dict[str, tuple[str, str, Callable[[Cloud], Any], Callable[[Cloud], int]]] = {
    "dynamodb": (
        "UpdateItem",
        "ProvisionedThroughputExceededException",
        lambda cloud: cloud.dynamodb.update_item(
            TableName="velocity",
            Key={"id": {"S": "a"}},
            UpdateExpression="ADD version :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        ),
        lambda cloud: sum(int(item["version"]["N"]) for item in cloud.velocity.items()),
    ),
    "sqs": (
        "SendMessage",
        "RequestThrottled",
        lambda cloud: cloud.sqs.send_message(QueueUrl=cloud.notifications.url, MessageBody="x"),
        lambda cloud: len(cloud.notifications.messages),
    ),
    "secretsmanager": (
        "PutSecretValue",
        "ThrottlingException",
        lambda cloud: cloud.secretsmanager.put_secret_value(SecretId="s", SecretString="x"),
        lambda cloud: int(cloud.secretsmanager.get_secret_value(SecretId="s")["VersionId"][-3:]) - 1,
    ),
}


def faulty(service: str, fault: Fault | None) -> Cloud:
    cloud = Cloud()
    cloud.secrets.put("s", "before")
    operation = CALLS[service][0]
    cloud.faults.decide = lambda *asked: fault if asked == (service, operation) else None
    return cloud


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize(
    ("fault", "raised", "applied"),
    [
        (None, None, 1),
        (Fault.CRASH_BEFORE, Crash, 0),
        (Fault.CRASH_AFTER, Crash, 1),
        (Fault.THROTTLE, ClientError, 0),
        (Fault.TIMEOUT_UNAPPLIED, ReadTimeoutError, 0),
        (Fault.TIMEOUT_APPLIED, ReadTimeoutError, 1),
        (Fault.RESENT, None, 2),
    ],
)
def test_a_fault_is_what_it_says(
    service: str, fault: Fault | None, raised: type[BaseException] | None, applied: int
) -> None:
    _, throttled, call, count = CALLS[service]
    cloud = faulty(service, fault)

    if raised is None:
        call(cloud)
    else:
        with pytest.raises(raised) as caught:
            call(cloud)
        if isinstance(caught.value, ClientError):
            assert caught.value.response["Error"]["Code"] == throttled

    assert count(cloud) == applied


def test_no_except_of_a_functions_catches_a_crash() -> None:
    assert not issubclass(Crash, Exception)


def test_a_lost_refusal_is_no_refusal_to_the_caller() -> None:
    cloud = faulty("dynamodb", Fault.TIMEOUT_APPLIED)

    with pytest.raises(ReadTimeoutError):
        cloud.dynamodb.update_item(
            TableName="velocity",
            Key={"id": {"S": "a"}},
            UpdateExpression="REMOVE note",
            ConditionExpression="attribute_exists(id)",
        )


def test_a_put_that_is_sent_again_meets_itself() -> None:
    cloud = Cloud()
    cloud.faults.decide = lambda service, operation: Fault.RESENT

    with pytest.raises(cloud.dynamodb.exceptions.ConditionalCheckFailedException) as caught:
        cloud.dynamodb.put_item(
            TableName="transactions",
            Item={"id": {"S": "a"}},
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    response: Any = caught.value.response
    assert response["Item"] == {"id": {"S": "a"}}
    assert len(cloud.stream.records) == 1


def test_other_work_runs_before_each_call_is_decided_on() -> None:
    cloud = faulty("sqs", Fault.CRASH_BEFORE)
    seen: list[tuple[str, str]] = []

    def work(service: str, operation: str) -> None:
        seen.append((service, operation))
        if service == "sqs":
            CALLS["dynamodb"][2](cloud)

    cloud.faults.between = work
    with pytest.raises(Crash):
        CALLS["sqs"][2](cloud)

    assert seen == [("sqs", "SendMessage"), ("dynamodb", "UpdateItem")]
    assert CALLS["dynamodb"][3](cloud) == 1
