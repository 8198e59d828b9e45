"""What is read of API Gateway's proxy events."""

import base64
import json
from typing import Any

import pytest

from support.edge import Edge, event, key_of
from transactions.agreed.api import COLLECTION_PATH, ITEM_PATH
from transactions.card_numbers import REFUSED
from transactions.errors import InvalidSubmissionError
from validator.requests import api_key, body

NUMBER = "4242424242424242"
TEXT = '{"shop": "Käserei"}'


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.mark.parametrize("encoded", [False, None])
def test_a_body_is_read_as_it_came(encoded: object) -> None:
    assert body({"body": TEXT, "isBase64Encoded": encoded}) == TEXT.encode()


def test_a_body_that_api_gateway_encoded_is_decoded() -> None:
    sent = base64.b64encode(TEXT.encode()).decode()

    assert body({"body": sent, "isBase64Encoded": True}) == TEXT.encode()


@pytest.mark.parametrize("sent", ["Käse", "abc", "ab!d", "YQ==\n"])
def test_a_body_that_is_no_base64_where_it_is_said_to_be_is_refused(sent: str) -> None:
    with pytest.raises(InvalidSubmissionError):
        body({"body": sent, "isBase64Encoded": True})


def test_no_body_is_an_empty_one() -> None:
    assert body({"body": None}) == b""


@pytest.mark.parametrize(
    "request_made", [{}, {"requestContext": {"identity": {"apiKey": None}}, "headers": {"x-api-key": "a"}}]
)
def test_a_request_without_a_key_has_an_empty_one(request_made: dict[str, Any]) -> None:
    assert api_key(request_made) == ""


def refused(edge: Edge, **changes: Any) -> list[dict[str, str]]:
    request = event("GET", COLLECTION_PATH, headers={"x-api-key": key_of("acme")}) | changes
    answer = edge.api.answer(request)
    assert answer["statusCode"] == 400
    errors: list[dict[str, str]] = json.loads(answer["body"])["errors"]
    return errors


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"queryStringParameters": {"limit": NUMBER}}, {"parameter": "limit"}),
        ({"queryStringParameters": {NUMBER: "1"}}, {"parameter": "*"}),
        ({"multiValueQueryStringParameters": {"limit": ["1", NUMBER]}}, {"parameter": "limit"}),
        ({"path": f"/v1/transactions/{NUMBER}"}, {"parameter": "id"}),
        ({"path": f"/v1/transactions/4242%20{NUMBER[4:]}"}, {"parameter": "id"}),
        ({"resource": ITEM_PATH, "pathParameters": {"id": NUMBER}}, {"parameter": "id"}),
        ({"multiValueHeaders": {"Idempotency-Key": [NUMBER]}}, {"header": "Idempotency-Key"}),
    ],
)
def test_a_card_number_is_refused_with_its_place_and_the_reason(
    edge: Edge, changes: dict[str, Any], place: dict[str, str]
) -> None:
    key = {"x-api-key": [key_of("acme")]}
    if "multiValueHeaders" in changes:
        changes = {"multiValueHeaders": changes["multiValueHeaders"] | key}

    assert refused(edge, **changes) == [place | {"detail": REFUSED}]


@pytest.mark.parametrize("path", [None, 4_242_424_242_424_242, [NUMBER]])
def test_a_path_that_is_no_text_holds_nothing(edge: Edge, path: object) -> None:
    request = event("GET", COLLECTION_PATH, headers={"x-api-key": key_of("acme")}) | {"path": path}

    assert edge.api.answer(request)["statusCode"] == 200
