"""The merchants of a simulation: what they submit, what they hear, and what they know of their secrets."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, Self
from unittest import mock

from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from simulation.oracle import wire

IDS: Final = ("acme", "globex", "initech")
CARD_COUNT: Final = 2
CARD_AMOUNT: Final = 5_000
MERCHANT_COUNT: Final = 6
WINDOW_SECONDS: Final = 600

RECEIVERS: Final = ("well", "500", "slow", "closed", "wrong TLS", "410", "503 for 90", "503 for 3600", "picky")
"""How a receiver can answer: `503 for 90` with a `Retry-After` of 90 seconds; `slow` has taken the webhook in and is
given up on all the same, `picky` refuses what its bug is about, and takes the others."""


def secret(number: int) -> str:
    """Make the merchant's secret of a number."""
    return f"whsec_{base64.b64encode(hashlib.sha256(f'{number}'.encode()).digest()).decode()}"


def settings_document(merchant: str) -> dict[str, Any]:
    """Write a merchant's settings as an operator does: tight, so that a short run meets every limit."""
    return {
        "id": merchant,
        "status": "active",
        "country": "DE",
        "currencies": {
            "EUR": {"amount_limit": 9_000, "foreign_card_review_above": 3_000, "night_ceiling": 4_000},
            "USD": {"amount_limit": 9_000, "foreign_card_review_above": 3_000},
        },
        "blocked_bins": ["400000-400099"],
        "duplicate_window_seconds": 60,
        "night": {"timezone": "Europe/Berlin", "from_hour": 22, "to_hour": 6},
        "card_velocity": {
            "window_seconds": WINDOW_SECONDS,
            "count": CARD_COUNT,
            "amounts": {"EUR": CARD_AMOUNT},
        },
        "merchant_velocity": {
            "window_seconds": WINDOW_SECONDS,
            "count": MERCHANT_COUNT,
            "amounts": {"EUR": 30_000, "USD": 9_000},
        },
        "weights": {},
        "resolves_reviews": merchant == "acme",
        "webhook_url": f"https://{merchant}.example.com/webhooks",
    }


@dataclass(frozen=True)
class Webhook:
    """A webhook that a merchant took in."""

    webhook_id: str
    event: dict[str, Any]


@dataclass
class Merchant:
    """A merchant's side.

    Attributes:
        id: the merchant's id.
        receiver: how the receiver answers, one of `RECEIVERS`.
        api_key: the key it submits with.
        knows: the secrets the merchant would take a webhook under.
        took: the webhooks taken in, in order.
        told: what they told of, as `wire.occasion` names it.
        forged: what was wrong with those that were not taken in.
    """

    id: str
    receiver: str = "well"
    api_key: str = ""
    knows: list[str] = field(default_factory=list)
    took: list[Webhook] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    forged: list[str] = field(default_factory=list)

    def takes(self, headers: Mapping[str, str], body: bytes, now: int) -> None:
        """Take a webhook in, if the public library for receivers says that it can be trusted at this moment."""
        problems = []
        for known in self.knows:
            try:
                event = verified(known, headers, body, now)
            except WebhookVerificationError as error:
                problems.append(f"{error}")
                continue
            self.took.append(Webhook(headers["webhook-id"], event))
            self.told.add(wire.occasion(event["data"]["id"], event["type"]))
            return
        self.forged.append(f"{headers.get('webhook-id')}, which cannot be trusted: {', '.join(problems)}")


def verified(known: str, headers: Mapping[str, str], body: bytes, now: int) -> Any:
    """Verify signature and time stamp with `standardwebhooks`, in virtual time.

    Raises:
        WebhookVerificationError: the webhook cannot be trusted.
    """
    with mock.patch("standardwebhooks.webhooks.datetime", _frozen_at(now)):
        Verifier(known).verify(body, dict(headers), json_parse=False)
    return json.loads(body)


def _frozen_at(now: int) -> type[datetime]:
    class Frozen(datetime):
        """Knows one moment."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(now / 1000, tz or UTC)

    return Frozen
