"""A request that boto3's client would not send reaches nothing of the model's either."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError

from simulation.model.cloud import Cloud

REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("dynamodb", "get_item", {"TableName": "transactions"}),
    ("dynamodb", "get_item", {"TableName": "transactions", "key": {"id": {"S": "a"}}}),
    ("dynamodb", "put_item", {"TableName": "transactions", "Item": {"id": {"S": 1}}}),
    ("dynamodb", "put_item", {"TableName": "transactions", "Item": {"id": {"X": "a"}}}),
    ("dynamodb", "scan", {"TableName": "transactions", "Limit": 0}),
    ("dynamodb", "batch_get_item", {"RequestItems": {"transactions": {"keys": []}}}),
    ("kms", "encrypt", {"KeyId": "key", "Plaintext": b"a", "EncryptionContext": {"for": None}}),
    ("secretsmanager", "get_secret_value", {"SecretId": None}),
    ("sns", "publish", {"TopicArn": "alerts", "Message": "m", "subject": "s"}),
    (
        "sqs",
        "send_message",
        {
            "QueueUrl": "u",
            "MessageBody": "{}",
            "MessageAttributes": {"why": {"datatype": "String", "StringValue": "x"}},
        },
    ),
    ("sqs", "send_message_batch", {"QueueUrl": "u", "Entries": [{"MessageBody": "{}"}]}),
    ("sqs", "change_message_visibility", {"QueueUrl": "u", "ReceiptHandle": "r", "VisibilityTimeout": 0.5}),
]


@pytest.mark.parametrize(("service", "operation", "request_"), REFUSED, ids=str)
def test_what_the_sdk_does_not_send_is_refused_in_its_words(
    service: str, operation: str, request_: dict[str, Any]
) -> None:
    place = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "endpoint_url": "http://127.0.0.1:9"}
    sdk: Any = boto3.client(service, region_name="eu-central-1", **place)  # type: ignore[call-overload]
    with pytest.raises(ParamValidationError) as by_sdk:
        getattr(sdk, operation)(**request_)

    with pytest.raises(ParamValidationError) as by_model:
        getattr(getattr(Cloud(), service), operation)(**request_)

    assert f"{by_model.value}" == f"{by_sdk.value}"
