"""Card numbers get in nowhere and stay nowhere, and a merchant sees nothing of another's."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from support.holdings import canonical, holders

PROBLEM = "application/problem+json"
# Test numbers of 13, 15, 16 and 19 digits.
NUMBERS = ("4222222222222", "378282246310005", "4242424242424242", "6304000000000000018")
FULL_WIDTH = str.maketrans({f"{digit}": chr(0xFF10 + digit) for digit in range(10)})
WRITINGS: tuple[Callable[[str], str], ...] = (
    lambda number: number,
    lambda number: in_groups(number, " "),
    lambda number: in_groups(number, "-"),
    lambda number: number.translate(FULL_WIDTH),
)


@dataclass(frozen=True)
class Planted:
    """A card number in a request, and what was answered."""

    place: str
    text: str
    answer: httpx.Response


def in_groups(number: str, separator: str) -> str:
    return separator.join(number[start : start + 4] for start in range(0, len(number), 4))


def bodies(body: dict[str, Any], text: str) -> Iterator[tuple[str, object]]:
    """Put a text into each place of a body."""
    card = body["card"]
    yield "the body", text
    yield "an array", [text]
    yield "currency", body | {"currency": text}
    yield "amount, as text", body | {"amount": text}
    yield "reference", body | {"reference": text}
    yield "reference, in a sentence", body | {"reference": f"paid with {text} today"}
    yield "metadata, value", body | {"metadata": {"note": text}}
    yield "metadata, name", body | {"metadata": {text: "note"}}
    yield "metadata, nested", body | {"metadata": {"note": {"deep": [{"deeper": text}]}}}
    yield "a field of its own", body | {"pan": text}
    yield "a field's name", body | {text: "pan"}
    yield "token, added to", body | {"card": card | {"token": f"tok_{text}"}}
    for name in card:
        yield f"card, {name}", body | {"card": card | {name: text}}
    if text.isascii() and text.isdecimal():
        yield "token, in groups", body | {"card": card | {"token": f"tok_{in_groups(text, '_')}"}}
        yield "the body, as number", int(text)
        yield "amount, as number", body | {"amount": int(text)}
        yield "amount, as fraction", body | {"amount": float(text)}
        yield "metadata, as number", body | {"metadata": {"note": int(text)}}
        yield "bin, as number", body | {"card": card | {"bin": int(text)}}


def requests(merchant: Any, body: dict[str, Any], text: str) -> Iterator[tuple[str, httpx.Request]]:
    """Put a text into each place of a request."""

    def request(method: str, url: str = merchant.url, **parts: Any) -> httpx.Request:
        built: httpx.Request = merchant.http.build_request(method, url, **parts)
        return built

    def key() -> tuple[str, str]:
        return ("idempotency-key", f"planted-{uuid.uuid4()}")

    for place, value in bodies(body, text):
        yield f"body: {place}", request("POST", json=value, headers=[key()])
    raw = text.encode()
    headers: dict[str, list[tuple[Any, Any]]] = {
        "Idempotency-Key": [("idempotency-key", raw)],
        "an invented one": [("x-invented", raw), key()],
        "one that begins as a proxy's": [("hostess", raw), key()],
        "one that comes twice": [("x-invented", raw), ("x-invented", "ordinary"), key()],
        "User-Agent": [("user-agent", b"shop/1 " + raw), key()],
    }
    if text.isascii() and " " not in text:
        headers["a name"] = [(f"x-{text}", "ordinary"), key()]
    for place, planted in headers.items():
        yield f"header: {place}", request("POST", json=body, headers=planted)
    for name, query in {
        "limit": {"limit": text},
        "cursor": {"cursor": text},
        "own": {"q": text},
        "name": {text: "1"},
    }.items():
        yield f"query: {name}", request("GET", params=query)
    yield "query: twice", request("GET", params=[("limit", text), ("limit", "1")])
    yield "query of a submission", request("POST", params={"q": text}, json=body, headers=[key()])
    yield "path: id", request("GET", f"{merchant.url}/{quote(text)}")
    yield "path: below an id", request("GET", f"{merchant.url}/txn_a/{quote(text)}")
    yield "path: beside", request("GET", f"{merchant.url.removesuffix('/transactions')}/{quote(text)}")


@pytest.fixture(scope="module")
def control(globex: Any, deployed: Any, wait: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """Leave an ordinary value in each kind of place, to prove that the search sees what is there."""
    reference = f"ordinary-reference-{uuid.uuid4().hex}"
    card = {"token": f"tok_{uuid.uuid4().hex}", "bin": "424242", "country": "US", "expires": "2099-12"}
    body = {"amount": 1250, "currency": "EUR", "card": card, "reference": reference}
    transaction_id = globex.submit(body, reference).json()["id"]
    wait(lambda: deployed.deliveries_of(transaction_id))
    dimensions = [{"Name": "Reference", "Value": reference}]
    deployed.client("cloudwatch").put_metric_data(
        Namespace="Control", MetricData=[{"MetricName": "Control", "Dimensions": dimensions, "Value": 1}]
    )
    dead_letters = deployed.outputs["data"]["notifications_dead_letter_queue_url"]
    deployed.client("sqs").send_message(QueueUrl=dead_letters, MessageBody=reference)
    yield reference, transaction_id
    deployed.client("sqs").purge_queue(QueueUrl=dead_letters)


@pytest.fixture(scope="module")
def planted(globex: Any) -> list[Planted]:
    """Plant every number in every writing in every place."""
    card = {"token": "tok_planted", "bin": "424242", "country": "US", "expires": "2099-12"}
    body = {"amount": 1250, "currency": "EUR", "card": card}
    return [
        Planted(place, write(number), globex.http.send(request))
        for number in NUMBERS
        for write in WRITINGS
        for place, request in requests(globex, body, write(number))
    ]


def is_in_a_header_that_nothing_keeps(one: Planted) -> bool:
    return one.place.startswith("header") and one.place != "header: Idempotency-Key"


def test_a_card_number_is_refused_wherever_it_could_stay(planted: list[Planted]) -> None:
    def is_refused(one: Planted) -> bool:
        wanted = {400, 404} if one.place.startswith("path") else {400}
        return one.answer.status_code in wanted and one.answer.headers["content-type"] == PROBLEM

    looked_at = [one for one in planted if not is_in_a_header_that_nothing_keeps(one)]
    assert [(one.place, one.text, one.answer.status_code) for one in looked_at if not is_refused(one)] == []


def test_a_header_that_nothing_keeps_is_no_reason_to_refuse(planted: list[Planted]) -> None:
    others = [one for one in planted if is_in_a_header_that_nothing_keeps(one)]

    assert len({one.place for one in others}) > 3
    assert {one.answer.status_code for one in others} == {202}


def test_no_refusal_repeats_the_number(planted: list[Planted]) -> None:
    def told(one: Planted) -> str:
        return canonical(f"{one.answer.text} {one.answer.headers}")

    assert [(one.place, one.text) for one in planted if canonical(one.text) in told(one)] == []


def test_nothing_keeps_a_card_number(planted: list[Planted], control: tuple[str, str], deployed: Any) -> None:
    data, compute = deployed.outputs["data"], deployed.outputs["compute"]

    seen = holders(deployed, *control)
    assert seen >= {
        f"table {data['transactions_table_name']}",
        "stream",
        f"queue {data['notifications_dead_letter_queue_name']}",
        f"log /aws/lambda/{compute['fraud_detector_function_name']}",
        "metrics",
        "file deliveries.jsonl",
        "file emulator.log",
    }
    assert holders(deployed, *NUMBERS) == set()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
def test_another_merchants_transaction_is_answered_as_one_that_does_not_exist(
    acme: Any, globex: Any, body: dict[str, Any], method: str
) -> None:
    theirs = globex.submit(body, f"theirs-{method}").json()["id"]
    nobodys = f"txn_{'a' * 32}"

    def ask(transaction_id: str) -> httpx.Response:
        answer: httpx.Response = acme.http.request(method, f"{acme.url}/{transaction_id}")
        return answer

    def told(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
        document = json.loads(answer.text or "{}")
        return answer.status_code, {name: value for name, value in document.items() if name != "requestId"}

    assert ask(theirs).status_code == 404
    assert ask(theirs).headers["content-type"] == PROBLEM
    assert told(ask(theirs)) == told(ask(nobodys))


def test_a_list_holds_nobody_elses_transactions(acme: Any, globex: Any, body: dict[str, Any]) -> None:
    theirs = globex.submit(body, "listed").json()["id"]
    mine = acme.submit(body, "listed").json()["id"]

    listed = [item["id"] for item in acme.http.get(acme.url, params={"limit": 100}).json()["data"]]

    assert mine in listed
    assert theirs not in listed


def test_another_merchants_cursor_and_a_changed_one_are_refused(acme: Any, globex: Any, body: dict[str, Any]) -> None:
    for number in range(2):
        globex.submit(body | {"amount": 600 + number}, f"cursor-{number}")
    cursor = globex.http.get(globex.url, params={"limit": 1}).json()["next_cursor"]

    def status(merchant: Any, text: str) -> int:
        return int(merchant.http.get(merchant.url, params={"cursor": text}).status_code)

    assert status(globex, cursor) == 200
    assert status(acme, cursor) == 400
    for place in (0, len(cursor) // 2, len(cursor) - 1):
        other = "A" if cursor[place] != "A" else "B"
        assert status(globex, cursor[:place] + other + cursor[place + 1 :]) == 400
    assert status(globex, cursor[:-1]) == 400
