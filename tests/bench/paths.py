"""The ways through the functions, each as one call on canned answers."""

import contextlib
import importlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import boto3

from bench.receiver import receiver
from bench.stub import Answer, Stub
from support.edge import MERCHANTS, SETTINGS, TRANSACTIONS, event, key_of
from transactions.agreed import environments as agreed
from transactions.agreed.api import API_KEY_HEADER, COLLECTION_PATH
from transactions.agreed.tables import (
    API_KEY_MERCHANT,
    KEY,
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    api_key_id,
    settings_id,
)
from transactions.attributes import to_item
from transactions.listing import SHARDS
from transactions.webhooks.delivery import Courier

BATCH: Final = 10
PAGE: Final = 100

_MERCHANT: Final = "acme"
_BODY: Final = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_4fJx81kQzT", "bin": "424242", "country": "DE", "expires": "2099-12"},
    "reference": "order-10482",
    "metadata": {"shop": "berlin-1", "till": "7"},
}
# As a client in use sends them.
_HEADERS: Final = {
    API_KEY_HEADER: key_of(_MERCHANT),
    "Idempotency-Key": "b6a3f4de-2f0c-4b7a-9a1e-0d8c55a1f2aa",
    "Content-Type": "application/json",
    "User-Agent": "python-requests/2.32.5",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
    "X-Amzn-Trace-Id": "Root=1-6565d1b2-0a1b2c3d4e5f60718293a4b5",
}
_QUEUE_URL: Final = "https://sqs.eu-central-1.amazonaws.com/000000000000/notifications"
_ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "eu-central-1",
    **agreed.LogEnvironment(service="bench", log_level="INFO").variables(),
    **agreed.FraudDetectorEnvironment(
        merchants_table=MERCHANTS,
        transactions_table=TRANSACTIONS,
        velocity_table="velocity",
        notifications_queue_url=_QUEUE_URL,
        test_tokens=agreed.FALSE,
    ).variables(),
    **agreed.ValidatorEnvironment(
        merchants_table=MERCHANTS,
        transactions_table=TRANSACTIONS,
        deliveries_table="deliveries",
        notifications_queue_url=_QUEUE_URL,
        list_for_earlier_versions=agreed.FALSE,
    ).variables(),
}

BARE: Final = "bare put_item"
NEW: Final = "validator, new transaction"
REPLAY: Final = "validator, replay"
DECIDE: Final = f"fraud-detector, a record in batches of {BATCH}"
LIST: Final = f"validator, list page of {PAGE}"
WEBHOOK: Final = "notifier, a webhook over https"


@dataclass(frozen=True)
class Path:
    """One way through a function.

    Attributes:
        name: what it is called.
        call: goes it once.
        calls: how often it is gone in a round.
        shares: among how many the time of a call is shared.
    """

    name: str
    call: Callable[[], None]
    calls: int
    shares: int = 1


@contextlib.contextmanager
def paths() -> Iterator[tuple[list[Path], Stub]]:
    """Make the functions and every path through them; what they print is written and thrown away."""
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123 - a device, no file
        contextlib.redirect_stdout(nowhere),
        mock.patch.dict(os.environ, _ENVIRONMENT),
        receiver() as url,
    ):
        stub = Stub()
        yield [*_made(stub), _webhook(url)], stub


