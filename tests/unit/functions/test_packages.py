"""Each function does its work out of its package alone, with nothing beside it but the runtime's SDK."""

import base64
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec
import pytest

from simulation.functions import ENVIRONMENTS, variables_of
from support.edge import SETTINGS, event, key_of
from support.lambda_runtime import copy_sdk, run_alone
from tapstack.program.packaging import NATIVE, package
from transactions.agreed.api import API_KEY_HEADER, COLLECTION_PATH
from transactions.agreed.environments import TRUE
from transactions.agreed.tables import API_KEY_MERCHANT, KEY
from transactions.attributes import to_item
from transactions.webhooks.notifications import Notification

BODY: Final = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_4fJx81kQzT", "bin": "424242", "country": "DE", "expires": "2099-12"},
    "reference": "order-10482",
    "metadata": {"shop": "berlin-1"},
}
# Calls the handler as Lambda does, and prints what it answers and where its modules are from.
CALL: Final = """
import json, sys
from {function}.handler import handler
answer = handler(json.loads({event!r}), None)
files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
print(json.dumps({{"answer": answer, "files": files}}))
"""


class Aws(BaseHTTPRequestHandler):
    """DynamoDB, SQS and KMS as far as the handlers ask, and a merchant that takes any webhook."""

    settings: ClassVar[dict[str, Any]] = {}
    webhooks: ClassVar[list[bytes]] = []
    put: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers.get("X-Amz-Target", "webhook").rpartition(".")[2]
        if operation == "webhook":
            self.webhooks.append(body)
        answer = json.dumps(self._answered(operation, json.loads(body))).encode()
        self.send_response(200)
        self.send_header("Content-Length", f"{len(answer)}")
        self.end_headers()
        self.wfile.write(answer)

    def _answered(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        match operation:
            case "GetItem":
                return self._item(request["Key"]["id"]["S"])
            case "BatchGetItem":
                return {"Responses": {}, "UnprocessedKeys": {}}
            case "PutItem":
                self.put.append(request["Item"])
            case "SendMessageBatch":
                return {"Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": ""}]}
            case "Decrypt" if request["EncryptionContext"] == {"purpose": "webhook-secret", "merchant": "acme"}:
                return {"Plaintext": base64.b64encode(b"whsec_c2VjcmV0").decode()}
        return {"Attributes": {}} if operation == "UpdateItem" else {}

    def _item(self, item_id: str) -> dict[str, Any]:
        if item_id.startswith("key#"):
            return {"Item": to_item({KEY: "key#", API_KEY_MERCHANT: "acme"})}
        if item_id == "merchant#acme":
            return {"Item": to_item({KEY: item_id, "settings": self.settings})}
        if item_id == "secret#acme":
            held = {"version": {"N": "1"}, "current": {"B": base64.b64encode(b"ciphertext").decode()}}
            return {"Item": to_item({KEY: item_id}) | held}
        return {}

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    (settings,) = (each for each in json.loads(SETTINGS.read_text(encoding="utf-8")) if each["id"] == "acme")
    limits = settings["currencies"]["EUR"] | {"night_ceiling": 1_000_000}
    Aws.settings = settings | {
        "currencies": {"EUR": limits},
        "night": {"timezone": "Pacific/Chatham", "from_hour": 22, "to_hour": 6},
        "merchant_velocity": {"window_seconds": 3600, "count": 1_000},
        "webhook_url": f"{url}/hook",
    }
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_sdk(tmp_path_factory.mktemp("sdk"))


def called(function: str, sent: object, *, aws: str, sdk: Path, tmp_path: Path) -> Any:
    """Call a function out of its unpacked package; return its answer."""
    with zipfile.ZipFile(package(function, NATIVE).path) as archive:
        archive.extractall(tmp_path)
    variables = {
        **variables_of(function),
        "AWS_ENDPOINT_URL": aws,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        # The machine's own time zones are not the runtime's.
        "PYTHONTZPATH": "",
    }
    if function == "notifier":
        variables["WEBHOOK_ALLOW_PRIVATE_TARGETS"] = TRUE
    printed = run_alone(CALL.format(function=function, event=json.dumps(sent)), variables, tmp_path, sdk)
    told = json.loads(printed.splitlines()[-1])
    assert not [file for file in told["files"] if "site-packages" in file]
    return told["answer"]


def test_the_validator_takes_a_transaction(aws: str, sdk: Path, tmp_path: Path) -> None:
    headers = {API_KEY_HEADER: key_of("acme"), "Idempotency-Key": "b6a3f4de"}
    sent = event("POST", COLLECTION_PATH, body=json.dumps(BODY), headers=headers)

    answer = called("validator", sent, aws=aws, sdk=sdk, tmp_path=tmp_path)

    assert answer["statusCode"] == 202, answer
    assert Aws.put[-1]["id"]["S"] == json.loads(answer["body"])["id"]


def test_the_fraud_detector_decides_by_a_merchants_night(aws: str, sdk: Path, tmp_path: Path) -> None:
    image = to_item(
        {
            "id": "txn_abcdefghijklmnopqrstuvwxyz234567",
            "merchant_id": "acme",
            "request_hash": "x",
            # 09:00 in UTC: 22:45 on Chatham.
            "created_at": int(datetime(2026, 1, 5, 9, tzinfo=UTC).timestamp() * 1000),
            "submission": BODY,
        }
    )
    records = {"Records": [{"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": image}}]}

    assert called("fraud_detector", records, aws=aws, sdk=sdk, tmp_path=tmp_path) == {"batchItemFailures": []}


def test_the_notifier_delivers_a_webhook(aws: str, sdk: Path, tmp_path: Path) -> None:
    notification = Notification("acme", "msg_1", {"type": "transaction.approved", "timestamp": "", "data": {}})
    record = {
        "messageId": "1",
        "receiptHandle": "r",
        "body": msgspec.json.encode(notification).decode(),
        "attributes": {"ApproximateReceiveCount": "1"},
    }

    answer = called("notifier", {"Records": [record]}, aws=aws, sdk=sdk, tmp_path=tmp_path)

    assert answer == {"batchItemFailures": []}
    assert json.loads(Aws.webhooks[-1]) == notification.event


def test_every_function_is_called() -> None:
    assert ENVIRONMENTS.keys() == {"validator", "fraud_detector", "notifier"}
