"""The whole system in one process: the real handlers on the model of AWS, merchants at both ends, its own time.

Nothing here happens by itself. Whoever drives a world (machine.py) says what comes next: a request, one call of one
invocation with or without a fault, a batch of the stream or the queue, a minute that passes.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from unittest import mock

import msgspec

from simulation.functions import (
    MERCHANTS_TABLE,
    PRINTED,
    TRANSACTIONS_TABLE,
    WEBHOOK_SECRET_PREFIX,
    Functions,
    Invocation,
)
from simulation.merchants import IDS, Merchant, secret, settings_document
from simulation.model.cloud import Cloud
from simulation.model.executor import InlineExecutor
from simulation.model.faults import Crash, Fault
from transactions.agreed.api import COLLECTION_PATH, ITEM_PATH
from transactions.agreed.tables import API_KEY_MERCHANT, KEY, api_key_id
from transactions.attributes import to_item
from transactions.memory import CACHE_MS
from transactions.merchants import Merchants
from transactions.settings_document import parse_settings
from transactions.webhooks.delivery import DeliveryError
from transactions.webhooks.signing import WebhookSecrets

LANES: Final = 3
SHARDS: Final = 2
"""Of a merchant's count: fewer than in production, so that batches meet more often."""
LARGEST_BATCH: Final = 3
RETRIES: Final = 3
LARGEST_SKEW_MS: Final = 2_000
TIMEOUT_MS: Final = 30_000
"""Of every function: what runs for longer is ended."""

CALL_FAULTS: Final = tuple(Fault)
WEBHOOK_FAULTS: Final = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)


@dataclass(frozen=True)
class Request:
    """A submission as a merchant makes it, and makes again while it has no answer."""

    merchant: str
    key: str
    body: str

    @property
    def place(self) -> tuple[str, str]:
        """What makes a submission the same transaction: merchant and key."""
        return self.merchant, self.key


