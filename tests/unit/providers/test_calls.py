"""The record of AWS calls; no emulator, the calls fail on a closed port."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapstack.providers.calls import VARIABLE, unrecorded
from tapstack.providers.clients import Clients, ProviderError, clients_for

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, f"{tmp_path / 'calls.jsonl'}")
    return tmp_path / "calls.jsonl"


def call(service: str, operation: str, **params: Any) -> None:
    clients = Clients({"region": "eu-central-1", "endpoints": json.dumps([{service: NOWHERE}])})
    with pytest.raises(ProviderError, match="the local emulator does not answer"):
        clients.call(service, operation, params)


def test_a_call_is_recorded_with_what_names_its_resource(file: Path) -> None:
    call("dynamodb", "describe_table", TableName="orders")
    call("sqs", "tag_queue", QueueUrl="http://q/1/jobs", Tags={"Layer": "data"})

    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == [
        {"service": "dynamodb", "operation": "DescribeTable", "params": {"TableName": "orders"}},
        {
            "service": "sqs",
            "operation": "TagQueue",
            "params": {"QueueUrl": "http://q/1/jobs", "Tags": {"Layer": "data"}},
        },
    ]


def test_neither_secrets_nor_code_are_recorded(file: Path) -> None:
    call("secretsmanager", "put_secret_value", SecretId="key", SecretString="s3cret")
    call("lambda", "update_function_code", FunctionName="job", ZipFile=b"s3cret")
    call("s3", "put_object", Bucket="state", Key="stack", Body=b"s3cret")

    assert "s3cret" not in file.read_text("utf-8")
    assert "SecretId" in file.read_text("utf-8")


def test_what_the_stand_in_looks_up_in_aws_s_place_is_not_recorded(file: Path) -> None:
    with unrecorded():
        call("dynamodb", "describe_table", TableName="orders")

    assert not file.exists()


def test_nothing_is_recorded_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)

    call("dynamodb", "describe_table", TableName="orders")

    assert list(tmp_path.iterdir()) == []


def test_stacks_of_two_accounts_have_clients_of_their_own() -> None:
    config = {"region": "eu-central-1", "endpoints": json.dumps([{"sts": NOWHERE}])}
    one, other = ({**config, "accessKey": account} for account in ("111111111111", "222222222222"))

    assert clients_for(one) is not clients_for(other)
    assert clients_for(one) is clients_for({**one})
    assert clients_for(other).client("sts")._request_signer._credentials.access_key == "222222222222"
