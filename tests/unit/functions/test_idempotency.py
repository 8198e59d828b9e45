"""What an Idempotency-Key promises, one test each, in the domain; tests/e2e has the same ones over HTTP."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from support.edge import Edge
from transactions.transaction import Decision

BODY: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
    "reference": "order-1",
    "metadata": {"shop": "one", "till": "two"},
}
TEN_YEARS_MS = 10 * 366 * 86_400_000


@pytest.fixture
def edge() -> Edge:
    return Edge()


def test_01_without_a_key_nothing_is_written(edge: Edge) -> None:
    refused = edge.submit(BODY, None)

    assert (refused.status, refused.body["type"]) == (400, "urn:tapstack:problem:invalid-idempotency-key")
    assert not edge.transactions


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "tab\t", "line\n", "\x7f", "h\u00e9", "\u4e00", "\ud800"])
def test_02_a_key_that_is_empty_too_long_or_not_visible_ascii_is_refused(edge: Edge, key: str) -> None:
    refused = edge.submit(BODY, key)

    assert (refused.status, refused.body["type"]) == (400, "urn:tapstack:problem:invalid-idempotency-key")
    assert not edge.transactions


@pytest.mark.parametrize("key", ["k", "x" * 255, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"])
def test_03_the_first_use_writes_one_transaction_and_says_where_it_is(edge: Edge, key: str) -> None:
    first = edge.submit(BODY, key)

    assert (first.status, first.replayed) == (202, False)
    assert first.headers["location"] == f"transactions/{first.body['id']}"
    assert list(edge.transactions) == [first.body["id"]]


def test_04_the_same_key_and_body_get_the_same_answer_marked_as_replayed(edge: Edge) -> None:
    first = edge.submit(BODY, "k")

    again = edge.submit(BODY, "k")

    assert (again.status, again.text, again.replayed) == (202, first.text, True)
    assert again.headers["location"] == first.headers["location"]
    assert len(edge.transactions) == 1


@pytest.mark.parametrize("amount", ["1250", "1250.0", "1.25e3", "125E1", "12500e-1"])
@pytest.mark.parametrize("indent", [None, 3])
def test_05_white_space_order_and_spelling_of_numbers_make_no_other_body(
    edge: Edge, amount: str, indent: int | None
) -> None:
    first = edge.submit(BODY, "k")

    def reverse(value: Any) -> Any:
        return {name: reverse(value[name]) for name in reversed(value)} if isinstance(value, dict) else value

    again = edge.submit(json.dumps(reverse(BODY), indent=indent).replace("1250", amount).encode(), "k")

    assert (again.status, again.text, again.replayed) == (202, first.text, True)


@pytest.mark.parametrize(
    "change",
    [{"amount": 1251}, {"currency": "USD"}, {"card": BODY["card"] | {"country": "FR"}}, {"reference": "order-2"},
     {"metadata": {"shop": "one"}}, {"metadata": {}}],
)  # fmt: skip
def test_06_the_same_key_with_another_body_is_refused_and_the_first_untouched(
    edge: Edge, change: dict[str, Any]
) -> None:
    first = edge.submit(BODY, "k")

    refused = edge.submit(BODY | change, "k")

    assert (refused.status, refused.body["type"]) == (422, "urn:tapstack:problem:idempotency-conflict")
    assert edge.read(first.body["id"]).text == first.text
    assert len(edge.transactions) == 1


def test_07_the_same_key_of_two_merchants_is_two_transactions(edge: Edge) -> None:
    answers = [edge.submit(BODY, "k", merchant) for merchant in ("acme", "globex")]

    assert [(answer.status, answer.replayed) for answer in answers] == [(202, False)] * 2
    assert {answer.body["id"] for answer in answers} == set(edge.transactions)
    assert len(edge.transactions) == 2


def test_08_many_at_once_are_one_transaction_and_one_answer(edge: Edge) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: edge.submit(BODY, "k"), range(64)))

    assert {(answer.status, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert [answer.replayed for answer in answers].count(False) == 1
    assert len(edge.transactions) == 1


def test_09_a_replay_after_the_decision_gets_the_first_answer_and_a_read_the_decision(edge: Edge) -> None:
    first = edge.submit(BODY, "k")
    edge.decide(first.body["id"], Decision("declined", ["bin_blocked"], 100, 1, edge.at))

    assert edge.submit(BODY, "k").text == first.text
    assert edge.read(first.body["id"]).body["status"] == "declined"


@pytest.mark.parametrize(
    "body",
    [b"{", BODY | {"amount": 0}, BODY | {"currency": "XXX"}, BODY | {"reference": "4242424242424242"}, BODY | {"x": 1}],
)
def test_10_a_refused_request_does_not_burn_its_key(edge: Edge, body: object) -> None:
    assert edge.submit(body, "k").status == 400

    first = edge.submit(BODY, "k")

    assert (first.status, first.replayed) == (202, False)


def test_11_a_retry_after_a_write_whose_answer_was_lost_is_a_replay(edge: Edge) -> None:
    def lose_the_answer(write: Callable[[], None]) -> None:
        write()
        raise ReadTimeoutError(endpoint_url="dynamodb")

    edge.tables.lost = lose_the_answer
    assert edge.submit(BODY, "k").status == 503
    edge.tables.lost = lambda write: write()

    again = edge.submit(BODY, "k")

    assert (again.status, again.replayed) == (202, True)
    assert list(edge.transactions) == [again.body["id"]]


def test_12_a_retry_of_a_request_that_never_arrived_is_a_first_use(edge: Edge) -> None:
    def lose_the_request(write: Callable[[], None]) -> None:
        raise ConnectTimeoutError(endpoint_url="dynamodb")

    edge.tables.lost = lose_the_request
    assert edge.submit(BODY, "k").status == 503
    edge.tables.lost = lambda write: write()

    again = edge.submit(BODY, "k")

    assert (again.status, again.replayed) == (202, False)


def test_13_a_key_is_known_as_long_as_its_transaction_is_kept_and_no_longer(edge: Edge) -> None:
    first = edge.submit(BODY, "k")
    edge.at += TEN_YEARS_MS

    assert (edge.submit(BODY, "k").text, edge.submit(BODY, "k").replayed) == (first.text, True)
    assert edge.submit(BODY | {"amount": 1}, "k").status == 422

    del edge.transactions[first.body["id"]]

    assert (edge.submit(BODY | {"amount": 1}, "k").status, edge.submit(BODY, "k").status) == (202, 422)


def test_14_a_suspended_merchant_gets_its_replays_and_nothing_new(edge: Edge) -> None:
    first = edge.submit(BODY, "k")
    edge.set_up("acme", status="suspended")

    assert (edge.submit(BODY, "k").text, edge.submit(BODY, "k").replayed) == (first.text, True)
    assert edge.submit(BODY | {"amount": 1}, "k").status == 422
    refused = edge.submit(BODY, "new")
    assert (refused.status, refused.body["type"]) == (403, "urn:tapstack:problem:merchant-refused")
    assert len(edge.transactions) == 1
