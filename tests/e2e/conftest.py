"""Merchants as HTTP clients of the deployed API, and what operators do to them."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from support.polling import eventually
from tapstack.cli.main import main
from transactions.clock import now
from transactions.merchants import Merchants


class Patient(httpx.HTTPTransport):
    """Asks again what the tier's rate refused, as merchants' clients must: how fast a machine is changes no test."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline = time.monotonic() + 30
        while (answer := super().handle_request(request)).status_code == httpx.codes.TOO_MANY_REQUESTS:
            answer.read()
            assert time.monotonic() < deadline, "the API answered nothing but 429 for 30 s"
            time.sleep(0.2)
        return answer


class Merchant:
    """One merchant's side of the API."""

    def __init__(self, deployed: Any, name: str) -> None:
        self.deployed = deployed
        self.name = name
        self.url: str = deployed.outputs["api-edge"]["transactions_url"]
        self.table: str = deployed.outputs["data"]["transactions_table_name"]
        key = deployed.api_keys[name]
        self.http = httpx.Client(headers={"x-api-key": key}, timeout=30, trust_env=False, transport=Patient())

    def submit(self, body: dict[str, Any], key: str | None, **headers: str) -> httpx.Response:
        return self.http.post(self.url, json=body, headers=headers | ({"idempotency-key": key} if key else {}))

    def post(self, content: bytes, key: str, content_type: str = "application/json") -> httpx.Response:
        return self.http.post(self.url, content=content, headers={"idempotency-key": key, "content-type": content_type})

    def items(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Look into the table for the transactions of the body's card, whosever they are."""
        token = {"S": body["card"]["token"]}
        pages = (
            self.deployed.client("dynamodb").get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        )
        items = [item for page in pages for item in page["Items"]]
        return [item for item in items if item["submission"]["M"]["card"]["M"]["token"] == token]

    def read(self, transaction_id: str) -> httpx.Response:
        return self.http.get(f"{self.url}/{transaction_id}")

    def decided(self, transaction_id: str) -> dict[str, Any]:
        """Follow a transaction to its decision."""

        def look() -> dict[str, Any] | None:
            body: dict[str, Any] = self.read(transaction_id).json()
            return body if body["status"] != "pending" else None

        found: dict[str, Any] = eventually(look)
        return found


@pytest.fixture(scope="session")
def anybody() -> Iterator[httpx.Client]:
    """A client that has no key."""
    with httpx.Client(timeout=30, trust_env=False, transport=Patient()) as client:
        yield client


@pytest.fixture(scope="session")
def acme(deployed: Any) -> Merchant:
    return Merchant(deployed, "acme")


@pytest.fixture(scope="session")
def globex(deployed: Any) -> Merchant:
    return Merchant(deployed, "globex")


@pytest.fixture(scope="session")
def initech(deployed: Any) -> Merchant:
    return Merchant(deployed, "initech")


@pytest.fixture
def initech_settings(deployed: Any) -> Iterator[dict[str, Any]]:
    """The settings of a merchant to change, without their version; they are put in force again afterwards."""
    merchants = Merchants(deployed.client("dynamodb"), deployed.outputs["data"]["merchants_table_name"], now)
    settings = merchants.settings("initech")
    assert settings
    document = msgspec.to_builtins(settings)
    yield {name: value for name, value in document.items() if name != "version"}
    merchants.write(settings)


@pytest.fixture
def operate(
    deployed: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command; return its status, stdout and stderr."""
    monkeypatch.setenv("TAPSTACK_LANE", str(deployed.lane.folder))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], str]:
    """Write a JSON file and name it."""

    def to_file(value: Any) -> str:
        file = tmp_path / "settings.json"
        file.write_text(json.dumps(value), encoding="utf-8")
        return str(file)

    return to_file


@pytest.fixture(scope="session")
def wait() -> Callable[..., Any]:
    return eventually


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def body(numbers: Iterator[int]) -> dict[str, Any]:
    """A transaction that is approved, of a card nobody else uses."""
    card = {"token": f"tok_test_{next(numbers):04d}", "bin": "424242", "country": "DE", "expires": "2099-12"}
    return {"amount": 1250, "currency": "EUR", "card": card}
