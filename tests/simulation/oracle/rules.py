"""The rules and weights, from the descriptions of a merchant's settings."""

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulation.oracle.wire import Kept, Listed

Settings = Mapping[str, Any]
"""A merchant's settings as an operator wrote them."""

DECLINE: Final = 100
REVIEW: Final = 50
RULES: Final = {
    "amount_over_limit": DECLINE,
    "currency_not_allowed": DECLINE,
    "country_not_allowed": DECLINE,
    "bin_blocked": DECLINE,
    "card_expired": DECLINE,
    "foreign_card_high_amount": REVIEW,
    "night_ceiling": REVIEW,
}
"""What the transaction alone tells, in the order decisions list it, with its weight where settings say nothing else."""
DUPLICATE: Final = "duplicate"
CARD_LIMITS: Final = {"velocity_card_count": DECLINE, "velocity_card_amount": DECLINE}
CARD_UNKNOWN: Final = "velocity_card_unknown"
MERCHANT_LIMITS: Final = {"velocity_merchant_count": REVIEW, "velocity_merchant_amount": REVIEW}
MERCHANT_UNKNOWN: Final = "velocity_merchant_unknown"
WEIGHTS: Final = {
    **RULES,
    DUPLICATE: REVIEW,
    **CARD_LIMITS,
    CARD_UNKNOWN: REVIEW,
    **MERCHANT_LIMITS,
    MERCHANT_UNKNOWN: REVIEW,
}

FORCED: Final = {
    "tok_test_approved": ("test_approved",),
    "tok_test_declined": ("test_declined",),
    "tok_test_review": ("test_review",),
    "tok_test_velocity": ("test_velocity", "velocity_card_count"),
}
"""What a test token's decision says, whatever the rules and limits would."""

UNLIFTED: Final = frozenset({"currency_not_allowed", "card_expired", *CARD_LIMITS, CARD_UNKNOWN})
"""What counts whatever an entry of the card says, but for a block, which declines anyway."""

_BIN_DIGITS: Final = 8
_WESTERNMOST: Final = timedelta(hours=12)
"""By how much the last place on earth to end a month is behind UTC."""


@dataclass(frozen=True)
class Standing:
    """What the entries of a card come to."""

    blocked: bool = False
    allowed: bool = False
    muted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[Listed]) -> "Standing":
        """Put entries together."""
        effects = [(each.effect, each.rule) for each in entries]
        muted = frozenset(rule for effect, rule in effects if effect == "mute")
        return cls(("block", "") in effects, ("allow", "") in effects, muted)

    def counting(self, found: Iterable[str]) -> list[str]:
        """Give what counts of what was found, as a decision lists it."""
        if self.blocked:
            return ["card_blocked", *found]
        if self.allowed:
            return ["card_allowed", *(reason for reason in found if reason in UNLIFTED)]
        return [reason for reason in found if reason in UNLIFTED or reason not in self.muted]


def found(transaction: Kept, settings: Settings) -> list[str]:
    """List what speaks against a transaction by itself."""
    found = set(_found(transaction, settings))
    return [reason for reason in RULES if reason in found]


def _found(transaction: Kept, settings: Settings) -> Iterator[str]:
    card = transaction.submission["card"]
    moment = datetime.fromtimestamp(transaction.created_at / 1000, UTC)
    if settings.get("card_countries") and card["country"] not in settings["card_countries"]:
        yield "country_not_allowed"
    if any(_may_be_blocked(card["bin"], blocked) for blocked in settings.get("blocked_bins", ())):
        yield "bin_blocked"
    if moment >= _good_until(card["expires"]):
        yield "card_expired"
    limits = settings["currencies"].get(transaction.currency)
    if limits is None:
        yield "currency_not_allowed"
        return
    if transaction.amount > limits["amount_limit"]:
        yield "amount_over_limit"
    if card["country"] != settings["country"] and transaction.amount > limits["foreign_card_review_above"]:
        yield "foreign_card_high_amount"
    ceiling = limits.get("night_ceiling")
    night = settings.get("night")
    if ceiling is not None and night and _is_night(moment, night) and transaction.amount > ceiling:
        yield "night_ceiling"


def score(reasons: Iterator[str] | list[str], settings: Settings) -> int:
    """Add up the weights."""
    weights = {
        **WEIGHTS,
        "test_approved": 0,
        "test_declined": settings.get("decline_from", DECLINE),
        "test_review": settings.get("review_from", REVIEW),
        "test_velocity": 0,
        "card_blocked": settings.get("decline_from", DECLINE),
        "card_allowed": 0,
        **settings.get("weights", {}),
    }
    return sum(weights[reason] for reason in reasons)


def verdict(points: int, settings: Settings) -> str:
    """Hold a score against the two thresholds."""
    if points >= settings.get("decline_from", DECLINE):
        return "declined"
    return "review" if points >= settings.get("review_from", REVIEW) else "approved"


def is_declined(reasons: list[str], settings: Settings) -> bool:
    """Tell whether reasons decline."""
    return verdict(score(reasons, settings), settings) == "declined"


def _may_be_blocked(card_bin: str, blocked: str) -> bool:
    """Tell whether a card number that begins with the BIN could lie in what is blocked."""
    low, _, high = blocked.partition("-")
    first, last = low.ljust(_BIN_DIGITS, "0"), (high or low).ljust(_BIN_DIGITS, "9")
    return card_bin.ljust(_BIN_DIGITS, "0") <= last and first <= card_bin.ljust(_BIN_DIGITS, "9")


def _good_until(expires: str) -> datetime:
    """A card is good until its last month has ended everywhere."""
    year, month = map(int, expires.split("-"))
    days = calendar.monthrange(year, month)[1]
    return datetime(year, month, 1, tzinfo=UTC) + timedelta(days=days) + _WESTERNMOST


def _is_night(moment: datetime, night: Mapping[str, Any]) -> bool:
    hours, at = [], night["from_hour"]
    while at != night["to_hour"]:
        hours.append(at)
        at = (at + 1) % 24
    return moment.astimezone(ZoneInfo(night["timezone"])).hour in hours
