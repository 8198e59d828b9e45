"""Every 400 says which parts of the request are wrong, and what is wrong with each."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from support.edge import Edge, event, key_of
from transactions.agreed.api import COLLECTION_PATH, ITEM_PATH
from transactions.bodies import LARGEST_BODY
from transactions.errors import FaultyRequestError
from transactions.faults import LONGEST_POINTER, MOST_FAULTS, pointer
from validator.problems import KINDS

NUMBER = "4242424242424242"
CARD: dict[str, Any] = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"}
GOOD: dict[str, Any] = {"amount": 1250, "currency": "EUR", "card": CARD}


@pytest.fixture
def edge() -> Edge:
    return Edge()


def faults(edge: Edge, body: object) -> list[tuple[str, str]]:
    """Submit a body that is refused; give where it is wrong, and what is wrong there."""
    answer = edge.submit(body, "k")
    assert answer.status == 400
    assert edge.transactions == {}
    return [(fault["pointer"], fault["detail"]) for fault in answer.body["errors"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["#/amount", "#/currency", "#/card"]),
        (GOOD | {"amount": "1250"}, ["#/amount"]),
        (GOOD | {"amount": 0, "currency": "euro"}, ["#/amount", "#/currency"]),
        (GOOD | {"currency": "XQX"}, ["#/currency"]),
        (GOOD | {"card": "tok_abcd"}, ["#/card"]),
        (GOOD | {"card": CARD | {"bin": 424242, "expires": "12/99"}}, ["#/card/bin", "#/card/expires"]),
        (GOOD | {"card": {"token": "abcd"}}, ["#/card/token", "#/card/bin", "#/card/country", "#/card/expires"]),
        (GOOD | {"cvc": "123"}, ["#/cvc"]),
        (GOOD | {"card": CARD | {"cvc": "123"}}, ["#/card/cvc"]),
        (GOOD | {"reference": ""}, ["#/reference"]),
        (GOOD | {"metadata": {"shop": 1, "till": "two", "clerk": None}}, ["#/metadata/shop", "#/metadata/clerk"]),
        (GOOD | {"metadata": {"a/b": 1, "c~d": 1, "e f": 1, "ü": 1}},
         ["#/metadata/a~1b", "#/metadata/c~0d", "#/metadata/e%20f", "#/metadata/%C3%BC"]),
        (GOOD | {"metadata": {f"{number}": "x" for number in range(11)}}, ["#/metadata"]),
        (GOOD | {"metadata": {"note": "x" * 321}}, ["#/metadata"]),
        (GOOD | {"reference": "ü" * 64, "metadata": {"note": "x" * 200}}, ["#/metadata"]),
        (GOOD | {"reference": "order\n"}, ["#/reference"]),
        (GOOD | {"metadata": {"no\x00te": "x"}}, ["#/metadata"]),
        (GOOD | {"metadata": {"note": "\x7f"}}, ["#/metadata/note"]),
        ([], ["#"]),
        (None, ["#"]),
        (b"", ["#"]),
        (b"{", ["#"]),
        (b"[" * 5_000, ["#"]),
        (b" " * (LARGEST_BODY + 1), ["#"]),
        (b'{"amount": 1, "amount": 2}', ["#/amount"]),
        (b'{"card": {"bin": "4", "bin": "5"}, "amount": 1}', ["#/card/bin"]),
        (b'{"metadata": {"a": [1, {"b": NaN}]}}', ["#/metadata/a/1/b"]),
        (b'{"amount": ' + b"1" * 41 + b"}", ["#/amount"]),
        (b'{"amount": 1e99999999999999999999}', ["#/amount"]),
    ],
)  # fmt: skip
def test_a_body_is_refused_with_every_place_that_is_wrong(edge: Edge, body: object, expected: list[str]) -> None:
    found = faults(edge, body)

    assert [place for place, _ in found] == expected
    assert all(detail for _, detail in found)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reference": NUMBER}, "#/reference"),
        ({"metadata": {"note": f"card {NUMBER}"}}, "#/metadata/note"),
        ({"metadata": {NUMBER: "x"}}, "#/metadata"),
        ({"card": CARD | {"token": f"tok_{NUMBER}"}}, "#/card/token"),
        ({"items": ["a", {"note": NUMBER}]}, "#/items/1/note"),
        ({"amount": int(NUMBER)}, "#/amount"),
        # Names that make up a number only where a pointer puts one behind the other.
        ({"4242": {"4242": {"4242": {"4242": NUMBER}}}}, "#/4242/4242/4242"),
        ({NUMBER: {"a": NUMBER}}, "#"),
    ],
)
def test_a_card_number_is_pointed_at_and_not_repeated(edge: Edge, changes: dict[str, Any], expected: str) -> None:
    answer = edge.submit(GOOD | changes, "k")

    assert answer.body["type"] == "urn:tapstack:problem:card-number"
    assert [fault["pointer"] for fault in answer.body["errors"]] == [expected]
    assert NUMBER not in answer.text
    assert "4242/4242/4242/4242" not in answer.text


@pytest.mark.parametrize(
    ("request_made", "place"),
    [
        (event("POST", COLLECTION_PATH, body="{}"), {"header": "Idempotency-Key"}),
        (event("POST", COLLECTION_PATH, body="{}", headers={"idempotency-key": "k k"}), {"header": "Idempotency-Key"}),
        (event("POST", COLLECTION_PATH, body="{}", headers={"idempotency-key": NUMBER}), {"header": "Idempotency-Key"}),
        (event("GET", COLLECTION_PATH, query={"limit": "101"}), {"parameter": "limit"}),
        (event("GET", COLLECTION_PATH, query={"cursor": "x"}), {"parameter": "cursor"}),
        (event("GET", COLLECTION_PATH, query={"cursor": NUMBER}), {"parameter": "cursor"}),
        (event("GET", COLLECTION_PATH, query={"offset": "1"}), {"parameter": "offset"}),
        (event("GET", COLLECTION_PATH, query={"\ud800\n": "1"}), {"parameter": "?%0A"}),
        (event("GET", COLLECTION_PATH, query={NUMBER: "1"}), {"parameter": "*"}),
        (event("GET", ITEM_PATH, path={"id": NUMBER}), {"parameter": "id"}),
    ],
)
def test_headers_and_parameters_are_named(edge: Edge, request_made: dict[str, Any], place: dict[str, str]) -> None:
    request_made["requestContext"]["identity"]["apiKey"] = key_of("acme")

    answer = edge.api.answer(request_made)

    (fault,) = json.loads(answer["body"].encode())["errors"]
    assert answer["statusCode"] == 400
    assert fault == place | {"detail": fault["detail"]}
    assert NUMBER not in answer["body"]


def test_every_problem_of_the_status_400_has_places_to_name() -> None:
    assert {error for error, (status, _, _) in KINDS.items() if status == 400} == {
        error for error in KINDS if issubclass(error, FaultyRequestError)
    }


def test_an_answer_stays_small_whatever_was_sent(edge: Edge) -> None:
    answer = edge.submit({f"{'x' * 100}{number}": 1 for number in range(140)}, "k")

    assert len(answer.body["errors"]) == MOST_FAULTS
    assert len(edge.submit({"x" * 16_000: 1}, "k").text) < 2_000


def test_a_pointer_leads_back_to_its_place() -> None:
    place: Any = "#"
    for name in ("a/b", "~", "ü%", 'quo"te', 0, ""):
        place = pointer(place, name)

    names = unquote(place.removeprefix("#")).split("/")[1:]
    assert [name.replace("~1", "/").replace("~0", "~") for name in names] == ["a/b", "~", "ü%", 'quo"te', "0", ""]
    assert pointer(place, "x" * LONGEST_POINTER) == place
