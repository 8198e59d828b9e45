"""What operators do, on the deployed lane: by its folder, and by `--stack` as on a real account."""

import json
import os
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tapstack.cli import environments
from tapstack.engine.environment import BackendEnvironment
from transactions.attributes import to_item
from transactions.clock import iso, now
from transactions.memory import CACHE_MS
from transactions.webhooks.endpoints import EndpointRegister
from transactions.webhooks.notifications import Notification
from transactions.webhooks.secret_store import SecretStore
from transactions.webhooks.signing import WebhookSecrets

Operate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def account(operate: Operate, deployed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a shell that works on the lane's stacks as on those of an account."""
    for name, value in deployed.lane.settings().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", os.pathsep.join((*deployed.lane.path(), os.environ["PATH"])))
    monkeypatch.setenv("AWS_ENDPOINT_URL", deployed.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("TAPSTACK_LANE", "/nowhere")
    root = deployed.lane.projects.parent
    monkeypatch.setattr(environments, "environment_named", lambda name: BackendEnvironment(name, root))


class Inbox(NamedTuple):
    """A merchant's own server: its address, what it got (headers, body), and the secrets it demands signatures with."""

    url: str
    got: list[tuple[dict[str, str], bytes]]
    demanded: list[str]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    got: list[tuple[dict[str, str], bytes]] = []
    demanded: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            got.append((headers, body))
            self.send_response(204 if all(verifies(secret, headers, body) for secret in demanded) else 401)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name where it is called
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield Inbox(f"http://127.0.0.1:{server.server_port}/hooks", got, demanded)
    server.shutdown()
    server.server_close()


def client_of(deployed: Any, name: str, like: Any) -> Any:
    return type(like)(deployed, name)


def delivered(deployed: Any, transaction_id: str) -> int:
    return len(deployed.deliveries_of(transaction_id))


def waiting(deployed: Any, queue: str) -> list[Any]:
    url = deployed.outputs["data"][f"{queue}_queue_url"]
    answer = deployed.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    found: list[Any] = answer.get("Messages", [])
    return found


def verifies(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_a_merchant_is_added_used_suspended_resumed_and_removed(
    operate: Operate, deployed: Any, anybody: httpx.Client, initech_settings: dict[str, Any], body: dict[str, Any],
    wait: Callable[..., Any], write: Callable[[Any], str],
) -> None:  # fmt: skip
    own = initech_settings | {"id": "hooli"}
    url = deployed.outputs["api-edge"]["transactions_url"]

    assert operate("merchant", "show", "hooli")[0] == 1
    status, out, told = operate("merchant", "add", write(own), "--tier", "premium")
    assert status == 0
    made = json.loads(out)
    assert (made["merchant"], made["label"], made["tier"]) == ("hooli", "key-1", "premium")
    assert made["api_key"] not in told
    status, out, told = operate("merchant", "show", "hooli")
    shown = json.loads(out)
    assert ([key["label"] for key in shown["api_keys"]], shown["live_webhook_secrets"]) == (["key-1"], 1)
    assert (shown["tier"], shown["under_way"]) == ("premium", None)
    assert shown["settings"] == {**own, "version": 1}
    assert made["api_key"] not in out + told
    assert made["webhook_secret"] not in out + told

    def submit(name: str) -> int:
        headers = {"x-api-key": made["api_key"], "idempotency-key": f"{name}-{now()}"}
        return anybody.post(url, json=body, headers=headers).status_code

    assert submit("added") == 202
    again, _, told = operate("merchant", "add", write(own), "--tier", "premium")
    assert (again, "is there already; change its settings with: .venv/bin/tapstack merchant set FILE" in told) == (
        1,
        True,
    )

    assert operate("merchant", "suspend", "hooli")[0] == 0
    # What a function remembers of settings, it remembers for half a minute.
    wait(lambda: submit("suspended") == 403, 60)
    assert operate("merchant", "set", write(own | {"duplicate_window_seconds": 1}))[0] == 0
    unnamed = {name: value for name, value in own.items() if name != "status"}
    operate("merchant", "suspend", "hooli")
    assert operate("merchant", "set", write(unnamed | {"duplicate_window_seconds": 2}))[0] == 0
    assert json.loads(operate("merchant", "show", "hooli")[1])["settings"]["status"] == "suspended"
    assert operate("merchant", "resume", "hooli")[0] == 0
    assert json.loads(operate("merchant", "show", "hooli")[1])["settings"]["status"] == "active"

    assert operate("merchant", "reconcile")[0] == 0
    assert operate("merchant", "remove", "hooli")[0] == 0
    assert submit("removed") == 403
    for arguments in (["add", write(own)], ["show", "hooli"], ["suspend", "hooli"], ["remove", "hooli"]):
        status, _, told = operate("merchant", *arguments)
        assert (status, "the id is not used again: take another" in told) == (1, True)
    listed = {row["merchant"]: row for row in json.loads(operate("merchant", "list", "--json")[1])}
    assert (listed["hooli"]["status"], listed["hooli"]["api_keys"]) == ("removed", 0)
    assert operate("merchant", "reconcile")[0] == 0


def test_settings_as_they_were_shown_before_are_not_put_over_newer_ones(
    operate: Operate, initech_settings: dict[str, Any], write: Callable[[Any], str]
) -> None:
    shown = json.loads(operate("merchant", "show", "initech")[1])["settings"]
    operate("merchant", "set", write(initech_settings | {"duplicate_window_seconds": 7}))

    status, _, told = operate("merchant", "set", write(shown | {"duplicate_window_seconds": 9}))

    assert status == 1
    assert f"version is {shown['version']}, and {shown['version'] + 1} is in force" in told


def test_during_a_rotation_webhooks_are_signed_with_both_secrets(
    operate: Operate, deployed: Any, acme: Any, initech_settings: dict[str, Any], body: dict[str, Any],
    wait: Callable[..., Any], write: Callable[[Any], str], inbox: Inbox,
) -> None:  # fmt: skip
    url, got, demanded = inbox
    secrets = SecretStore(
        deployed.client("dynamodb"), deployed.outputs["data"]["merchants_table_name"], deployed.client("kms"), now
    )
    old = secrets.of("initech").current
    assert operate("merchant", "set", write(initech_settings | {"webhook_url": url}))[0] == 0
    status, out, told = operate("merchant", "rotate-secret", "initech")
    assert status == 0
    new = json.loads(out)["webhook_secret"]
    assert new not in told
    secrets.forget("initech")
    assert secrets.of("initech") == WebhookSecrets(new, old)
    assert operate("merchant", "rotate-secret", "initech")[0] == 1

    # Once the merchant demands the new one, a notifier that remembers the old one alone is refused, and reads anew.
    demanded.append(new)
    api = client_of(deployed, "initech", acme)

    def signed_with_both() -> bool:
        api.submit(body | {"amount": 100 + len(got)}, f"rotated-{now()}")
        return any(verifies(old, *webhook) and verifies(new, *webhook) for webhook in got)

    wait(signed_with_both, 90)
    assert operate("merchant", "end-rotation", "initech")[0] == 0
    secrets.forget("initech")
    assert secrets.of("initech") == WebhookSecrets(new)


@pytest.mark.parametrize(
    ("changes", "verdict", "reasons"),
    [({}, "approved", []), ({"amount": 900_000}, "declined", ["amount_over_limit"])],
)
def test_a_decision_is_explained_by_what_every_rule_compared(
    operate: Operate, acme: Any, body: dict[str, Any], changes: dict[str, Any], verdict: str, reasons: list[str]
) -> None:
    transaction_id = acme.submit(body | changes, f"explained-{verdict}").json()["id"]
    acme.decided(transaction_id)

    status, out, _ = operate("explain", transaction_id, "--json")

    explained = json.loads(out)
    assert (status, explained["replay"]) == (0, {"same": True, "differences": []})
    assert (explained["decision"]["verdict"], explained["decision"]["reasons"]) == (verdict, reasons)
    rules = {rule["code"]: rule for rule in explained["rules"]}
    assert [code for code, rule in rules.items() if rule["found"]] == reasons
    amount = changes.get("amount", 1250)
    assert rules["amount_over_limit"]["compared"] == f"{amount} EUR; limit 200000"
    assert rules["amount_over_limit"]["weight"] == 100
    # What is declined anyway does not use up the card's allowance.
    assert explained["near"]["card"]["counted"] is (verdict == "approved")


def test_a_velocity_decision_is_explained_by_the_cards_history(
    operate: Operate, acme: Any, body: dict[str, Any]
) -> None:
    ids = [acme.submit(body | {"amount": 1000 + n}, f"explained-fast-{n}").json()["id"] for n in range(4)]
    decided = {transaction_id: acme.decided(transaction_id)["status"] for transaction_id in ids}
    (declined,) = [transaction_id for transaction_id, status in decided.items() if status == "declined"]

    status, out, told = operate("explain", declined)

    assert status == 0
    assert "velocity_card_count" in out
    assert "limit 3 in 600 s; 3 counted near it now, itself not among them" in out
    assert "come to the same reasons" in told


def test_a_decision_that_would_not_come_out_again_is_told(
    operate: Operate, deployed: Any, acme: Any, body: dict[str, Any]
) -> None:
    transaction_id = acme.submit(body | {"amount": 900_000}, "tampered").json()["id"]
    acme.decided(transaction_id)
    change(deployed, transaction_id, "SET decision.reasons = :none", {":none": []})

    status, _, told = operate("explain", transaction_id)

    assert status == 2
    assert "differs: the rules find amount_over_limit, stored is nothing" in told
    assert "differs: the stored reasons come to score 0, stored is 100" in told
    assert "differs: the stored reasons come to approved, stored is declined" in told


def test_what_was_sent_can_be_explained_and_looked_for_in_the_logs(
    operate: Operate, body: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text(f"{json.dumps(body)}\n{json.dumps(body | {'amount': 900_000})}\n", encoding="utf-8")

    status, out, told = operate("send", f"{file}")
    approved, declined = [line.split()[1:3] for line in out.splitlines()[1:]]
    assert (status, approved[1], declined[1]) == (0, "approved", "declined")
    assert f"tapstack explain {declined[0]} " in told
    assert "amount_over_limit" in operate("explain", declined[0])[1]

    status, out, _ = operate("logs", "--transaction", declined[0])
    assert status == 0
    assert f"decided  transaction_id={declined[0]}  verdict=declined" in out
    assert approved[0] not in out
    events = [json.loads(line) for line in operate("logs", "fraud-detector", "--json")[1].splitlines()]
    assert {event["function"] for event in events} == {"fraud-detector"}
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    assert any(str(event["message"]).startswith("REPORT ") for event in events)
    assert not any(line.split()[2] == "REPORT" for line in operate("logs", "fraud-detector")[1].splitlines())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["explain", "xyz"], "'xyz' is no transaction id: one is txn_ and 32 of"),
        (["explain", "txn_" + "a" * 32], "there is no transaction 'txn_"),
        (["logs", "--transaction", "txn_" + "a" * 32], "there is no transaction 'txn_"),
        (["merchant", "show", "acm"], "there is no merchant 'acm'; did you mean 'acme'?"),
        (["redrive", "--merchant", "acm"], "unknown merchant 'acm': did you mean 'acme'?"),
        (["send", "--merchant", "acm", "{file}"], "unknown merchant 'acm': did you mean 'acme'?"),
    ],
)
def test_what_is_not_there_is_one_line_with_what_may_have_been_meant(
    operate: Operate, arguments: list[str], told: str, body: dict[str, Any], write: Callable[[Any], str]
) -> None:
    status, out, error = operate(*(argument.format(file=write(body)) for argument in arguments))

    assert (status, out) == (1, "")
    assert told in error.splitlines()[-1]
    assert sum(line.startswith("error: ") for line in error.splitlines()) == 1


def test_a_dead_letter_is_sent_again_and_what_is_no_notification_stays(
    operate: Operate, deployed: Any, acme: Any, body: dict[str, Any], wait: Callable[..., Any]
) -> None:
    transaction_id = acme.submit(body, "redriven").json()["id"]
    acme.decided(transaction_id)
    wait(lambda: delivered(deployed, transaction_id) == 1)
    told = deployed.deliveries_of(transaction_id)[0]
    sqs, url = deployed.client("sqs"), deployed.outputs["data"]["notifications_dead_letter_queue_url"]
    letter = msgspec.json.encode(Notification("acme", told.webhook_id, told.event)).decode()
    reason = {"reason": {"DataType": "String", "StringValue": "answered 500"}}
    sqs.send_message(QueueUrl=url, MessageBody=letter, MessageAttributes=reason)
    sqs.send_message(QueueUrl=url, MessageBody="no notification")

    status, out, _ = operate("redrive", "--dry-run")
    assert status == 0
    assert (told.webhook_id in out, "answered 500" in out, "stays: no notification" in out) == (True, True, True)
    assert len(waiting(deployed, "notifications_dead_letter")) == 2
    assert operate("redrive", "--merchant", "globex")[0] == 0
    assert len(waiting(deployed, "notifications_dead_letter")) == 2
    looked, out, _ = operate("reconcile", "--fix", "--dry-run")
    assert (looked, "a dead letter: answered 500" in out, "that is no notification" in out) == (2, True, True)

    assert operate("redrive")[0] == 2
    wait(lambda: delivered(deployed, transaction_id) == 2)
    assert {item.webhook_id for item in deployed.deliveries_of(transaction_id)} == {told.webhook_id}
    assert [message["Body"] for message in waiting(deployed, "notifications_dead_letter")] == ["no notification"]
    sqs.purge_queue(QueueUrl=url)


def test_the_deliveries_of_a_transaction_are_seen_and_made_again_under_the_same_webhook_id(
    operate: Operate, deployed: Any, acme: Any, body: dict[str, Any], wait: Callable[..., Any]
) -> None:
    transaction_id = acme.submit(body, "told-twice").json()["id"]
    acme.decided(transaction_id)
    wait(lambda: delivered(deployed, transaction_id) == 1)

    assert operate("webhook", "redeliver", transaction_id)[0] == 0
    wait(lambda: delivered(deployed, transaction_id) == 2)
    told = [item.webhook_id for item in deployed.deliveries_of(transaction_id)]
    assert len(set(told)) == 1
    (delivery,) = wait(lambda: logged(operate, transaction_id, attempts=2))
    assert (delivery["webhook"], delivery["state"]) == (told[0], "delivered")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [204, 204]
    assert "delivered" in operate("webhook", "deliveries", transaction_id)[1]


def test_an_endpoint_is_tested_and_seen_and_one_that_is_healthy_needs_no_resume(
    operate: Operate,
    initech_settings: dict[str, Any],
    inbox: Inbox,
    tmp_path: Path,
    wait: Callable[..., Any],
) -> None:
    address, got, _ = inbox
    file = tmp_path / "initech.json"
    file.write_text(json.dumps(initech_settings | {"webhook_url": address}), encoding="utf-8")
    assert operate("merchant", "set", str(file))[0] == 0

    assert operate("webhook", "test", "initech")[0] == 0
    wait(lambda: [body for _, body in got if json.loads(body)["type"] == "webhook.test"])
    assert operate("webhook", "endpoint", "initech")[0] == 0
    assert operate("webhook", "resume", "initech")[2].count("is healthy; nothing was changed") == 1
    assert operate("webhook", "endpoint", "nobody")[2].count("error: unknown merchant 'nobody'") == 1


def test_what_a_broken_receiver_was_to_be_told_waits_in_the_table_until_a_sweep_of_the_schedule(
    operate: Operate,
    deployed: Any,
    acme: Any,
    initech_settings: dict[str, Any],
    inbox: Inbox,
    write: Callable[[Any], str],
    body: dict[str, Any],
    wait: Callable[..., Any],
) -> None:
    address, got, _ = inbox
    api = client_of(deployed, "initech", acme)
    assert operate("merchant", "set", write(initech_settings | {"webhook_url": "http://127.0.0.1:1/down"}))[0] == 0
    table = deployed.outputs["data"]["deliveries_table_name"]
    register, down = EndpointRegister(deployed.client("dynamodb"), table, now), "http://127.0.0.1:1/down"

    def held_back() -> str:
        # What failed at the URL before may still be written down, and what is known is remembered for a while.
        register.gone("initech", down, "answered 410")
        transaction_id: str = api.submit(body, f"held-{now()}").json()["id"]
        api.decided(transaction_id)
        (delivery,) = wait(lambda: json.loads(operate("webhook", "deliveries", transaction_id, "--json")[1]))
        is_held = (delivery["state"], delivery["held"]) == ("waiting", "the endpoint is paused")
        return transaction_id if is_held else ""

    held = wait(held_back, 3 * CACHE_MS / 1000)

    # Another URL begins anew, and the schedule calls each minute.
    assert operate("merchant", "set", write(initech_settings | {"webhook_url": address}))[0] == 0
    assert operate("webhook", "resume", "initech")[0] == 0
    wait(lambda: [sent for _, sent in got if json.loads(sent)["data"].get("id") == held], seconds=240)


def logged(operate: Operate, transaction_id: str, attempts: int) -> list[dict[str, Any]]:
    """Read a delivery log once it has so many attempts."""
    found: list[dict[str, Any]] = json.loads(operate("webhook", "deliveries", transaction_id, "--json")[1])
    return found if found and len(found[0]["attempts"]) == attempts else []


def test_a_transaction_that_stays_pending_is_decided_and_told_of(
    operate: Operate, deployed: Any, acme: Any, body: dict[str, Any], wait: Callable[..., Any]
) -> None:
    transaction_id = acme.submit(body, "stuck").json()["id"]
    first = acme.decided(transaction_id)
    wait(lambda: delivered(deployed, transaction_id) == 1)
    # A change of an item does not come through the filter on the stream.
    change(deployed, transaction_id, "SET #status = :pending, decision = :none", {":pending": "pending", ":none": None})
    assert operate("explain", transaction_id)[2].count("has been pending for") == 1

    status, out, told = operate("reconcile", "--older-than", "3600")
    assert (status, "pending, for " in out, "nothing to do yet: 1 transaction may still be" in told) == (0, True, True)
    status, out, told = operate("reconcile", "--older-than", "0")
    assert (status, "pending for longer than 0 s" in out) == (2, True)
    assert "--fix would have 1 transaction decided" in told
    assert acme.read(transaction_id).json()["status"] == "pending"

    assert operate("reconcile", "--older-than", "0", "--fix")[0] == 0
    assert acme.read(transaction_id).json()["status"] == first["status"]
    wait(lambda: delivered(deployed, transaction_id) == 2)
    assert operate("reconcile", "--older-than", "0")[0] == 0


def test_a_transaction_of_a_merchant_without_settings_remains_with_the_next_step(
    operate: Operate, deployed: Any, acme: Any, body: dict[str, Any]
) -> None:
    """What is taken in hand is named in the queue until it went through, or is there no more."""
    transaction_id = acme.submit(body, "homeless").json()["id"]
    acme.decided(transaction_id)
    lost = "SET #status = :pending, decision = :none, merchant_id = :lost"
    change(deployed, transaction_id, lost, {":pending": "pending", ":none": None, ":lost": "nobody"})

    status, out, _ = operate("reconcile", "--older-than", "0", "--fix")

    assert status == 2
    assert "the merchant has no settings: .venv/bin/tapstack merchant add FILE" in out
    table = deployed.outputs["data"]["transactions_table_name"]
    [in_hand] = waiting(deployed, "stream_failures")
    assert transaction_id in in_hand["Body"]
    deployed.client("dynamodb").delete_item(TableName=table, Key=to_item({"id": transaction_id}))
    assert operate("reconcile", "--fix")[0] == 0
    assert waiting(deployed, "stream_failures") == []


def test_what_was_made_while_a_batch_was_given_up_is_told_of_again(
    operate: Operate, deployed: Any, acme: Any, body: dict[str, Any], wait: Callable[..., Any]
) -> None:
    transaction_id = acme.submit(body, "given-up").json()["id"]
    created = acme.decided(transaction_id)["created_at"]
    wait(lambda: delivered(deployed, transaction_id) == 1)
    sqs, url = deployed.client("sqs"), deployed.outputs["data"]["stream_failures_queue_url"]
    arrivals = {f"approximateArrivalOf{which}Record": f"{created[:19]}Z" for which in ("First", "Last")}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"DDBStreamBatchInfo": {"batchSize": 1, **arrivals}}))

    assert operate("reconcile")[0] == 2
    assert len(waiting(deployed, "stream_failures")) == 1

    assert operate("reconcile", "--fix")[0] == 0
    wait(lambda: delivered(deployed, transaction_id) == 2)
    assert waiting(deployed, "stream_failures") == []


