"""What the API takes from API Gateway's events: which key counts, and which parts are looked through."""

import json
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from corpora.trace_headers import VENDORS
from support.edge import MERCHANTS, Answered, Edge, event, key_of
from transactions.agreed.api import COLLECTION_PATH, ITEM_PATH
from transactions.agreed.tables import API_KEY_ENDS_AT, API_KEY_MERCHANT, KEY, api_key_id
from transactions.attributes import to_item
from transactions.clock import iso

NUMBER = "4242424242424242"
BODY = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
}
FORBIDDEN = (403, "urn:tapstack:problem:merchant-refused")
CARD_NUMBER = (400, "urn:tapstack:problem:card-number")


@pytest.fixture
def edge() -> Edge:
    return Edge()


def submission(key: str = "k", **headers: str) -> dict[str, Any]:
    sent = {"x-api-key": key_of("acme"), "Idempotency-Key": key} | headers
    return event("POST", COLLECTION_PATH, body=json.dumps(BODY), headers=sent)


def told(edge: Edge, request: dict[str, Any]) -> tuple[int, str | None]:
    answer = edge.api.answer(request)
    return answer["statusCode"], json.loads(answer["body"]).get("type")


def merchants(edge: Edge) -> list[str]:
    return [item["merchant_id"]["S"] for item in edge.transactions.values()]


def test_the_merchant_is_that_of_the_key_that_api_gateway_checked(edge: Edge) -> None:
    request = submission()
    # Whatever a header says that API Gateway did not check, or did not hand on.
    del request["headers"]["x-api-key"], request["multiValueHeaders"]["x-api-key"]

    assert told(edge, request)[0] == 202
    assert merchants(edge) == ["acme"]


@pytest.mark.parametrize("second", [key_of("globex"), "", "nobodys"])
@pytest.mark.parametrize("first_counts", [True, False])
def test_two_different_keys_are_refused_whichever_was_checked(edge: Edge, second: str, first_counts: bool) -> None:  # noqa: FBT001
    request = submission()
    keys = [key_of("acme"), second]
    request["multiValueHeaders"]["x-api-key"] = keys
    # API Gateway hands on the last value of a header that comes twice.
    request["headers"]["x-api-key"] = second
    request["requestContext"]["identity"]["apiKey"] = keys[0 if first_counts else 1]

    assert told(edge, request) == FORBIDDEN
    assert edge.transactions == {}


def test_headers_of_two_spellings_are_one_header(edge: Edge) -> None:
    request = submission()
    request["multiValueHeaders"] |= {"X-Api-Key": [key_of("globex")]}

    assert told(edge, request) == FORBIDDEN


def test_a_key_other_than_the_one_that_was_checked_is_refused(edge: Edge) -> None:
    request = submission()
    request["requestContext"]["identity"]["apiKey"] = key_of("globex")

    assert told(edge, request) == FORBIDDEN


def test_the_same_key_twice_is_one_key(edge: Edge) -> None:
    request = submission()
    request["multiValueHeaders"]["x-api-key"] = [key_of("acme")] * 2

    assert told(edge, request)[0] == 202


@pytest.mark.parametrize("checked", [None, 1, ["key"], ""])
def test_without_a_checked_key_a_header_helps_nobody(edge: Edge, checked: object) -> None:
    request = submission()
    request["requestContext"]["identity"]["apiKey"] = checked

    assert told(edge, request) == FORBIDDEN


