"""Sending through the API, with a server that answers as it is told."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from tapstack.console.errors import UserError
from tapstack.lane import sending, summary
from tapstack.lane.ports import free_port
from tapstack.lane.receiver import Delivery, Receiver
from tapstack.lane.sending import Api, Outcome, check_webhooks, send_all
from tapstack.lane.transactions_file import Line
from tapstack.new_names import new_name
from transactions.card_numbers import holds_card_number

LINE = Line(1, {"amount": 1250})
ACCEPTED = (202, {"id": "txn_1", "status": "pending"})
Answer = tuple[int, Any]


class Edge(ThreadingHTTPServer):
    """Gives the answers in its list, one a request, and remembers the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.seen: list[tuple[str, str, dict[str, str]]] = []


class Handler(BaseHTTPRequestHandler):
    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        edge = cast("Edge", self.server)
        edge.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
        status, body = edge.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())

    do_GET = do_POST = answer  # noqa: N815 - the base class calls them by these names

    def log_message(self, *_: object) -> None:
        """Nothing to stderr."""


@pytest.fixture
def edge() -> Iterator[Edge]:
    with Edge() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def api(edge: Edge) -> Iterator[Api]:
    api = Api(f"http://127.0.0.1:{edge.server_port}/v1/transactions", "acme", "the-key")
    yield api
    api.close()


def test_no_key_of_a_request_is_taken_for_a_card_number() -> None:
    # One UUID in 5,000 is: docs/card-numbers.md.
    assert not any(holds_card_number(new_name()) for _ in range(50_000))


def test_a_transaction_is_followed_to_its_decision(edge: Edge, api: Api) -> None:
    decided = {"status": "approved", "reasons": ["duplicate"]}
    edge.answers = [ACCEPTED, (200, {"status": "pending"}), (200, decided)]

    outcome = api.send(LINE)

    assert (outcome.transaction_id, outcome.status, outcome.problem) == ("txn_1", "approved", "")
    assert outcome.reasons == ("duplicate",)
    assert [(method, path) for method, path, _ in edge.seen] == [
        ("POST", "/v1/transactions"),
        *[("GET", "/v1/transactions/txn_1")] * 2,
    ]
    assert {headers["x-api-key"] for _, _, headers in edge.seen} == {"the-key"}


def test_every_transaction_has_a_key_of_its_own(edge: Edge, api: Api) -> None:
    edge.answers = [(202, {"id": "txn_1", "status": "approved"})] * 2

    send_all([(api, LINE), (api, LINE)], told=lambda _: None)

    first, second = (headers["idempotency-key"] for _, _, headers in edge.seen)
    assert first != second


