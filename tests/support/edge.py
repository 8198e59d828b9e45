"""The validator's API over tables in memory, called with the events that API Gateway sends."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from support.queues import Queues
from support.tables import Tables
from tapstack.lane import samples
from transactions.agreed.api import API_KEY_HEADER, COLLECTION_PATH, ITEM_PATH
from transactions.agreed.tables import API_KEY_MERCHANT, KEY, api_key_id, settings_id
from transactions.attributes import to_item
from transactions.memory import CACHE_MS
from transactions.merchants import Merchants
from transactions.outcome import OutcomeRegister
from transactions.reviews.closing import ReviewDesk
from transactions.store import TransactionStore
from transactions.transaction import Decision
from transactions.webhooks.deliveries import DeliveryLog
from validator.api import Api
from validator.reviews import Reviews
from validator.waiting import Waiter
from validator.webhooks import Webhooks

DELIVERIES = "deliveries"
QUEUE_URL = "queue"
MERCHANTS = "merchants"
TRANSACTIONS = "transactions"

SETTINGS = samples.MERCHANTS
"""The lane's own merchants: their settings are as complete as settings have to be."""


class Edge:
    """The API at a time of the caller's choosing, with the merchants acme and globex.

    Attributes:
        api: what is called.
        tables: what it works on.
        queues: what it sends notifications to.
        log: the deliveries.
        slept: how long it waited, each time, in seconds.
        while_asleep: set it to have something happen while it waits.
        unavailable: the errors for which requests could not be answered.
        at: now, in milliseconds; each look at the clock takes one.
    """

    def __init__(self) -> None:
        self.tables = Tables()
        self.at = 1_790_000_000_000
        client: Any = self.tables
        merchants = Merchants(client, MERCHANTS, self._clock)
        self.unavailable: list[Exception] = []
        store = TransactionStore(client, TRANSACTIONS)
        self.queues = Queues()
        self.slept: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None
        sqs: Any = self.queues
        self.log = DeliveryLog(client, DELIVERIES, self._clock)
        self.api = Api(
            merchants=merchants,
            store=store,
            outcomes=OutcomeRegister(client, TRANSACTIONS),
            webhooks=Webhooks(self.log, sqs, QUEUE_URL, self._clock),
            reviews=Reviews(merchants, ReviewDesk(client, TRANSACTIONS), self._clock),
            waiter=Waiter(store, self._clock, self._sleep),
            clock=self._clock,
            unavailable=self.unavailable.append,
        )
        for merchant in ("acme", "globex"):
            self.set_up(merchant)
            binding = to_item({KEY: api_key_id(key_of(merchant)), API_KEY_MERCHANT: merchant})
            self.tables.put_item(TableName=MERCHANTS, Item=binding)

    def set_up(self, merchant: str, **changes: Any) -> None:
        """Write a merchant's settings; they hold at once."""
        documents = json.loads(SETTINGS.read_text(encoding="utf-8"))
        (settings,) = (document for document in documents if document["id"] == merchant)
        item = to_item({KEY: settings_id(merchant), "settings": settings | changes})
        self.tables.put_item(TableName=MERCHANTS, Item=item)
        self.at += CACHE_MS

    @property
    def transactions(self) -> dict[str, dict[str, Any]]:
        """The items of the table, by id."""
        return self.tables.items.get(TRANSACTIONS, {})

    def submit(self, body: object, key: str | None, merchant: str = "acme", **more: str) -> "Answered":
        """Post a transaction; bytes are sent as they are, anything else as JSON."""
        text = body.decode() if isinstance(body, bytes) else json.dumps(body)
        headers = {API_KEY_HEADER: key_of(merchant)} | ({} if key is None else {"Idempotency-Key": key}) | more
        return Answered(self.api.answer(event("POST", COLLECTION_PATH, body=text, headers=headers)))

    def read(self, transaction_id: str, merchant: str = "acme") -> "Answered":
        """Read a transaction."""
        headers = {API_KEY_HEADER: key_of(merchant)}
        return Answered(self.api.answer(event("GET", ITEM_PATH, headers=headers, path={"id": transaction_id})))

    def decide(self, transaction_id: str, decision: Decision) -> None:
        """Decide a transaction as the fraud-detector does."""
        transaction = self.api.store.get(transaction_id)
        assert transaction is not None
        self.api.store.decide(transaction, decision)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += int(seconds * 1000)
        self.while_asleep()

    def _clock(self) -> int:
        self.at += 1
        return self.at


class Answered:
    """An answer as a client sees it."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.status: int = answer["statusCode"]
        self.headers: dict[str, str] = answer["headers"]
        self.text: str = answer["body"]
        self.body: dict[str, Any] = json.loads(answer["body"])

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotent-replayed") == "true"


def key_of(merchant: str) -> str:
    """Return a merchant's API key."""
    return f"api-key-of-{merchant}"


def event(
    method: str, resource: str, *, body: str | None = None, headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None, path: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write a request as API Gateway's proxy integration does: null where there is nothing."""
    return {
        "resource": resource,
        "path": resource.format(**(path or {})),
        "httpMethod": method,
        "headers": dict(headers) if headers else None,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} if headers else None,
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": dict(path) if path else None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "stage": "test",
            "requestId": "request",
            # The key that let the request in.
            "identity": {"apiKey": (headers or {}).get("x-api-key"), "sourceIp": "203.0.113.7"},
        },
        "body": body,
        "isBase64Encoded": False,
    }
