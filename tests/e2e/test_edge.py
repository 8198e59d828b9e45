"""What the deployed API refuses, and how it says so."""

import json
from typing import Any

import httpx
import pytest

PROBLEM = "application/problem+json"
CARD_NUMBER = "4242424242424242"


def test_without_a_key_nobody_gets_in(acme: Any, body: dict[str, Any]) -> None:
    for headers in ({}, {"x-api-key": "not-a-key-of-anybodys-at-all"}):
        answer = httpx.post(acme.url, json=body, headers={"idempotency-key": "k", **headers}, trust_env=False)
        assert answer.status_code == 403


def test_another_merchants_transaction_is_not_found(acme: Any, globex: Any, body: dict[str, Any]) -> None:
    theirs = globex.submit(body, "theirs").json()["id"]

    answer = acme.read(theirs)

    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert answer.json() == acme.read("txn_nobodys").json()


def test_another_merchants_cursor_is_refused(acme: Any, globex: Any, body: dict[str, Any]) -> None:
    for number in range(2):
        globex.submit(body | {"amount": 600 + number}, f"cursor-{number}")
    cursor = globex.http.get(globex.url, params={"limit": 1}).json()["next_cursor"]

    assert acme.http.get(acme.url, params={"cursor": cursor}).status_code == 400


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"amount": 1}', b"[" * 5000, b'{"amount": NaN}']
)
def test_a_hostile_body_is_a_bad_request_with_a_problem_document(acme: Any, content: bytes) -> None:
    answer = acme.post(content, "hostile")

    assert answer.status_code == 400
    assert answer.json()["title"]


@pytest.mark.parametrize(
    "number", [CARD_NUMBER, "4242 4242 4242 4242", "4242-4242-4242-4242", f"paid with {CARD_NUMBER} today"]
)
def test_a_card_number_is_refused_and_kept_nowhere(acme: Any, deployed: Any, body: dict[str, Any], number: str) -> None:
    answers = [
        acme.submit(body | {"reference": number}, "card-in-reference"),
        acme.submit(body | {"metadata": {"note": number}}, "card-in-metadata"),
        acme.submit(body | {"metadata": {number: "note"}}, "card-in-name"),
        acme.submit(body, number.replace(" ", "-")),
        acme.http.get(acme.url, params={"cursor": number}),
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert not any(number in answer.text for answer in answers)
    table = deployed.outputs["data"]["transactions_table_name"]
    items = deployed.client("dynamodb").scan(TableName=table)["Items"]
    assert not [item for item in items if number in json.dumps(item)]
    # The log of the emulator holds everything its functions wrote.
    assert number not in deployed.lane.emulator.log.read_text(encoding="utf-8")