def test_it_slows_down_when_asked_to_and_keeps_its_key(edge: Edge, api: Api) -> None:
    edge.answers = [(429, {"message": "Too Many Requests"}), (202, {"id": "txn_1", "status": "review"})]

    assert api.send(LINE).status == "review"
    assert len({headers["idempotency-key"] for _, _, headers in edge.seen}) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((400, {"title": "Bad", "detail": "amount: it is missing"}), "400 amount: it is missing"),
        ((403, {"message": "Forbidden"}), "403 Forbidden"),
        ((502, "<html>"), "502 <html>"),
        ((500, []), "500 []"),
        ((202, {"status": "pending"}), "KeyError: 'id'"),
        ((202, "no JSON"), "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_a_transaction_that_is_not_accepted_says_why(edge: Edge, api: Api, answer: Answer, problem: str) -> None:
    edge.answers = [answer]

    outcome = api.send(LINE)

    assert (outcome.status, outcome.problem) == ("", problem)


def test_an_api_that_is_gone_is_an_outcome_too() -> None:
    api = Api(f"http://127.0.0.1:{free_port()}", "acme", "the-key")

    assert api.send(LINE).problem.startswith("ConnectError")
    api.close()


def test_one_that_is_never_decided_is_given_up(edge: Edge, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "DECISION_SECONDS", 0.05)
    edge.answers = [ACCEPTED, (200, {"status": "pending"}), (200, {"status": "pending"})]

    assert "still pending" in api.send(LINE).problem


class FakeReceiver:
    """A receiver that has these deliveries."""

    def __init__(self, *deliveries: Delivery, up: bool = True) -> None:
        self.up = up
        self._deliveries = list(deliveries)

    def running(self) -> bool:
        return self.up

    def deliveries(self) -> list[Delivery]:
        return self._deliveries


def test_a_test_event_that_came_before_tells_of_no_transaction() -> None:
    event = {"type": "webhook.test", "timestamp": "2026-01-02T03:04:05Z", "data": {"merchant_id": "acme"}}
    tested = Delivery("acme", "msg_1", verified=True, problem="", event=event, received=1.0)

    assert checked(tested, delivery("approved")).webhook


def checked(*deliveries: Delivery, up: bool = True) -> Outcome:
    decided = Outcome(LINE, "acme", "txn_1", "approved")
    (outcome,) = check_webhooks([decided], cast("Receiver", FakeReceiver(*deliveries, up=up)))
    return outcome


def delivery(status: str, *, verified: bool = True) -> Delivery:
    return Delivery("acme", "msg_1", verified, "", {"data": {"id": "txn_1", "status": status}}, 0.0)


def test_a_decision_that_was_told_of_is_complete() -> None:
    assert (checked(delivery("approved")).webhook, checked(delivery("approved")).problem) == (True, "")


@pytest.mark.parametrize(
    ("deliveries", "problem"),
    [
        ([], "no webhook within 0 s"),
        ([delivery("approved", verified=False)], "no webhook within 0 s"),
        ([delivery("declined")], "the webhook says declined, the API approved"),
    ],
)
def test_one_that_was_not_is_failed(deliveries: list[Delivery], problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "WEBHOOK_SECONDS", 0.0)

    outcome = checked(*deliveries)

    assert (outcome.webhook, outcome.problem) == (False, problem)
    assert summary.failures([outcome]) == [outcome]


def test_without_a_receiver_nothing_can_be_checked() -> None:
    with pytest.raises(UserError, match=r"the webhook receiver is not running; run: \.venv/bin/tapstack local"):
        checked(up=False)


def test_requests_at_once_are_bounded_however_many_transactions_are_under_way(
    edge: Edge, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, most, counting = 0, 0, threading.Lock()
    monkeypatch.setitem(sending._AT_ONCE, "POST", threading.BoundedSemaphore(3))
    real = api._client.request

    def request(*arguments: Any, **options: Any) -> Any:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        try:
            return real(*arguments, **options)
        finally:
            with counting:
                under_way -= 1

    monkeypatch.setattr(api._client, "request", request)
    edge.answers = [(202, {"id": "txn_1", "status": "approved"})] * 12
    outcomes = send_all([(api, LINE)] * 12, told=lambda _: None, concurrency=12)
    assert len(outcomes) == 12
    assert 1 <= most <= 3


def test_webhooks_are_waited_for_as_long_as_they_keep_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    """One comes every 0.2 s, the last long after the time that a single one may take."""
    monkeypatch.setattr(sending, "WEBHOOK_SECONDS", 0.5)
    started = time.monotonic()

    class Slow:
        def running(self) -> bool:
            return True

        def deliveries(self) -> list[Delivery]:
            arrived = min(int((time.monotonic() - started) / 0.2), 5)
            return [
                Delivery("acme", f"{n}", verified=True, problem="", event=event(f"txn_{n}"), received=0.0)
                for n in range(arrived)
            ]

    def event(transaction: str) -> dict[str, Any]:
        return {"data": {"id": transaction, "status": "approved"}}

    outcomes = [Outcome(LINE, "acme", f"txn_{n}", "approved") for n in range(5)]
    assert all(outcome.webhook for outcome in check_webhooks(outcomes, cast("Receiver", Slow())))
