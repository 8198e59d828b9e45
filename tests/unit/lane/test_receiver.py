"""The webhook receiver, as a process beside a real emulator."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from support.clients import emulator_client
from tapstack.console.errors import UserError
from tapstack.lane.background import Running
from tapstack.lane.receiver import Receiver
from tapstack.operate.merchants.hand_over import Encryption
from transactions.agreed.tables import secret_id
from transactions.attributes import to_item

TABLE = "merchants"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"
EVENT = {"type": "transaction.approved", "data": {"id": "txn_1", "status": "approved"}}


@pytest.fixture(scope="module")
def receiver(emulator: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    dynamodb, kms = (emulator_client(emulator.url, service) for service in ("dynamodb", "kms"))
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    encryption = Encryption(kms, kms.create_key()["KeyMetadata"]["Arn"])
    for merchant, secrets in (("acme", {"current": SECRET}), ("initech", {"current": OTHER, "previous": SECRET})):
        encrypted = {name: encryption.of_secret(merchant, text) for name, text in secrets.items()}
        item = to_item({"id": secret_id(merchant), "version": 1, **encrypted})
        dynamodb.put_item(TableName=TABLE, Item=item)
    server = Receiver(tmp_path_factory.mktemp("receiver"))
    server.start(emulator.url, TABLE)
    yield server
    server.stop()


def post(receiver: Receiver, *, to: str = "acme", secret: str = SECRET, age: int = 0, body: str = "") -> int:
    running = receiver.running()
    assert running
    at = datetime.now(UTC) - timedelta(seconds=age)
    body = body or json.dumps(EVENT)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body),
    }
    return httpx.post(f"{running.url}/{to}", content=body, headers=headers, trust_env=False).status_code


def test_a_webhook_with_the_merchants_signature_is_kept_with_its_event(receiver: Receiver) -> None:
    assert post(receiver) == 204

    kept = receiver.deliveries()[-1]
    assert (kept.merchant, kept.webhook_id, kept.verified, kept.event) == ("acme", "msg_1", True, EVENT)


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_during_a_rotation_either_secret_is_the_merchants(receiver: Receiver, secret: str) -> None:
    assert post(receiver, to="initech", secret=secret) == 204


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"secret": OTHER}, "No matching signature found"),
        ({"age": 3600}, "Message timestamp too old"),
        ({"to": "globex"}, "there is no secret of a merchant 'globex'"),
        ({"body": "[]"}, "the body is not a JSON object"),
    ],
)
def test_any_other_is_refused_and_kept_with_the_reason(
    receiver: Receiver, change: dict[str, str | int], problem: str
) -> None:
    assert post(receiver, **change) == 401  # type: ignore[arg-type]

    kept = receiver.deliveries()[-1]
    assert (kept.verified, kept.problem, kept.event) == (False, problem, {})


def test_a_second_start_finds_the_first(receiver: Receiver, emulator: Running) -> None:
    assert receiver.start(emulator.url, TABLE) == receiver.running()


def test_after_a_stop_its_deliveries_are_gone(emulator: Running, tmp_path: Path) -> None:
    receiver = Receiver(tmp_path)
    receiver.start(emulator.url, TABLE)
    post(receiver)

    assert receiver.stop()
    assert receiver.running() is None
    assert receiver.deliveries() == []


def test_one_that_does_not_come_up_says_what_its_log_says(
    emulator: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tapstack.lane.receiver.process.free_port", lambda: int(emulator.url.rpartition(":")[2]))

    with pytest.raises(UserError, match=r"did not come up: .*Address already in use.*run the command again"):
        Receiver(tmp_path).start(emulator.url, TABLE)
