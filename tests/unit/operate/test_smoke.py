"""A smoke run against an API and a sink that are not as they must be: the step is named, and nothing is left behind."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tapstack.cli.actions import smoke as action
from tapstack.cli.main import main
from tapstack.operate.smoke.run import Done, SmokeRun, StepFailedError
from transactions.agreed.api import problem_type
from transactions.webhooks.probe_sink import Received
from transactions.webhooks.signing import WebhookSecrets, signed_headers

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER = "whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk="


class Stack:
    """An environment in memory: what the API answers, and what is in the sink; a test breaks a part of it."""

    def __init__(self, **broken: Any) -> None:
        self.broken = broken
        self.bodies: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self.forgotten: list[str] = []

    def close(self) -> None:
        pass

    def submit(self, key: str, body: Mapping[str, Any]) -> httpx.Response:
        if "submit" in self.broken:
            return httpx.Response(self.broken["submit"], json={"detail": "no"})
        name, first = self.bodies.setdefault(key, (f"txn_{len(self.bodies) + 1}", body))
        if first != body and "conflict" not in self.broken:
            return httpx.Response(422, json={"type": problem_type("idempotency-conflict")})
        known = first is not body
        name = "txn_other" if known and "replay" in self.broken else name
        return httpx.Response(
            202, json={"id": name, "status": "pending"}, headers={"idempotent-replayed": "true"} if known else {}
        )

    def view(self, name: str) -> dict[str, Any]:
        (body,) = (body for known, body in self.bodies.values() if known == name)
        high = body["amount"] > 10_000
        return {
            "id": name,
            "status": self.broken.get("decide", "declined" if high else "approved"),
            "reasons": ["amount_over_limit"] if high and "decline" not in self.broken else [],
        }

    def read(self, name: str, *more: str) -> httpx.Response:
        if more:
            return httpx.Response(200, json={"data": [{"state": self.broken.get("log", "delivered")}]})
        return httpx.Response(200, json=self.view(name))

    def of(self, webhook_id: str) -> Received | None:
        if "sink" in self.broken:
            return None
        view = self.view(f"txn_{webhook_id.removeprefix('msg_')}") | self.broken.get("event", {})
        body = json.dumps({"type": f"transaction.{view['status']}", "data": view}).encode()
        now = time.time_ns() // 1_000_000
        secret = WebhookSecrets(OTHER if "signature" in self.broken else SECRET)
        return Received(signed_headers(secret, webhook_id, now, body), body)

    def forget(self, webhook_id: str) -> None:
        self.forgotten.append(webhook_id)


def run_on(stack: Any, told: Callable[[Done], None] = lambda _: None) -> SmokeRun:
    return SmokeRun(api=stack, secret=lambda: SECRET, sink=stack, seconds=0, told=told)


def test_a_run_on_a_stack_that_is_well_takes_every_step_and_clears_up() -> None:
    stack = Stack()
    done: list[Done] = []

    steps = run_on(stack, done.append).run()

    assert steps == done
    assert [step.step for step in steps] == [
        *("secret", "submit", "replay", "conflict", "decide", "decline", "webhook", "log", "clean")
    ]
    assert stack.forgotten == ["msg_1", "msg_2"]


@pytest.mark.parametrize(
    ("broken", "step", "expected", "found"),
    [
        ({"submit": 500}, "submit", "202 and a pending transaction", "500 no"),
        ({"replay": True}, "replay", "the same transaction txn_1, said to be a replay", "txn_other with 202"),
        ({"conflict": True}, "conflict", "422 idempotency-conflict", "202"),
        ({"decide": "pending"}, "decide", "txn_1 to be approved", "pending after 0 s"),
        (
            {"decide": "review"},
            "decide",
            'txn_1 to be {"status":"approved","reasons":[]}',
            '{"status":"review","reasons":[]}',
        ),
        (
            {"decline": True},
            "decline",
            'txn_2 to be {"status":"declined","reasons":["amount_over_limit"]}',
            '{"status":"declined","reasons":[]}',
        ),
        ({"sink": True}, "webhook", "webhook msg_1 in the sink", "nothing after 0 s"),
        ({"signature": True}, "webhook", "webhook msg_1 signed with the probe's secret", "No matching signature found"),
        ({"log": "waiting"}, "log", "the webhook of txn_1 logged as delivered", "it is not after 0 s"),
    ],
    ids=lambda value: f"{value}"[:30],
)
def test_the_step_that_does_not_go_as_it_must_is_named_with_what_was_expected(
    broken: Mapping[str, Any], step: str, expected: str, found: str
) -> None:
    stack = Stack(**broken)

    with pytest.raises(StepFailedError) as caught:
        run_on(stack).run()

    assert (caught.value.step, caught.value.expected, caught.value.found) == (step, expected, found)
    # What came into the sink is taken out all the same.
    assert ("msg_1" in stack.forgotten) == (step != "submit")


def test_a_webhook_that_says_something_else_than_the_api_is_told() -> None:
    with pytest.raises(StepFailedError, match="webhook msg_1 to say what the API says"):
        run_on(Stack(event={"amount": 1})).run()


@pytest.mark.parametrize(
    ("broken", "following"),
    [
        ({"submit": 500}, "logs validator"),
        ({"decide": "review"}, "explain txn_1"),
        ({"decide": "pending"}, "logs --transaction txn_1"),
        ({"sink": True}, "logs --transaction txn_1"),
    ],
    ids=lambda value: f"{value}",
)
def test_a_failed_run_is_one_line_with_the_next_command(
    broken: Mapping[str, Any], following: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Account:
        has_probe = True

        def smoke_run(self, *, told: Callable[[Done], None], **_: Any) -> SmokeRun:
            return run_on(Stack(**broken), told)

    @contextmanager
    def account_of(stack: str) -> Any:
        yield Account()

    monkeypatch.setattr(action, "account_of", account_of)

    status = main(["smoke", "--json"])

    told = capsys.readouterr()
    document = json.loads(told.out)
    (line,) = told.err.splitlines()
    assert (status, document["ok"]) == (1, False)
    assert line.startswith(f"error: smoke run of stack 'local': step {document['failed']['step']} failed after 0.")
    assert line.endswith(f"look at: .venv/bin/tapstack {following}")
    assert document["failed"]["next"] == f".venv/bin/tapstack {following}"


def test_where_there_is_no_probe_yet_nothing_is_done_if_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Account:
        has_probe = False

    @contextmanager
    def account_of(stack: str) -> Any:
        yield Account()

    monkeypatch.setattr(action, "account_of", account_of)

    assert main(["smoke", "--if-up"]) == 0
    assert "no API with a probe yet" in capsys.readouterr().err