def _made(stub: Stub) -> list[Path]:
    validator: Any = importlib.import_module("validator.handler")
    detector: Any = importlib.import_module("fraud_detector.handler")
    bare = boto3.client("dynamodb")
    for client in (bare, validator.dynamodb, detector.dynamodb, detector.detector.sqs):
        stub.attach(client)
    context = SimpleNamespace(aws_request_id="bench", function_name="bench")
    merchants = _merchants()
    post = event("POST", COLLECTION_PATH, body=json.dumps(_BODY), headers=_HEADERS)
    listing = event("GET", COLLECTION_PATH, headers=_HEADERS, query={"limit": f"{PAGE}"})
    written = [Answer("PutItem"), *merchants]

    def answered(sent: dict[str, Any], status: int, answers: list[Answer]) -> dict[str, Any]:
        stub.answers = answers
        answer: dict[str, Any] = validator.handler(sent, context)
        assert answer["statusCode"] == status, answer
        return answer

    answered(post, 202, written)
    item = json.loads(stub.sent["PutItem"])["Item"]
    known = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": item}
    replayed = [Answer("PutItem", json.dumps(known).encode(), status=400), *merchants]
    items = [_numbered(item, number) for number in range(PAGE)]
    page = [*_queries(items), Answer("BatchGetItem", _batch([_decided(each) for each in items])), *merchants]
    records = {
        "Records": [
            {"eventName": "INSERT", "dynamodb": {"SequenceNumber": f"{number}", "NewImage": each}}
            for number, each in enumerate(items[:BATCH])
        ]
    }
    sent = {"Successful": [{"Id": f"{place}", "MessageId": "m", "MD5OfMessageBody": ""} for place in range(BATCH)]}
    counted = [
        Answer("GetItem", about=f'"merchant#{_MERCHANT}#'.encode()),
        Answer("BatchGetItem", json.dumps({"Responses": {}, "UnprocessedKeys": {}}).encode()),
        Answer("UpdateItem"),
        Answer("SendMessageBatch", json.dumps(sent).encode()),
        *merchants,
    ]

    def put() -> None:
        stub.answers = written
        bare.put_item(TableName=TRANSACTIONS, Item=item)

    def replay() -> None:
        assert "idempotent-replayed" in answered(post, 202, replayed)["headers"]

    def decide() -> None:
        stub.answers = counted
        assert detector.handler(records, context) == {"batchItemFailures": []}

    return [
        Path(BARE, put, calls=40),
        Path(NEW, lambda: _ignore(answered(post, 202, written)), calls=40),
        Path(REPLAY, replay, calls=40),
        Path(DECIDE, decide, calls=4, shares=BATCH),
        Path(LIST, lambda: _ignore(answered(listing, 200, page)), calls=4),
    ]


def _webhook(url: str) -> Path:
    """Call a receiver, handshake and all; what is read and written beside is the SDK's, as in the other paths."""
    courier = Courier(allow_private=True)
    body = json.dumps({"type": "transaction.approved", "data": _BODY}).encode()
    headers = dict.fromkeys(("webhook-id", "webhook-signature"), "v1,aGVyZSBzdGFuZHMgYSBzaWduYXR1cmU=")
    return Path(WEBHOOK, lambda: _ignore(courier.deliver(url, headers, body)), calls=10)


def _merchants() -> list[Answer]:
    """Answer for the merchants table; the functions remember it for longer than a run takes."""
    documents = json.loads(SETTINGS.read_text(encoding="utf-8"))
    (settings,) = (document for document in documents if document["id"] == _MERCHANT)
    binding, own = api_key_id(key_of(_MERCHANT)), settings_id(_MERCHANT)
    return [
        Answer("GetItem", json.dumps({"Item": to_item(item)}).encode(), about=f'"{item[KEY]}"'.encode())
        for item in ({KEY: binding, API_KEY_MERCHANT: _MERCHANT}, {KEY: own, "settings": settings})
    ]


def _numbered(item: dict[str, Any], number: int) -> dict[str, Any]:
    """Make a transaction another one, with another card."""
    transaction_id = f"{item[KEY]['S'][:-2]}{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}"
    made = json.loads(json.dumps(item).replace(item[KEY]["S"], transaction_id))
    made["submission"]["M"]["card"]["M"]["token"]["S"] += f"{number:02}"
    return dict(made)


def _queries(items: list[dict[str, Any]]) -> list[Answer]:
    """Answer for each shard of the list, and for the index of earlier versions, which has nothing."""
    names = (KEY, LIST_INDEX_HASH_KEY, LIST_INDEX_RANGE_KEY)
    entries = [{name: item[name] for name in names} for item in reversed(items)]
    shards = [(f'"{_MERCHANT}#{shard}"', entries[shard::SHARDS]) for shard in range(SHARDS)]
    return [
        Answer("Query", json.dumps({"Items": part}).encode(), about=about.encode())
        for about, part in [*shards, (f'"{_MERCHANT}"', [])]
    ]


def _batch(items: list[dict[str, Any]]) -> bytes:
    return json.dumps({"Responses": {TRANSACTIONS: items}, "UnprocessedKeys": {}}).encode()


def _decided(item: dict[str, Any]) -> dict[str, Any]:
    decision = {
        "verdict": "approved",
        "reasons": [],
        "score": 0,
        "settings_version": 1,
        "decided_at": int(item["created_at"]["N"]) + 150,
    }
    return item | to_item({"status": "approved", "decision": decision})


def _ignore(_: object) -> None:
    """Take an answer for nothing."""
