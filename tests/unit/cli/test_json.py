"""What is printed for programs: the same as the tables say, and nothing beside it on stdout."""

import json
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tapstack.cli import environments
from tapstack.cli.actions import accounts, lane_merchants, local, merchant, reconcile, redrive, send
from tapstack.cli.main import main
from tapstack.engine.events import Report
from tapstack.lane.lane import Lane
from tapstack.lane.samples import MERCHANTS
from tapstack.lane.sending import Outcome
from tapstack.lane.transactions_file import Line
from tapstack.operate.dead_letters import DeadLetter
from tapstack.operate.merchants.enrolments import Enrolment, Key
from tapstack.operate.register import Entry
from transactions.clock import now
from transactions.settings_document import parse_settings

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """An account that is asked for nothing, and a lane that is not there."""
    monkeypatch.setenv("TAPSTACK_LANE", f"{tmp_path / 'lane'}")
    data = SimpleNamespace(
        merchants_table_name="merchants",
        notifications_dead_letter_queue_url="dead",
        stream_failures_queue_url="failures",
        notifications_queue_url="queue",
    )
    account = SimpleNamespace(stack="local", data=data, dynamodb=None, sqs=None)
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)
    return account


@contextmanager
def nothing_held(*_: Any) -> Any:
    yield SimpleNamespace(messages=[], delete=lambda _: None)


def printed(capsys: Captured) -> Any:
    return json.loads(capsys.readouterr().out)


