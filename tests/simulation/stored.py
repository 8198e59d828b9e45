"""Writes down what the functions of this checkout store and send: `PYTHONPATH=tests python -m simulation.stored`.

Settings in three versions, four transactions of which the last is still pending, what counts them, the notifications of
the others as the queue has them, and the records of the stream. `tests/unit/functions/stored/` has one such document
for each revision whose forms are its own.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fraud_detector.stream import Detector
from fraud_detector.workers import Workers
from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from simulation.model.executor import InlineExecutor
from transactions.merchants import Merchants
from transactions.reviews.closing import ReviewDesk
from transactions.settings_document import parse_settings
from transactions.store import TransactionStore
from transactions.submission import parse
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.merchant import MerchantVelocityCounter
from validator.acceptance import accept

MERCHANT: Final = "acme"
QUEUE_URL: Final = "https://sqs.eu-central-1.amazonaws.com/000000000000/notifications"
SETTINGS: Final = {
    "currencies": {
        "EUR": {"amount_limit": 10_000, "foreign_card_review_above": 2_000, "night_ceiling": 5_000},
        "USD": {"amount_limit": 10_000, "foreign_card_review_above": 2_000},
    },
    "card_velocity": {"window_seconds": 600, "count": 3, "amounts": {"EUR": 50_000}},
    "merchant_velocity": {"window_seconds": 600, "count": 100, "amounts": {"EUR": 500_000}},
}
CARD: Final = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}
SUBMITTED: Final[Sequence[Mapping[str, Any]]] = (
    {"amount": 1_250, "currency": "EUR", "card": CARD},
    {"amount": 1_250, "currency": "EUR", "card": CARD, "reference": "order-2", "metadata": {"till": "2"}},
    {"amount": 10_001, "currency": "EUR", "card": CARD},
    {"amount": 1_251, "currency": "EUR", "card": CARD},
)
"""One that is approved, its duplicate, one over the limit, and one that nobody decides."""


def document() -> dict[str, Any]:
    """Have everything written, and return it as JSON has it."""
    cloud = Cloud()
    merchants = Merchants(cloud.dynamodb, "merchants", cloud.clock)
    for country in ("FR", "US", "DE"):
        merchants.write(parse_settings(settings_document(MERCHANT) | SETTINGS | {"country": country}))
    store = TransactionStore(cloud.dynamodb, "transactions")
    detector = Detector(
        merchants=merchants,
        store=store,
        cards=CardVelocityCounter(cloud.dynamodb, "velocity", cloud.clock),
        limits=MerchantVelocityCounter(cloud.dynamodb, "velocity", cloud.clock),
        desk=ReviewDesk(cloud.dynamodb, "transactions"),
        sqs=cloud.sqs,
        queue_url=QUEUE_URL,
        workers=Workers(InlineExecutor()),
        test_tokens=False,
        clock=cloud.clock,
        decided=lambda transaction, decision: None,
        failed=lambda record: None,
    )
    records: list[Mapping[str, Any]] = []
    for number, body in enumerate(SUBMITTED):
        cloud.advance(1_000)
        submission = parse(json.dumps(body).encode())
        accept(submission, f"key-{number}", MERCHANT, merchants=merchants, store=store, clock=cloud.clock)
        new = [
            record for poller in cloud.stream_pollers for record in (poller.next_batch() or {"Records": []})["Records"]
        ]
        records += new
        cloud.advance(500)
        if body is not SUBMITTED[-1]:
            detector.process({"Records": new})
            for poller in cloud.stream_pollers:
                if poller.in_flight:
                    poller.answered({"batchItemFailures": []})
    tables = (cloud.merchants, cloud.transactions, cloud.velocity)
    return {
        "now": cloud.now,
        **{table.name: [_plain(item) for item in table.items()] for table in tables},
        "notifications": [json.loads(message.body) for message in cloud.notifications.receive(10)],
        "records": [_plain(record) for record in records],
    }


def _plain(value: Any) -> Any:
    """Write bytes in base64."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, sort_keys=True))