@pytest.mark.parametrize("context", [{}, {"identity": {"sourceIp": "127.0.0.1"}}, None])
def test_where_no_checked_key_is_told_of_the_header_stands_for_it(edge: Edge, context: object) -> None:
    # The emulator's events have no such member; API Gateway's always do.
    request = submission() | {"requestContext": context}

    assert told(edge, request)[0] == 202
    assert merchants(edge) == ["acme"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_headers_of_tracing_systems_are_no_reason_to_refuse(edge: Edge, vendor: str) -> None:
    random = Random(vendor)  # noqa: S311 - the same headers again, not secrets

    answers = [told(edge, submission(f"k-{number}", **VENDORS[vendor](random)))[0] for number in range(100)]

    assert answers == [202] * 100


@pytest.mark.parametrize("name", ["x-invented", "user-agent", "cookie", "traceparent"])
def test_a_header_that_is_not_kept_may_hold_anything_and_nothing_keeps_it(edge: Edge, name: str) -> None:
    answer = edge.api.answer(submission(**{name: NUMBER}))

    assert answer["statusCode"] == 202
    assert NUMBER not in f"{answer} {edge.tables.items}"


@pytest.mark.parametrize("spelling", ["Idempotency-Key", "idempotency-key"])
def test_no_value_of_the_idempotency_key_may_hold_a_card_number(edge: Edge, spelling: str) -> None:
    request = submission()
    request["multiValueHeaders"] = {"x-api-key": [key_of("acme")], spelling: ["k", f"k-{NUMBER}"]}

    assert told(edge, request) == CARD_NUMBER


@pytest.mark.parametrize("other", ["another", "", "K"])
def test_two_different_idempotency_keys_are_refused(edge: Edge, other: str) -> None:
    request = submission()
    request["multiValueHeaders"]["Idempotency-Key"] = ["k", other]

    assert told(edge, request) == (400, "urn:tapstack:problem:invalid-idempotency-key")
    assert edge.transactions == {}


def test_the_same_idempotency_key_twice_is_one_key(edge: Edge) -> None:
    request = submission()
    request["multiValueHeaders"]["Idempotency-Key"] = ["k", "k"]

    assert told(edge, request)[0] == 202


@pytest.mark.parametrize(
    "request_with_number",
    [
        event("GET", ITEM_PATH, headers={"x-api-key": key_of("acme")}, path={"id": NUMBER}),
        event("GET", ITEM_PATH, headers={"x-api-key": key_of("acme")}, path={"id": "4242%2F42424242%2F4242"}),
        event("GET", COLLECTION_PATH, headers={"x-api-key": key_of("acme")}, query={"cursor": NUMBER}),
        event("GET", COLLECTION_PATH, headers={"x-api-key": key_of("acme")}, query={NUMBER: "1"}),
    ],
)
def test_path_and_query_may_hold_no_card_number(edge: Edge, request_with_number: dict[str, Any]) -> None:
    assert told(edge, request_with_number) == CARD_NUMBER


@pytest.mark.parametrize(
    "changes",
    [
        {"path": f"{COLLECTION_PATH}/{NUMBER}"},
        {"path": f"{COLLECTION_PATH}/4242%2042424242%204242"},
        # As a log has it: what is decoded ends in "B".
        {"path": f"{COLLECTION_PATH}/424242424242%4242"},
        {"pathParameters": {"id": NUMBER}},
        {"queryStringParameters": {"limit": NUMBER}},
        {"multiValueQueryStringParameters": {"limit": ["1", NUMBER]}},
        {"multiValueQueryStringParameters": {NUMBER: ["1"]}},
    ],
)
def test_each_part_of_an_event_that_tells_path_or_query_is_looked_through(edge: Edge, changes: dict[str, Any]) -> None:
    request = event("GET", COLLECTION_PATH, headers={"x-api-key": key_of("acme")})

    assert told(edge, request | changes) == CARD_NUMBER


@pytest.mark.parametrize("left_out", ["headers", "multiValueHeaders"])
def test_headers_are_read_in_either_form(edge: Edge, left_out: str) -> None:
    request = submission()
    request[left_out] = None
    request["requestContext"] = None

    assert told(edge, request)[0] == 202


def test_a_key_that_is_not_ascii_is_nobodys(edge: Edge) -> None:
    request = submission(**{"x-api-key": "\ud800"})
    request["requestContext"] = None

    assert told(edge, request) == FORBIDDEN


def listed(edge: Edge, merchant: str, **query: str) -> dict[str, Any]:
    request = event("GET", COLLECTION_PATH, headers={"x-api-key": key_of(merchant)}, query=query)
    answer = Answered(edge.api.answer(request))
    assert answer.status == 200
    return answer.body


def test_a_list_is_of_the_merchants_own_the_newest_first_page_by_page(edge: Edge) -> None:
    made = []
    for number in range(5):
        edge.at += 1_000
        made.append(edge.submit(BODY, f"k-{number}").body["id"])
        edge.submit(BODY, f"k-{number}", merchant="globex")
    pages: list[list[str]] = []
    query = {"limit": "2"}
    while query.get("cursor") or not pages:
        page = listed(edge, "acme", **query)
        pages.append([transaction["id"] for transaction in page["data"]])
        query["cursor"] = page["next_cursor"]

    newest_first = made[::-1]
    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:]]


