"""A merchant's own view of its webhooks: what became of each, one more of them, and one to try."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from support.edge import QUEUE_URL, Answered, Edge, event, key_of
from transactions.agreed.api import DELIVERIES_PATH, REDELIVER_PATH, TEST_WEBHOOK_PATH
from transactions.attributes import to_item
from transactions.transaction import Decision
from transactions.webhooks.notifications import notifications_of

BODY: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
}
ROUTES = [("GET", DELIVERIES_PATH), ("POST", REDELIVER_PATH)]


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.fixture
def decided(edge: Edge) -> str:
    """The id of a transaction of acme's that is decided."""
    name: str = edge.submit(BODY, "k").body["id"]
    edge.decide(name, Decision("approved", [], 0, 1, edge.at))
    return name


def call(edge: Edge, method: str, resource: str, name: str = "", merchant: str = "acme") -> Answered:
    path: Mapping[str, str] | None = {"id": name} if name else None
    return Answered(edge.api.answer(event(method, resource, headers={"x-api-key": key_of(merchant)}, path=path)))


def sent(edge: Edge) -> list[dict[str, Any]]:
    return [json.loads(body) for body in edge.queues.sent.get(QUEUE_URL, [])]


def test_before_the_first_attempt_there_is_nothing_to_see(edge: Edge, decided: str) -> None:
    assert (call(edge, "GET", DELIVERIES_PATH, decided).status, sent(edge)) == (200, [])
    assert call(edge, "GET", DELIVERIES_PATH, decided).body == {"data": []}


def test_each_attempt_is_seen_with_its_answer_and_when_the_next_is_due(edge: Edge, decided: str) -> None:
    name = f"msg_{decided.removeprefix('txn_')}"
    edge.tables.items["deliveries"] = {
        name: to_item(
            {
                "id": name,
                "merchant_id": "acme",
                "transaction_id": decided,
                "event_type": "transaction.approved",
                "state": "waiting",
                "attempts": [
                    {"at": 1_790_000_000_000, "ms": 12, "status": 503, "reason": "answered 503"},
                    {"at": 1_790_000_005_000, "ms": 20_000, "reason": "no answer: TimeoutError"},
                ],
                "tries": 2,
                "next_due": 1_790_000_035_000,
            }
        )
    }

    assert call(edge, "GET", DELIVERIES_PATH, decided).body["data"] == [
        {
            "id": name,
            "type": "transaction.approved",
            "state": "waiting",
            "attempts": [
                {"at": "2026-09-21T14:13:20.000Z", "duration_ms": 12, "status": 503, "reason": "answered 503"},
                {
                    "at": "2026-09-21T14:13:25.000Z",
                    "duration_ms": 20_000,
                    "status": None,
                    "reason": "no answer: TimeoutError",
                },
            ],
            "next_attempt_at": "2026-09-21T14:13:55.000Z",
            "held": None,
        }
    ]


def test_of_a_webhook_that_was_delivered_no_attempt_is_to_come(edge: Edge, decided: str) -> None:
    name = f"msg_{decided.removeprefix('txn_')}"
    attempt = {"at": 1_790_000_000_000, "ms": 12, "status": 204}
    item = {"id": name, "merchant_id": "acme", "state": "delivered", "attempts": [attempt], "tries": 1}
    edge.tables.items["deliveries"] = {name: to_item(item)}

    (delivery,) = call(edge, "GET", DELIVERIES_PATH, decided).body["data"]

    assert (delivery["state"], delivery["next_attempt_at"]) == ("delivered", None)
    assert delivery["attempts"] == [
        {"at": "2026-09-21T14:13:20.000Z", "duration_ms": 12, "status": 204, "reason": None}
    ]


def test_a_redelivery_is_the_same_webhook_under_the_same_id(edge: Edge, decided: str) -> None:
    transaction = edge.api.store.get(decided)
    assert transaction is not None
    assert transaction.decision is not None
    (first,) = notifications_of(transaction, transaction.decision)

    answers = [call(edge, "POST", REDELIVER_PATH, decided) for _ in range(2)]

    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].body == {"data": [{"id": first.webhook_id, "type": "transaction.approved"}]}
    assert [(each["webhook_id"], each["event"], each["purpose"]) for each in sent(edge)] == [
        (first.webhook_id, first.event, "redelivery")
    ] * 2


def test_what_is_not_decided_has_no_webhook_to_repeat(edge: Edge) -> None:
    name = edge.submit(BODY, "k").body["id"]

    answer = call(edge, "POST", REDELIVER_PATH, name)

    assert (answer.status, answer.body["type"]) == (409, "urn:tapstack:problem:not-decided")
    assert answer.headers["retry-after"] == "1"
    assert sent(edge) == []


def test_a_test_event_goes_to_the_caller_alone_and_each_has_an_id_of_its_own(edge: Edge) -> None:
    answers = [call(edge, "POST", TEST_WEBHOOK_PATH, merchant="globex") for _ in range(2)]

    assert [answer.status for answer in answers] == [202, 202]
    assert [answer.body["id"] for answer in answers] == [each["webhook_id"] for each in sent(edge)]
    assert len({each["webhook_id"] for each in sent(edge)}) == 2
    assert {(each["merchant_id"], each["event"]["type"]) for each in sent(edge)} == {("globex", "webhook.test")}


@pytest.mark.parametrize(("method", "resource"), ROUTES)
def test_another_merchants_transaction_is_none(edge: Edge, decided: str, method: str, resource: str) -> None:
    others = call(edge, method, resource, decided, merchant="globex")
    nobodys = call(edge, method, resource, "txn_" + "a" * 32, merchant="globex")

    assert (others.status, others.body) == (404, nobodys.body)
    assert sent(edge) == []


@pytest.mark.parametrize(("method", "resource"), ROUTES)
@pytest.mark.parametrize("name", ["txn_", "msg_" + "a" * 32, "txn_" + "A" * 32, "\ud800", "x" * 5_000, "../x"])
def test_no_hostile_id_finds_anything(edge: Edge, decided: str, method: str, resource: str, name: str) -> None:
    assert call(edge, method, resource, name).status == 404
    assert sent(edge) == []


def test_a_queue_that_does_not_take_it_is_told_and_the_request_may_come_again(
    edge: Edge, decided: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge.queues, "send_message_batch", lambda **_: {"Failed": [{"Id": "0"}]})

    answer = call(edge, "POST", REDELIVER_PATH, decided)

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
