"""How answers are written, to the letter: clients compare statuses, headers and bodies."""

import json
from typing import Any

import pytest

from support.edge import Edge, event, key_of
from transactions.agreed.api import COLLECTION_PATH, ITEM_PATH

BODY: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
}
JSON = {"content-type": "application/json", "cache-control": "no-store"}
KEY = {"x-api-key": key_of("acme")}


@pytest.fixture
def edge() -> Edge:
    return Edge()


def test_what_is_accepted_is_to_be_found_at_its_location_and_kept_by_no_cache(edge: Edge) -> None:
    answer = edge.submit(BODY, "k")

    assert answer.status == 202
    assert answer.headers == JSON | {"location": f"transactions/{answer.body['id']}"}


def test_a_transaction_is_read_with_200_in_json_without_blanks_and_in_its_own_letters(edge: Edge) -> None:
    name = edge.submit(BODY | {"metadata": {"shop": "Käserei"}}, "k").body["id"]

    answer = edge.read(name)

    assert (answer.status, answer.headers) == (200, JSON)
    assert answer.text == json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    assert "Käserei" in answer.text


def test_a_route_that_there_is_not_is_told_with_what_there_is(edge: Edge) -> None:
    answer = edge.api.answer(event("DELETE", ITEM_PATH, headers=KEY, path={"id": "txn_x"}))

    assert answer["statusCode"] == 405
    assert answer["headers"] == JSON | {"content-type": "application/problem+json", "allow": "GET, POST"}
    assert json.loads(answer["body"]) == {
        "type": "urn:tapstack:problem:method-not-allowed",
        "title": "There is no such route",
        "status": 405,
        "detail": "see the API's description",
    }


@pytest.mark.parametrize(
    ("limit", "status"),
    [
        *((limit, 200) for limit in ("1", "100", "007")),
        *((limit, 400) for limit in ("0", "101", "0100", "-1", "x", "")),
    ],
)
def test_a_page_has_from_one_to_a_hundred_transactions(edge: Edge, limit: str, status: int) -> None:
    answer = edge.api.answer(event("GET", COLLECTION_PATH, headers=KEY, query={"limit": limit}))

    assert answer["statusCode"] == status


@pytest.mark.parametrize("path", [{}, {"id": None}, None])
def test_a_path_that_names_nothing_leads_nowhere(edge: Edge, path: Any) -> None:
    request = event("GET", ITEM_PATH, headers=KEY, path={"id": "x"}) | {"pathParameters": path}

    assert edge.api.answer(request)["statusCode"] == 404