def test_a_cursor_is_of_use_to_nobody_else(edge: Edge) -> None:
    for number in range(2):
        edge.submit(BODY, f"k-{number}")
    cursor = listed(edge, "acme", limit="1")["next_cursor"]
    request = event("GET", COLLECTION_PATH, headers={"x-api-key": key_of("globex")}, query={"cursor": cursor})

    assert told(edge, request) == (400, "urn:tapstack:problem:invalid-query")


def refusal(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "secret"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]  # the rest of it is of no use here
        "PutItem",
    )


def failing_with(edge: Edge, error: Exception) -> None:
    def fail(_: object) -> None:
        raise error

    edge.tables.lost = fail


@pytest.mark.parametrize(
    "error",
    [
        refusal("ProvisionedThroughputExceededException", 400),
        refusal("RequestLimitExceeded", 400),
        refusal("ThrottlingException", 400),
        refusal("InternalServerError", 500),
        refusal("ServiceUnavailable", 503),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ],
    ids=lambda error: type(error).__name__ if not isinstance(error, ClientError) else error.response["Error"]["Code"],
)
def test_while_the_table_is_not_available_a_merchant_is_told_when_to_come_again(edge: Edge, error: Exception) -> None:
    failing_with(edge, error)

    answer = Answered(edge.api.answer(submission()))

    assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"] == "1"
    assert answer.body == {
        "type": "urn:tapstack:problem:temporarily-unavailable",
        "title": "Something that the answer needs is not available",
        "status": 503,
        "detail": "send the request again; a POST under the same Idempotency-Key",
    }
    assert edge.unavailable == [error]


@pytest.mark.parametrize(
    "error", [refusal("AccessDeniedException", 400), refusal("ValidationException", 400), KeyError()]
)
def test_what_would_fail_again_is_the_functions_own_failure(edge: Edge, error: Exception) -> None:
    failing_with(edge, error)

    with pytest.raises(type(error)):
        edge.api.answer(submission())


def test_a_request_that_no_wait_helps_is_not_told_to_come_again(edge: Edge) -> None:
    assert "retry-after" not in edge.api.answer(submission(key=""))["headers"]


def test_a_key_is_refused_from_its_end_on_with_a_problem_that_says_so(edge: Edge) -> None:
    ends_at = edge.at + 60_000
    binding = {KEY: api_key_id(key_of("acme")), API_KEY_MERCHANT: "acme", API_KEY_ENDS_AT: ends_at}
    edge.tables.put_item(TableName=MERCHANTS, Item=to_item(binding))

    assert edge.submit(BODY, "before").status == 202
    edge.at = ends_at
    refused = edge.submit(BODY, "after")

    assert (refused.status, refused.body["type"]) == (403, "urn:tapstack:problem:api-key-ended")
    assert refused.body["detail"] == f"the API key ended at {iso(ends_at)}; use the one that replaced it"
    assert edge.submit(BODY, "other", "globex").status == 202


def test_a_card_number_under_no_name_is_told_with_a_place(edge: Edge) -> None:
    headers = {"x-api-key": key_of("acme")}
    answer = Answered(edge.api.answer(event("GET", COLLECTION_PATH, headers=headers, query={"": "4242424242424242"})))

    assert (answer.status, [fault["parameter"] for fault in answer.body["errors"]]) == (400, ["*"])
