"""What an Idempotency-Key promises, one test each, over HTTP; tests/unit/functions has the same ones in the domain."""

import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from transactions.clock import now
from transactions.merchants import Merchants

Wait = Callable[..., Any]
PROBLEM = "application/problem+json"
SUSPENDED = "suspended"
# The validator takes a merchant's settings from memory for 30 seconds.
SETTINGS_HOLD_SECONDS = 60.0


def is_replay(answer: Any) -> bool:
    return bool(answer.headers.get("idempotent-replayed") == "true")


def send_and_hang_up(merchant: Any, body: dict[str, Any], key: str, *, share: float) -> None:
    """Post a part of a request, or all of it, and close the connection without reading the answer."""
    url = urlsplit(merchant.url)
    content = json.dumps(body).encode()
    head = (
        f"POST {url.path} HTTP/1.1\r\nhost: {url.netloc}\r\nx-api-key: {merchant.http.headers['x-api-key']}\r\n"
        f"idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(head.encode() + content[: int(len(content) * share)])


def test_01_without_a_key_nothing_is_written(acme: Any, body: dict[str, Any]) -> None:
    refused = acme.submit(body, None)

    assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM)
    assert acme.items(body) == []


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "h\u00e9"])
def test_02_a_key_that_is_empty_too_long_or_not_visible_ascii_is_refused(
    acme: Any, body: dict[str, Any], key: str
) -> None:
    refused = acme.http.post(acme.url, json=body, headers={"idempotency-key": key.encode()})

    assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM)
    assert acme.items(body) == []


def test_03_the_first_use_writes_one_transaction_and_says_where_it_is(acme: Any, body: dict[str, Any]) -> None:
    first = acme.submit(body, "first-use")

    assert (first.status_code, is_replay(first)) == (202, False)
    assert first.headers["location"] == f"transactions/{first.json()['id']}"
    assert [item["id"]["S"] for item in acme.items(body)] == [first.json()["id"]]


def test_04_the_same_key_and_body_get_the_same_answer_marked_as_replayed(acme: Any, body: dict[str, Any]) -> None:
    first = acme.submit(body, "replayed")

    again = acme.submit(body, "replayed")

    assert (again.status_code, again.text, is_replay(again)) == (202, first.text, True)
    assert again.headers["location"] == first.headers["location"]
    assert len(acme.items(body)) == 1


def test_05_white_space_order_and_spelling_of_numbers_make_no_other_body(acme: Any, body: dict[str, Any]) -> None:
    first = acme.submit(body, "other-spelling")
    shuffled = dict(reversed(body.items())) | {"card": dict(reversed(body["card"].items()))}

    for amount in ("1250", "1250.0", "1.25e3"):
        again = acme.post(json.dumps(shuffled, indent=4).replace("1250", amount).encode(), "other-spelling")
        assert (again.status_code, again.text, is_replay(again)) == (202, first.text, True)


def test_06_the_same_key_with_another_body_is_refused_and_the_first_untouched(acme: Any, body: dict[str, Any]) -> None:
    first = acme.submit(body, "conflict").json()
    decided = acme.decided(first["id"])

    refused = acme.submit(body | {"amount": 77}, "conflict")

    assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM)
    assert acme.read(first["id"]).json() == decided
    assert len(acme.items(body)) == 1


def test_07_the_same_key_of_two_merchants_is_two_transactions(acme: Any, globex: Any, body: dict[str, Any]) -> None:
    answers = [merchant.submit(body, "shared") for merchant in (acme, globex)]

    assert [(answer.status_code, is_replay(answer)) for answer in answers] == [(202, False)] * 2
    assert {item["id"]["S"] for item in acme.items(body)} == {answer.json()["id"] for answer in answers}
    assert len(acme.items(body)) == 2


def test_08_many_at_once_are_one_transaction_and_one_answer(acme: Any, body: dict[str, Any]) -> None:
    def submit(_: int) -> Any:
        return acme.submit(body, "at-once")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, range(8)))

    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert [is_replay(answer) for answer in answers].count(False) == 1
    assert len(acme.items(body)) == 1


