"""What the deployed API refuses, and how it says so."""

from functools import partial
from http import HTTPStatus
from random import Random
from typing import Any

import httpx
import pytest

from clients.record import Row
from clients.replay import ROWS, send
from corpora.trace_headers import VENDORS
from support.polling import eventually


def test_without_a_key_nobody_gets_in(acme: Any, anybody: httpx.Client, body: dict[str, Any]) -> None:
    for headers in ({}, {"x-api-key": "not-a-key-of-anybodys-at-all"}):
        answer = anybody.post(acme.url, json=body, headers={"idempotency-key": "k", **headers})
        assert answer.status_code == 403


def test_two_different_keys_get_nobody_in(acme: Any, globex: Any, anybody: httpx.Client, body: dict[str, Any]) -> None:
    keys = [acme.http.headers["x-api-key"], globex.http.headers["x-api-key"]]
    for one, other in (keys, reversed(keys)):
        headers = [("x-api-key", one), ("x-api-key", other), ("idempotency-key", "two-keys")]
        answer = anybody.post(acme.url, json=body, headers=headers)
        assert answer.status_code == 403


def test_a_client_that_does_not_say_who_it_is_gets_in(acme: Any, body: dict[str, Any]) -> None:
    request = acme.http.build_request("POST", acme.url, json=body, headers={"idempotency-key": "nameless"})
    del request.headers["user-agent"]

    assert acme.http.send(request).status_code == 202


@pytest.mark.parametrize("vendor", VENDORS)
def test_headers_of_tracing_systems_get_through(acme: Any, body: dict[str, Any], vendor: str) -> None:
    random = Random(vendor)  # noqa: S311 - the same headers again, not secrets
    headers = [
        VENDORS[vendor](random) | {"idempotency-key": f"{vendor}-{number}".replace(" ", "-")} for number in range(5)
    ]

    assert [acme.http.post(acme.url, json=body, headers=sent).status_code for sent in headers] == [202] * 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["client"])
def test_what_real_clients_send_is_accepted(acme: Any, row: Row) -> None:
    # Each spells the body in its own way, and all mean the same: under one key it is a replay, whoever sent it first.
    for key in (f"recorded-{ROWS.index(row)}", "recorded-by-all"):
        assert eventually(partial(_admitted, row, acme, key)) == HTTPStatus.ACCEPTED


def _admitted(row: Row, merchant: Any, key: str) -> HTTPStatus | None:
    """Send what was recorded; None where the tier's rate refused it."""
    status = send(row, merchant.url, merchant.http.headers["x-api-key"], key)
    return None if status == HTTPStatus.TOO_MANY_REQUESTS else status


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"amount": 1}', b"[" * 5000, b'{"amount": NaN}']
)
def test_a_hostile_body_is_a_bad_request_with_a_problem_document(acme: Any, content: bytes) -> None:
    answer = acme.post(content, "hostile")

    assert answer.status_code == 400
    assert answer.json()["title"]