def test_merchants_are_listed_with_what_they_have(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    sample = json.loads(MERCHANTS.read_text(encoding="utf-8"))[0]
    settings = parse_settings(sample | {"id": "acme", "webhook_url": "https://hooks.example.com/acme"})
    keys = [Key(label="key-1", api_key_id="k1", tier="standard", binding="key#1", made_at=1)]
    held = Enrolment(merchant_id="acme", version=3, state="enrolled", tier="standard", made_at=1, keys=keys)
    half = Enrolment(merchant_id="globex", version=1, state="adding", tier="premium", made_at=1)
    register = {"acme": Entry(settings, held), "globex": Entry(None, half), "hooli": Entry(settings, None, {"key#2"})}
    monkeypatch.setattr(merchant, "read_register", lambda *_, **__: register)

    assert main(["merchant", "list", "--json"]) == 0
    assert printed(capsys) == [
        {
            "merchant": "acme",
            "status": settings.status,
            "tier": "standard",
            "version": settings.version,
            "webhook_url": "https://hooks.example.com/acme",
            "api_keys": 1,
        },
        {
            "merchant": "globex",
            "status": "adding",
            "tier": "premium",
            "version": None,
            "webhook_url": None,
            "api_keys": 0,
        },
        {
            "merchant": "hooli",
            "status": "to adopt",
            "tier": None,
            "version": settings.version,
            "webhook_url": settings.webhook_url,
            "api_keys": 1,
        },
    ]


def test_merchants_are_listed_in_pages(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(merchant, "read_register", lambda *_, **__: {f"m{number}": Entry() for number in range(5)})

    pages: list[list[str]] = []
    after: list[str] = []
    while not pages or pages[-1]:
        assert main(["merchant", "list", "--json", "--limit", "2", *after]) == 0
        told = capsys.readouterr()
        pages.append([row["merchant"] for row in json.loads(told.out)])
        after = ["--after", pages[-1][-1]] if pages[-1] else []
        more = pages[-1] in (["m0", "m1"], ["m2", "m3"])
        assert ("tapstack merchant list --after" in told.err) == more

    assert pages == [["m0", "m1"], ["m2", "m3"], ["m4"], []]


def test_dead_letters_are_listed_with_why_they_stay(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(redrive, "held_messages", nothing_held)
    assert main(["redrive", "--json"]) == 0
    assert printed(capsys) == []

    @contextmanager
    def one_held(*_: Any) -> Any:
        yield SimpleNamespace(messages=[{"MessageId": "id-1"}])

    letter = DeadLetter({"MessageId": "id-1"}, None, "no notification", now() - 5_000)
    monkeypatch.setattr(redrive, "held_messages", one_held)
    monkeypatch.setattr(redrive, "dead_letter", lambda _: letter)
    assert main(["redrive", "--json", "--dry-run"]) == 0
    (told,) = printed(capsys)
    assert 5 <= told.pop("age_seconds") < 60
    assert told == {
        "merchant": None,
        "webhook": None,
        "message": "id-1",
        "reason": "no notification",
        "stays": "no notification",
    }


def test_what_reconcile_finds_is_a_list_of_rows(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    row = reconcile.Row("pending for longer than 300 s", "acme", 2, 0, "reconcile")
    monkeypatch.setattr(reconcile, "_reconcile", lambda *_, **__: ([row], 2, 0))

    assert main(["reconcile", "--json"]) == 2
    assert printed(capsys) == [
        {"found": row.found, "merchant": "acme", "count": 2, "healed": 0, "next": "reconcile"},
    ]


def test_nothing_to_reconcile_is_an_empty_list_and_status_0(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(reconcile, "_reconcile", lambda *_, **__: ([], 0, 0))

    assert main(["reconcile", "--json"]) == 0
    assert printed(capsys) == []


@pytest.mark.parametrize(("problem", "status"), [("", 0), ("no webhook within 30 s", 1)])
def test_transactions_that_were_sent_are_listed_with_their_ids(
    problem: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text('\n{"amount": 1}\n', encoding="utf-8")
    outcome = Outcome(Line(2, {"amount": 1}), "globex", "txn_1", "approved", problem, 0.5, webhook=not problem)
    monkeypatch.setattr(Lane, "require_running", lambda _: None)
    monkeypatch.setattr(send, "send", lambda *_, **__: [outcome])

    assert main(["send", "--json", f"{file}"]) == status
    assert printed(capsys) == [
        {
            "line": 2,
            "merchant": "globex",
            "transaction_id": "txn_1",
            "status": "approved",
            "problem": problem,
            "seconds": 0.5,
            "webhook": not problem,
            "reasons": [],
        }
    ]


def test_who_has_sent_transactions_is_told_how_to_have_one_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text('{"amount": 1}\n', encoding="utf-8")
    outcome = Outcome(Line(1, {"amount": 1}), "globex", "txn_1", "approved", "", 0.5, webhook=True)
    monkeypatch.setattr(Lane, "require_running", lambda _: None)
    monkeypatch.setattr(send, "send", lambda *_, **__: [outcome])

    assert main(["send", f"{file}"]) == 0
    assert ": .venv/bin/tapstack explain txn_1 (" in capsys.readouterr().err


def test_the_summary_of_the_lane_is_one_object(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    edge = dict.fromkeys(("api_url", "rest_api_id", "stage_name", "web_acl_arn", "dashboard_url"), "x")
    outcome = Outcome(Line(1, {"amount": 1}), "acme", "txn_1", "approved", "", 0.5, webhook=True)
    outputs = {"data": {"merchants_table_name": "t"}, "api-edge": edge}
    running = SimpleNamespace(url="http://127.0.0.1:1")
    monkeypatch.setattr(Lane, "start", lambda *_, **__: running)
    monkeypatch.setattr(local, "_choose_suffix", lambda *_: None)
    monkeypatch.setattr(
        local, "deploy_all", lambda _: {"network": Report(counts={"create": 3, "same": 1}, seconds=2.04)}
    )
    monkeypatch.setattr(local, "outputs_of", lambda *_, **__: outputs)
    monkeypatch.setattr(local, "Account", lambda _: None)
    monkeypatch.setattr(lane_merchants, "set_up", lambda *_: None)
    monkeypatch.setattr(lane_merchants, "api_keys", lambda _: {})
    monkeypatch.setattr("tapstack.lane.receiver.Receiver.start", lambda *_: running)
    monkeypatch.setattr(local, "_smoke", lambda _: [outcome])

    assert main(["local", "--json"]) == 0
    told = printed(capsys)
    assert told["layers"] == {"network": {"changes": {"create": 3}, "seconds": 2.0}}
    assert told["outputs"] == edge
    assert told["transactions"][0]["transaction_id"] == "txn_1"
    assert told.keys() == {"seconds", "layers", "outputs", "state_only", "exemptions", "transactions"}