@dataclass(frozen=True)
class Answer:
    """What a merchant was answered."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: str
    while_suspended: bool
    """Whether every function had to know by then that the merchant is suspended."""


@dataclass
class World:
    """One run of the system.

    Attributes:
        answers: all answers to submissions, in order.
        unanswered: submissions that got none, to be made again.
        planted: card numbers that were sent.
        counts: how often each fault was put in and each thing done.
        broken: what went wrong that a function itself is to blame for.
    """

    cloud: Cloud = field(default_factory=lambda: Cloud(lanes=LANES, retry_attempts=RETRIES))
    merchants: dict[str, Merchant] = field(default_factory=lambda: {name: Merchant(name) for name in IDS})
    answers: list[Answer] = field(default_factory=list)
    unanswered: list[Request] = field(default_factory=list)
    planted: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    skew_ms: int = 0
    """How far the clock of the next environment is off."""
    secrets: int = 0
    """How many secrets were made."""
    exchanges: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Merchant id to when its secret was exchanged and what it was before."""
    limits_changed: set[str] = field(default_factory=set)
    """Merchants whose card limit was changed at some time."""
    _suspended: dict[str, int] = field(default_factory=dict)
    """Merchant to since when it is suspended."""
    crashed: bool = False
    """Whether an invocation ended before its end, so that counts may be above what was decided."""

    def __post_init__(self) -> None:
        """Deploy, and set the merchants up."""
        self._patches: list[Any] = [
            mock.patch("notifier.queue.ThreadPoolExecutor", InlineExecutor),
            mock.patch("transactions.velocity.merchant.SHARDS", SHARDS),
        ]
        for patch in self._patches:
            patch.start()
        self.functions = Functions(self._client, self._skewed_clock, self.cloud.clock, lambda **_: _Courier(self))
        self.cloud.faults.between = self.functions.between
        self.cloud.faults.decide = self.functions.decide
        PRINTED.seek(0)
        PRINTED.truncate()
        operator = self.operator()
        for merchant in self.merchants.values():
            binding = {KEY: api_key_id(merchant.api_key), API_KEY_MERCHANT: merchant.id}
            self.cloud.dynamodb.put_item(TableName=MERCHANTS_TABLE, Item=to_item(binding))
            operator.write(parse_settings(settings_document(merchant.id)))
            self._put_secret(merchant, self._new_secret(), None)
            merchant.knows = [secret(self.secrets)]

    def close(self) -> None:
        """Give back what was replaced."""
        for patch in self._patches:
            patch.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Requests

    def submit(self, request: Request) -> Invocation:
        """Post a submission."""
        self.counts["request"] += 1
        if request in self.unanswered:
            self.unanswered.remove(request)
        event = {
            "resource": COLLECTION_PATH,
            "path": COLLECTION_PATH,
            "httpMethod": "POST",
            "headers": {"x-api-key": self.merchants[request.merchant].api_key, "idempotency-key": request.key},
            "multiValueHeaders": {"idempotency-key": [request.key]},
            "body": request.body,
            "isBase64Encoded": False,
        }

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is None:
                suspended = self.was_suspended(request.merchant)
                self.answers.append(Answer(request, answer["statusCode"], answer["headers"], answer["body"], suspended))
            else:
                self.unanswered.append(request)
                self._note(error)

        return self.functions.invoke("validator", event, ended)

    def ask(self, merchant: str, transaction_id: str) -> Any:
        """Read a transaction as a merchant does, beside everything else; return API Gateway's answer."""
        event = {
            "resource": ITEM_PATH,
            "path": f"{COLLECTION_PATH}/{transaction_id}",
            "httpMethod": "GET",
            "headers": {"x-api-key": self.merchants[merchant].api_key},
            "pathParameters": {"id": transaction_id},
        }
        answers: list[Any] = []
        invocation = self.functions.invoke("validator", event, lambda answer, error: answers.append(answer))
        self.finish(invocation)
        return answers[0]

    # What AWS does

    def poll_stream(self, lane: int, *, again: bool = False) -> Invocation | None:
        """Have the fraud-detector called with a batch of a lane, or with the last one that had succeeded."""
        poller = self.cloud.stream_pollers[lane]
        event = poller.redeliver_last() if again else poller.next_batch(LARGEST_BATCH)
        if event is None:
            return None
        self.counts["batch again after success" if again else "stream batch"] += 1

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is None:
                poller.answered(answer)
                self.counts["record to come again"] += len(answer["batchItemFailures"])
            else:
                poller.failed()
                self._note(error)

        return self.functions.invoke("fraud_detector", event, ended)

    def poll_queue(self, limit: int) -> Invocation | None:
        """Have the notifier called with a batch of the queue."""
        event = self.cloud.notifications_poller.next_batch(limit)
        if event is None:
            return None
        self.counts["queue batch"] += 1

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is None:
                self.cloud.notifications_poller.answered(event, answer)
            else:
                self.cloud.notifications_poller.failed(event)
                self._note(error)

        return self.functions.invoke("notifier", event, ended)

    def step(self, invocation: Invocation, fault: Fault | None = None) -> None:
        """Let an invocation make its next call."""
        if fault:
            self.counts[f"{fault}"] += 1
        self.functions.resume(invocation, fault)

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass, and end what has run for too long meanwhile."""
        self.cloud.advance(milliseconds)
        for invocation in [each for each in self.functions.running if each.started < self.cloud.now - TIMEOUT_MS]:
            self.cut(invocation)

    def cut(self, invocation: Invocation) -> None:
        """Let an invocation run out of time."""
        self.counts["handler time-out"] += 1
        self.functions.cut(invocation)

    def finish(self, invocation: Invocation) -> None:
        """Let an invocation run to its end."""
        while invocation in self.functions.running:
            self.functions.resume(invocation)

    # What operators do

    def operator(self) -> Merchants:
        """Return the merchants table as an operator has it, without a memory of its own."""
        return Merchants(self.cloud.dynamodb, MERCHANTS_TABLE, self.cloud.clock)

    def change_settings(self, merchant: str, **changes: Any) -> None:
        """Put other settings of a merchant in force."""
        held = self.operator().settings(merchant)
        if held is not None:
            self.operator().write(msgspec.structs.replace(held, **changes))

    def was_suspended(self, merchant: str) -> bool:
        """Tell whether a merchant has been suspended for so long that every function has to know."""
        since = self._suspended.get(merchant)
        return since is not None and self.cloud.now - since > CACHE_MS + TIMEOUT_MS

    def suspend(self, merchant: str, *, suspended: bool) -> None:
        """Suspend a merchant, or let it submit again."""
        self.change_settings(merchant, status="suspended" if suspended else "active")
        if suspended:
            self._suspended.setdefault(merchant, self.cloud.now)
        else:
            self._suspended.pop(merchant, None)

    def change_card_limit(self, merchant: str, count: int) -> None:
        """Let a merchant's cards be used more or less often."""
        held = self.operator().settings(merchant)
        if held is not None:
            self.limits_changed.add(merchant)
            limit = msgspec.structs.replace(held.card_velocity, count=count)
            self.change_settings(merchant, card_velocity=limit)

    def exchange_secret(self, merchant: Merchant) -> None:
        """Begin an exchange, or take the next step of one that has gone on for long enough."""
        begun, before = self.exchanges.get(merchant.id, (0, ""))
        if not before:
            self.exchanges[merchant.id] = (self.cloud.now, merchant.knows[0])
            self._put_secret(merchant, self._new_secret(), merchant.knows[0])
            merchant.knows = [merchant.knows[0]]
        elif self.cloud.now - begun > CACHE_MS + LARGEST_SKEW_MS + TIMEOUT_MS:
            # Every notifier signs with both by now: the merchant may go over to the new one, and the old one end.
            current = self._secrets_of(merchant).current
            merchant.knows = [current]
            self._put_secret(merchant, current, None)
            del self.exchanges[merchant.id]

    def poison(self, item: Mapping[str, Any]) -> None:
        """Write an item into the transactions table that no function of ours has written."""
        self.cloud.dynamodb.put_item(TableName=TRANSACTIONS_TABLE, Item=dict(item))

    def printed(self) -> str:
        """Return what the functions have logged in this world."""
        return PRINTED.getvalue()

    def _client(self, service: str, **_: Any) -> Any:
        return getattr(self.cloud, service)

    def _skewed_clock(self) -> Callable[[], int]:
        skew = self.skew_ms
        return lambda: self.cloud.now + skew

    def _note(self, error: BaseException) -> None:
        self.crashed = True
        if isinstance(error, Crash):
            return
        # An error of AWS may end an invocation; any other is the function's own.
        if not type(error).__module__.startswith(("botocore", "simulation.model")):
            self.broken.append(f"{type(error).__name__}: {error}")

    def _new_secret(self) -> str:
        self.secrets += 1
        return secret(self.secrets)

    def _put_secret(self, merchant: Merchant, current: str, previous: str | None) -> None:
        value = json.dumps({"current": current, "previous": previous})
        self.cloud.secrets.put(f"{WEBHOOK_SECRET_PREFIX}{merchant.id}", value)

    def _secrets_of(self, merchant: Merchant) -> WebhookSecrets:
        name = f"{WEBHOOK_SECRET_PREFIX}{merchant.id}"
        answer = self.cloud.secretsmanager.get_secret_value(SecretId=name)
        return msgspec.json.decode(answer["SecretString"], type=WebhookSecrets)


@dataclass(frozen=True)
class _Courier:
    """Brings webhooks to the merchants of a world instead of over the network."""

    world: World

    def deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Make one attempt."""
        merchant = self.world.merchants[url.removeprefix("https://").partition(".")[0]]
        functions = self.world.functions
        functions.between("webhook", "POST")
        fault = functions.decide("webhook", "POST")
        if fault is Fault.CRASH_BEFORE:
            raise Crash("before the webhook")
        self.world.counts[f"receiver {merchant.receiver}"] += 1
        if merchant.receiver in {"well", "slow"}:
            merchant.takes(dict(headers), body)
        if fault is Fault.CRASH_AFTER:
            raise Crash("after the webhook")
        if merchant.receiver != "well":
            raise DeliveryError(f"no answer: {merchant.receiver}")