def test_a_message_that_tells_of_no_transaction_stays_for_a_person(operate: Operate, deployed: Any) -> None:
    sqs, url = deployed.client("sqs"), deployed.outputs["data"]["stream_failures_queue_url"]
    long_ago = {f"approximateArrivalOf{which}Record": iso(1_000)[:19] + "Z" for which in ("First", "Last")}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"DDBStreamBatchInfo": long_ago}))
    sqs.send_message(QueueUrl=url, MessageBody="{}")

    status, out, _ = operate("reconcile", "--fix")

    assert status == 2
    assert "a batch that was given up, of no transaction" in out
    assert "a message that tells of no batch" in out
    assert len(waiting(deployed, "stream_failures")) == 2
    sqs.purge_queue(QueueUrl=url)


@pytest.mark.usefixtures("account")
def test_a_stack_is_worked_on_by_its_name(operate: Operate, deployed: Any, acme: Any, body: dict[str, Any]) -> None:
    transaction_id = acme.submit(body, "by-name").json()["id"]
    acme.decided(transaction_id)

    assert operate("explain", "--stack", "local", transaction_id)[0] == 0
    assert transaction_id in operate("logs", "fraud-detector", "--stack", "local", "--transaction", transaction_id)[1]
    assert "globex" in operate("merchant", "list", "--stack", "local")[1]
    assert operate("reconcile", "--fix", "--stack", "local")[0] == 0
    status, _, told = operate("merchant", "suspend", "nobody", "--stack", "local")
    assert status == 1
    assert "there is no merchant 'nobody'; add it: .venv/bin/tapstack merchant add FILE" in told


@pytest.mark.usefixtures("account")
def test_a_stack_that_is_not_there_is_named_with_the_command(operate: Operate) -> None:
    status, out, told = operate("redrive", "--stack", "elsewhere")

    assert (status, out) == (1, "")
    assert "there is no stack 'elsewhere' of any layer on this backend; correct the name, or make them: " in told
    assert "(cd projects/network && pulumi stack init elsewhere)" in told


@pytest.mark.usefixtures("account")
def test_credentials_of_another_account_are_refused(operate: Operate, monkeypatch: pytest.MonkeyPatch) -> None:
    # The emulator takes a key of twelve digits for the account of that number.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111122223333")

    status, _, told = operate("redrive", "--stack", "local")

    assert status == 1
    assert "stack 'local' is in account 000000000000, and the credentials of this shell are of account" in told


def change(deployed: Any, transaction_id: str, expression: str, values: dict[str, Any]) -> None:
    names = {"ExpressionAttributeNames": {"#status": "status"}} if "#status" in expression else {}
    deployed.client("dynamodb").update_item(
        TableName=deployed.outputs["data"]["transactions_table_name"],
        Key=to_item({"id": transaction_id}),
        UpdateExpression=expression,
        ExpressionAttributeValues=to_item(values),
        **names,
    )
