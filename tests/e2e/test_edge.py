"""What the deployed API refuses, and how it says so."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

PROBLEM = "application/problem+json"
CARD_NUMBER = "4242424242424242"


def test_without_a_key_nobody_gets_in(acme: Any, body: dict[str, Any]) -> None:
    for headers in ({}, {"x-api-key": "not-a-key-of-anybodys-at-all"}):
        answer = httpx.post(acme.url, json=body, headers={"idempotency-key": "k", **headers}, trust_env=False)
        assert answer.status_code == 403


def test_a_replay_gets_the_first_answer_again(acme: Any, body: dict[str, Any]) -> None:
    first = acme.submit(body, "replayed")
    acme.decided(first.json()["id"])
    shuffled = json.dumps(dict(reversed(body.items())), indent=4).replace("1250", "1.25e3").encode()

    again = acme.post(shuffled, "replayed")

    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_a_key_used_for_another_body_is_refused_and_the_first_stands(acme: Any, body: dict[str, Any]) -> None:
    first = acme.submit(body, "conflict").json()

    refused = acme.submit(body | {"amount": 77}, "conflict")

    assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM)
    assert acme.read(first["id"]).json()["amount"] == 1250


def test_many_at_once_with_one_key_make_one_transaction(acme: Any, deployed: Any, body: dict[str, Any]) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: acme.submit(body, "at-once"), range(8)))

    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1


def test_the_same_key_of_two_merchants_is_two_transactions(acme: Any, globex: Any, body: dict[str, Any]) -> None:
    assert acme.submit(body, "shared").json()["id"] != globex.submit(body, "shared").json()["id"]


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


@pytest.mark.parametrize("key", [None, "", "two words", "x" * 256, "h\u00e9"])
def test_a_key_that_cannot_be_used_is_refused(acme: Any, body: dict[str, Any], key: str | None) -> None:
    headers = {} if key is None else {"idempotency-key": key.encode()}
    answer = acme.http.post(acme.url, json=body, headers=headers)

    assert answer.status_code == 400


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
