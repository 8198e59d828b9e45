"""What the functions' clients may wait for leaves room to call again, and what they hand over is what the SDK would."""

import gc
import importlib.util
import json
import os
import socket
from typing import Any, Final
from unittest import mock

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from bench.stub import Answer, Stub
from simulation.functions import ENVIRONMENTS, variables_of
from transactions import sdk
from transactions.agreed.invocations import (
    FRAUD_DETECTOR_TIMEOUT_SECONDS,
    NOTIFIER_CALL_SECONDS,
    NOTIFIER_TIMEOUT_SECONDS,
    VALIDATOR_WORK_SECONDS,
)
from transactions.agreed.webhooks import ATTEMPT_SECONDS
from transactions.attributes import to_item

TIMEOUTS = {
    "validator": VALIDATOR_WORK_SECONDS,
    "fraud_detector": FRAUD_DETECTOR_TIMEOUT_SECONDS,
    "notifier": NOTIFIER_TIMEOUT_SECONDS,
}
SERVICES = {
    "validator": ["dynamodb", "sqs"],
    "fraud_detector": ["dynamodb", "sqs"],
    "notifier": ["dynamodb", "kms", "sns", "sqs"],
}

# A transaction as the table keeps it: all types of values that there are in one.
ITEM: Final = to_item(
    {
        "id": "txn_abcdefghijklmnopqrstuvwxyz234567",
        "created_at": 1_790_000_000_000,
        "submission": {"amount": 1250, "metadata": {"shop": "Grüße"}},
        "decision": {"verdict": "approved", "reasons": ["duplicate"], "final": True, "note": None},
    }
)


def clients_of(function: str) -> list[Any]:
    """Load a function's handler and return the clients that it makes."""
    made: list[Any] = []
    make = boto3.client

    def client(service: Any, **options: Any) -> Any:
        made.append(make(service, region_name="eu-central-1", **options))
        return made[-1]

    spec = importlib.util.find_spec(f"{function}.handler")
    assert spec is not None
    assert spec.loader is not None
    with (
        mock.patch("boto3.client", client),
        mock.patch.dict(os.environ, variables_of(function)),
    ):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return made


@pytest.mark.parametrize("function", ENVIRONMENTS)
def test_a_call_with_all_its_attempts_fits_into_the_functions_time_out(function: str) -> None:
    clients = clients_of(function)

    assert sorted(client.meta.service_model.service_name for client in clients) == SERVICES[function]
    for client in clients:
        config = client.meta.config
        attempts = config.retries["total_max_attempts"]
        assert attempts >= 2
        assert config.retries["mode"] == "standard"
        hanging = attempts * (config.connect_timeout + config.read_timeout)
        waits = sum(2**retry for retry in range(attempts - 1))
        assert hanging + waits + sdk.WORK_SECONDS <= TIMEOUTS[function]


def told(operation: str, answer: dict[str, Any], *, plainly: bool, status: int = 200) -> Any:
    """Read a table that gives an answer, with the SDK reading all of it or not the items."""
    client = boto3.client("dynamodb", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    stub = Stub()
    stub.answers = [Answer(operation, json.dumps(answer).encode(), status=status)]
    stub.attach(client)
    if plainly:
        sdk.keep_items_read(client)
    if operation == "Query":
        return client.query(TableName="t", KeyConditionExpression="id = :id")
    return client.batch_get_item(RequestItems={"t": {"Keys": [{"id": {"S": "a"}}]}})


@pytest.mark.parametrize("last", [{}, {"LastEvaluatedKey": {"id": {"S": "b"}}}], ids=["last page", "more pages"])
@pytest.mark.parametrize("items", [[], [ITEM], [ITEM, ITEM]], ids=["no items", "one", "two"])
def test_a_page_is_what_the_sdk_itself_would_make_of_it(items: list[Any], last: dict[str, Any]) -> None:
    answer = {"Items": items, "Count": len(items), "ScannedCount": len(items), **last}

    assert told("Query", answer, plainly=True) == told("Query", answer, plainly=False)


@pytest.mark.parametrize("left", [{}, {"t": {"Keys": [{"id": {"S": "b"}}]}}], ids=["all", "some left"])
@pytest.mark.parametrize("items", [{}, {"t": []}, {"t": [ITEM, ITEM]}], ids=["no table", "no items", "two"])
def test_a_batch_is_what_the_sdk_itself_would_make_of_it(items: dict[str, Any], left: dict[str, Any]) -> None:
    answer = {"Responses": items, "UnprocessedKeys": left}

    assert told("BatchGetItem", answer, plainly=True) == told("BatchGetItem", answer, plainly=False)


@pytest.mark.parametrize(
    ("operation", "answer"),
    [("Query", {"Items": [{"id": {"B": "YQ=="}}]}), ("BatchGetItem", {"Responses": {"t": [{"id": {"B": "YQ=="}}]}})],
)
def test_the_sdk_looks_at_no_value_of_an_item(operation: str, answer: dict[str, Any]) -> None:
    def item(read: dict[str, Any]) -> Any:
        return (read["Items"] if operation == "Query" else read["Responses"]["t"])[0]["id"]

    assert item(told(operation, answer, plainly=False)) == {"B": b"a"}
    assert item(told(operation, answer, plainly=True)) == {"B": "YQ=="}


@pytest.mark.parametrize("operation", ["Query", "BatchGetItem"])
def test_a_read_that_is_refused_is_told_as_the_sdk_tells_it(operation: str) -> None:
    refusal = {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no such table"}

    with pytest.raises(ClientError, match=r"ResourceNotFoundException.* no such table"):
        told(operation, refusal, plainly=True, status=400)


def test_garbage_is_looked_for_again_once_clients_are_made() -> None:
    with mock.patch("gc.freeze") as freeze, sdk.kept_for_good():
        assert not gc.isenabled()

    assert gc.isenabled()
    freeze.assert_called_once_with()


def test_garbage_is_looked_for_again_after_a_client_that_cannot_be_made() -> None:
    with mock.patch("gc.freeze"), pytest.raises(ValueError, match="no region"), sdk.kept_for_good():
        raise ValueError("no region")

    assert gc.isenabled()


@pytest.mark.parametrize("timeout", TIMEOUTS.values(), ids=TIMEOUTS)
def test_an_answer_has_more_time_than_the_services_take(timeout: int) -> None:
    config: Any = sdk.config_within(timeout)

    assert config.read_timeout >= 1


def test_an_attempt_of_a_webhook_leaves_the_notifier_time_for_one_of_a_call() -> None:
    config: Any = sdk.config_within(NOTIFIER_CALL_SECONDS)

    assert ATTEMPT_SECONDS + config.connect_timeout + config.read_timeout <= NOTIFIER_TIMEOUT_SECONDS


def test_a_call_that_is_never_answered_is_made_again_and_then_given_up() -> None:
    # Bounds of a function with hardly more time than the waits take, so that the test takes two seconds.
    config = sdk.config_within(7)
    config.read_timeout = 0.2  # type: ignore[attr-defined]  # the stubs know no option
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = boto3.client(
            "dynamodb",
            endpoint_url=f"http://127.0.0.1:{silent.getsockname()[1]}",
            region_name="eu-central-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=config,
        )
        with pytest.raises(ReadTimeoutError):
            client.get_item(TableName="table", Key={"id": {"S": "x"}})
        silent.settimeout(1)
        connections = [silent.accept()[0] for _ in range(sdk.ATTEMPTS)]
        for connection in connections:
            connection.close()
        with pytest.raises(TimeoutError):
            silent.accept()
