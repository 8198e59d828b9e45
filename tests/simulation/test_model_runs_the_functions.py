"""The functions' own code on the model, from submissions to webhooks, and the same every time."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from unittest import mock

from fraud_detector.stream import Detector
from notifier.queue import Notifier
from simulation.model.cloud import WEBHOOK_SECRET_PREFIX, Cloud
from simulation.model.executor import InlineExecutor
from transactions.acceptance import accept
from transactions.merchants import Merchants, parse_settings
from transactions.store import TransactionStore
from transactions.submission import parse
from transactions.velocity import Velocity
from transactions.webhooks import SecretStore

if TYPE_CHECKING:
    from transactions.delivery import Courier

SETTINGS: dict[str, Any] = {
    "id": "acme",
    "country": "DE",
    "currencies": ["EUR"],
    "amount_limit": 10_000,
    "foreign_card_review_above": 10_000,
    "velocity": {"window_seconds": 60, "count": 2, "amount": 5_000},
    "webhook_url": "https://merchant.example/hooks",
}


class Recorder:
    """Keeps webhooks instead of sending them."""

    def __init__(self) -> None:
        self.delivered: list[tuple[Mapping[str, str], bytes]] = []

    def deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self.delivered.append((headers, body))


def submission(amount: int) -> bytes:
    card = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2030-01"}
    return json.dumps({"amount": amount, "currency": "EUR", "card": card}).encode()


def run() -> tuple[list[tuple[Mapping[str, str], bytes]], dict[Any, Any]]:
    cloud, courier = Cloud(), Recorder()
    merchants = Merchants(cloud.dynamodb, "merchants", cloud.clock)
    merchants.write(parse_settings(SETTINGS))
    cloud.secrets.put(f"{WEBHOOK_SECRET_PREFIX}acme", json.dumps({"current": "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="}))
    store = TransactionStore(cloud.dynamodb, "transactions")
    detector = Detector(
        merchants,
        store,
        Velocity(cloud.dynamodb, "velocity"),
        cloud.sqs,
        cloud.notifications.url,
        cloud.clock,
        decided=lambda transaction, decision: None,
        failed=lambda number, error: None,
    )
    notifier = Notifier(
        merchants,
        SecretStore(cloud.secretsmanager, WEBHOOK_SECRET_PREFIX, cloud.clock),
        cast("Courier", courier),
        cloud.sqs,
        cloud.notifications.url,
        cloud.clock,
        told=lambda webhook_id, error: None,
    )
    for amount in (1000, 1001, 1002):
        replays = [
            accept(
                parse(submission(amount)), f"key-{amount}", "acme", merchants=merchants, store=store, clock=cloud.clock
            ).replayed
            for _ in range(2)
        ]
        assert replays == [False, True]
        cloud.advance(1000)
    for poller in cloud.stream_pollers:
        while event := poller.next_batch():
            poller.answered(detector.process(event))
    with mock.patch("notifier.queue.ThreadPoolExecutor", InlineExecutor):
        while event := cloud.notifications_poller.next_batch():
            cloud.notifications_poller.answered(event, notifier.process(event))
    assert cloud.notifications.messages == []
    assert store.page("acme", 2, None).next_listing is not None
    return courier.delivered, dict(cloud.usage.snapshot())


def test_three_transactions_of_one_card_are_told_and_the_limit_holds() -> None:
    delivered, consumed = run()

    assert sorted(json.loads(body)["data"]["status"] for _, body in delivered) == ["approved", "approved", "declined"]
    assert consumed[("transactions", "PutItem")].write_units == 6
    assert consumed[("transactions", "PutItem")].index_write_units == 3


def test_a_second_run_is_the_first_again() -> None:
    assert run() == run()