def test_09_a_replay_after_the_decision_gets_the_first_answer_and_a_read_the_decision(
    acme: Any, body: dict[str, Any]
) -> None:
    first = acme.submit(body, "decided")
    decided = acme.decided(first.json()["id"])

    again = acme.submit(body, "decided")

    assert (again.status_code, again.text, again.json()["status"]) == (202, first.text, "pending")
    assert decided["status"] == "approved"
    assert acme.read(first.json()["id"]).json() == decided


@pytest.mark.parametrize("change", [{"amount": 0}, {"currency": "XXX"}, {"reference": "4242424242424242"}])
def test_10_a_refused_request_does_not_burn_its_key(acme: Any, body: dict[str, Any], change: dict[str, Any]) -> None:
    key = f"not-burnt-{body['card']['token']}"
    assert acme.submit(body | change, key).status_code == 400

    first = acme.submit(body, key)

    assert (first.status_code, is_replay(first)) == (202, False)


def test_11_a_retry_after_a_write_whose_answer_was_not_read_is_a_replay(
    acme: Any, wait: Wait, body: dict[str, Any]
) -> None:
    send_and_hang_up(acme, body, "hung-up", share=1)
    (written,) = wait(lambda: acme.items(body))

    again = acme.submit(body, "hung-up")

    assert (again.status_code, again.json()["id"], is_replay(again)) == (202, written["id"]["S"], True)
    assert len(acme.items(body)) == 1


def test_12_a_retry_of_a_request_that_never_arrived_whole_is_a_first_use(acme: Any, body: dict[str, Any]) -> None:
    send_and_hang_up(acme, body, "cut-short", share=0.5)

    again = acme.submit(body, "cut-short")

    assert (again.status_code, is_replay(again)) == (202, False)
    assert len(acme.items(body)) == 1


def test_13_a_key_is_known_as_long_as_its_transaction_is_kept_and_no_longer(
    acme: Any, deployed: Any, body: dict[str, Any]
) -> None:
    first = acme.submit(body, "ten-years").json()
    acme.decided(first["id"])
    dynamodb = deployed.client("dynamodb")
    key = {"id": {"S": first["id"]}}
    dynamodb.update_item(
        TableName=acme.table,
        Key=key,
        UpdateExpression="SET created_at = created_at - :age",
        ExpressionAttributeValues={":age": {"N": f"{10 * 366 * 86_400_000}"}},
    )

    again = acme.submit(body, "ten-years")

    assert (again.status_code, again.json()["id"], is_replay(again)) == (202, first["id"], True)
    assert int(first["created_at"][:4]) - int(again.json()["created_at"][:4]) >= 10
    assert acme.submit(body | {"amount": 1}, "ten-years").status_code == 422

    dynamodb.delete_item(TableName=acme.table, Key=key)

    anew = acme.submit(body | {"amount": 1}, "ten-years")
    assert (anew.status_code, is_replay(anew)) == (202, False)
    assert len(acme.items(body)) == 1


def test_14_a_suspended_merchant_gets_its_replays_and_nothing_new(
    initech: Any, deployed: Any, wait: Wait, body: dict[str, Any]
) -> None:
    first = initech.submit(body, "before")
    merchants = Merchants(deployed.client("dynamodb"), deployed.outputs["data"]["merchants_table_name"], now)
    active = merchants.settings("initech")
    assert active

    def answered(status: int) -> Callable[[], bool]:
        return lambda: bool(initech.submit(body, f"try-{now()}").status_code == status)

    merchants.write(msgspec.structs.replace(active, status=SUSPENDED))
    try:
        wait(answered(403), SETTINGS_HOLD_SECONDS, every=1)
        written = len(initech.items(body))

        again = initech.submit(body, "before")
        refused = initech.submit(body, "after")

        assert (again.status_code, again.text, is_replay(again)) == (202, first.text, True)
        assert initech.submit(body | {"amount": 1}, "before").status_code == 422
        assert (refused.status_code, refused.headers["content-type"]) == (403, PROBLEM)
        assert len(initech.items(body)) == written
    finally:
        merchants.write(active)
        wait(answered(202), SETTINGS_HOLD_SECONDS, every=1)
