"""The merchants of a simulation: what they submit, what they hear, and what they know of their secrets."""

import base64
import hashlib
import hmac
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

IDS: Final = ("acme", "globex", "initech")
CARD_COUNT: Final = 2
CARD_AMOUNT: Final = 5_000
MERCHANT_COUNT: Final = 6
WINDOW_SECONDS: Final = 600

RECEIVERS: Final = ("well", "500", "slow", "closed", "wrong TLS")
"""How a receiver can answer; `slow` has taken the webhook in and is given up on all the same."""


def secret(number: int) -> str:
    """Make the merchant's secret of a number."""
    return f"whsec_{base64.b64encode(hashlib.sha256(f'{number}'.encode()).digest()).decode()}"


def settings_document(merchant: str) -> dict[str, Any]:
    """Write a merchant's settings as an operator does: tight, so that a short run meets every limit."""
    return {
        "id": merchant,
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
        "merchant_velocity": {"window_seconds": WINDOW_SECONDS, "count": MERCHANT_COUNT},
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
        knows: the secrets the merchant would take a webhook under.
        took: the webhooks taken in, in order.
        forged: webhooks whose signature was none of a known secret.
    """

    id: str
    receiver: str = "well"
    knows: list[str] = field(default_factory=list)
    took: list[Webhook] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)

    @property
    def api_key(self) -> str:
        """The key it submits with."""
        return f"api-key-of-{self.id}-0123456789"

    def takes(self, headers: dict[str, str], body: bytes) -> None:
        """Take a webhook in, if it can be trusted."""
        signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
        signatures = headers["webhook-signature"].split(" ")
        if any(_signature(known, signed) in signatures for known in self.knows):
            self.took.append(Webhook(headers["webhook-id"], json.loads(body)))
        else:
            self.forged.append(headers["webhook-id"])

    def told(self) -> dict[str, set[str]]:
        """Transaction id to the statuses its webhooks told of."""
        told: defaultdict[str, set[str]] = defaultdict(set)
        for webhook in self.took:
            told[webhook.event["data"]["id"]].add(webhook.event["data"]["status"])
        return told


def _signature(known: str, signed: bytes) -> str:
    key = base64.b64decode(known.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
