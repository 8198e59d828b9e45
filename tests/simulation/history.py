"""Histories to be replayed: transactions that the real functions have accepted and decided on the model."""

import json
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from fraud_detector.shadow import Shadow
from fraud_detector.stream import Detector
from fraud_detector.workers import Workers
from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from simulation.model.executor import InlineExecutor
from transactions.card_lists.entry import ALLOW, BLOCK, MUTE, Entry
from transactions.card_lists.register import CardFullError, CardListRegister
from transactions.listing import Listing
from transactions.merchants import Merchants
from transactions.reviews.closing import ReviewDesk
from transactions.rules import BY_CODE, UNLIFTED
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.store import TransactionStore
from transactions.submission import parse
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.merchant import MerchantVelocityCounter
from validator.acceptance import accept

MERCHANT: Final = "acme"
_QUEUE_URL: Final = "https://sqs.eu-central-1.amazonaws.com/000000000000/notifications"
_TOKENS: Final = ("tok_test_approved", "tok_test_declined", "tok_test_review", "tok_test_velocity")
_LATE_MS: Final = 30 * 60 * 60 * 1000
"""Beyond what any history is kept for."""


@dataclass
class MadeHistory:
    """A merchant with transactions.

    Attributes:
        seed: of all chance.
        cloud: the account.
        changes: how often settings change, one transaction in so many.
        entries: how often an operator blocks or allows a card, or mutes a rule for it, likewise.
    """

    seed: int = 1
    cloud: Cloud = field(default_factory=Cloud)
    changes: int = 200
    entries: int = 50

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - the same history each time
        self.document: dict[str, Any] = settings_document(MERCHANT)
        self.body: dict[str, Any] = {}
        self.merchants = Merchants(self.cloud.dynamodb, "merchants", self.cloud.clock)
        self.store = TransactionStore(self.cloud.dynamodb, "transactions")
        self.listing = Listing(self.cloud.dynamodb, "transactions")
        self.operators = Merchants(self.cloud.dynamodb, "merchants", self.cloud.clock)
        self.change()
        self.detector = Detector(
            merchants=self.merchants,
            store=self.store,
            cards=CardVelocityCounter(self.cloud.dynamodb, "velocity", self.cloud.clock),
            limits=MerchantVelocityCounter(self.cloud.dynamodb, "velocity", self.cloud.clock),
            desk=ReviewDesk(self.cloud.dynamodb, "transactions"),
            sqs=self.cloud.sqs,
            queue_url=_QUEUE_URL,
            workers=Workers(InlineExecutor()),
            clock=self.cloud.clock,
            test_tokens=True,
            decided=lambda transaction, decision: None,
            failed=_raise,
            shadow=Shadow(self.merchants, self.cloud.dynamodb, "velocity", self.cloud.clock, _reraise),
        )

    @property
    def settings(self) -> MerchantSettings:
        """Those in force now."""
        return parse_settings(self.document)

    def change(self, **changes: Any) -> None:
        """Put settings in force."""
        self.document |= changes
        self.operators.write(parse_settings(self.document))

    def make(self, count: int, looked: Callable[[int], None] = lambda _: None) -> None:
        """Have transactions accepted and decided, some of them late, each batch at a time of its own.

        Args:
            count: how many.
            looked: hears how many more are made.
        """
        for number in range(count):
            looked(1)
            self.cloud.advance(self.random.choice((1, 1_000, 20_000, 60_000)))
            self._submit(f"key-{self.seed}-{number}")
            if not self.random.randrange(self.changes):
                self._change_by_chance()
            if not self.random.randrange(self.entries):
                self._list_by_chance()
            if not self.random.randrange(10):
                self._decide(self.random.randrange(len(self.cloud.stream_pollers)))
            if not self.random.randrange(2_000):
                # The stream stands still for longer than a history is kept.
                self.cloud.advance(_LATE_MS if self.random.randrange(2) else 3_600_000)
        for lane in range(len(self.cloud.stream_pollers)):
            while self._decide(lane):
                pass

    def _submit(self, key: str) -> None:
        chance = self.random
        token = chance.choice(_TOKENS) if not chance.randrange(40) else f"tok_{chance.randrange(30):06}"
        card = {
            "token": token,
            "bin": "40000012" if not chance.randrange(50) else "424242",
            "country": chance.choice(("DE", "DE", "DE", "FR")),
            "expires": chance.choice(("2031-12", "2031-12", "2026-01")),
        }
        amount = chance.choice((900, 1_000, 2_400, 3_500, 4_500, 9_500))
        body = {"amount": amount, "currency": chance.choice(("EUR", "EUR", "USD", "GBP")), "card": card}
        # Now and then the same once more.
        body = self.body = self.body if self.body and not chance.randrange(12) else body
        submission = parse(json.dumps(body).encode())
        accept(submission, key, MERCHANT, merchants=self.merchants, store=self.store, clock=self.cloud.clock)

    def _decide(self, lane: int) -> bool:
        poller = self.cloud.stream_pollers[lane]
        event = poller.next_batch()
        if event is None:
            return False
        # No two batches are decided near each other: the order is known.
        self.cloud.advance(1_001)
        answer: Mapping[str, Any] = self.detector.process(event)
        assert answer == {"batchItemFailures": []}
        poller.answered(answer)
        self.cloud.advance(1_001)
        self.cloud.notifications.messages.clear()
        return True

    def _change_by_chance(self) -> None:
        chance = self.random
        card, merchant = self.document["card_velocity"], self.document["merchant_velocity"]
        self.change(
            **chance.choice(
                (
                    {"card_velocity": card | {"count": chance.randint(1, 6)}},
                    {"card_velocity": card | {"window_seconds": chance.choice((60, 600, 3_600))}},
                    {"merchant_velocity": merchant | {"count": chance.randint(3, 40)}},
                    {"merchant_velocity": merchant | {"window_seconds": chance.choice((60, 600, 3_600))}},
                    {"weights": {"duplicate": chance.choice((0, 50, 100))}},
                    {"duplicate_window_seconds": chance.choice((0, 30, 60))},
                )
            )
        )

    def _list_by_chance(self) -> None:
        chance, now = self.random, self.cloud.now
        effect = chance.choice((BLOCK, ALLOW, MUTE, MUTE))
        entry = Entry(
            effect=effect,
            until=now + chance.choice((60_000, 3_600_000)),
            at=now,
            by="arn:aws:iam::123456789012:user/jane",
            reason="r" * chance.randint(1, 80),
            rule=chance.choice(sorted(BY_CODE.keys() - UNLIFTED)) if effect == MUTE else "",
        )
        with suppress(CardFullError):
            CardListRegister(self.cloud.dynamodb, "velocity", self.cloud.clock).set(
                MERCHANT, f"tok_{chance.randrange(30):06}", entry
            )


def _reraise(error: Exception) -> None:
    raise error


def _raise(record: Any) -> None:
    raise record.error
