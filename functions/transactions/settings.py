"""A merchant's settings: what may be submitted, and all the numbers that decisions are made by."""

import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from transactions.agreed.invocations import DAY_SECONDS
from transactions.agreed.merchant_ids import MERCHANT_ID_PATTERN
from transactions.errors import InvalidSettingsError
from transactions.money import CURRENCIES
from transactions.submission import Country, Currency

DECLINE_FROM: Final = 100
REVIEW_FROM: Final = 50

WEIGHTS: Final[Mapping[str, int]] = {
    "amount_over_limit": DECLINE_FROM,
    "currency_not_allowed": DECLINE_FROM,
    "country_not_allowed": DECLINE_FROM,
    "bin_blocked": DECLINE_FROM,
    "card_expired": DECLINE_FROM,
    "foreign_card_high_amount": REVIEW_FROM,
    "night_ceiling": REVIEW_FROM,
    "duplicate": REVIEW_FROM,
    "velocity_card_count": DECLINE_FROM,
    "velocity_card_amount": DECLINE_FROM,
    "velocity_card_unknown": REVIEW_FROM,
    "velocity_merchant_count": REVIEW_FROM,
    "velocity_merchant_amount": REVIEW_FROM,
    "velocity_merchant_unknown": REVIEW_FROM,
}
"""Reason code to weight, where a merchant's settings say nothing else."""

STRICT: Final = frozenset({"velocity_card_count", "velocity_card_amount", "velocity_card_unknown"})
"""Reasons that no weight may make harmless: what they speak against must never be approved."""

LONGEST_WINDOW_SECONDS: Final = 7 * DAY_SECONDS

Amount = Annotated[int, Meta(ge=1)]
_BIN: Final = "[0-9]{1,8}"


class CurrencyLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is allowed in one currency, in its minor units."""

    amount_limit: Amount
    foreign_card_review_above: Annotated[int, Meta(ge=0)]
    """A card from another country than the merchant's is looked at above this amount."""
    night_ceiling: Amount | None = None
    """Above this amount a transaction in the merchant's night is looked at."""


class NightHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The merchant's night, from one full hour to another, over midnight where the first is the later."""

    timezone: str
    """IANA name, such as `Europe/Berlin`."""
    from_hour: Annotated[int, Meta(ge=0, le=23)]
    to_hour: Annotated[int, Meta(ge=0, le=23)]


class CardVelocity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one card may do at the merchant in any window of time. Strict, whatever runs at the same time."""

    window_seconds: Annotated[int, Meta(ge=1, le=LONGEST_WINDOW_SECONDS)]
    count: Annotated[int, Meta(ge=1, le=20)]
    """At most twenty, so that a card's history stays within one write unit."""
    amounts: dict[Currency, Amount] = {}
    """Currency to minor units; a currency that is not named has no limit of its amount."""


class MerchantVelocity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the merchant may do with all cards together in any window; passed by a bounded number at the most."""

    window_seconds: Annotated[int, Meta(ge=60, le=DAY_SECONDS)]
    count: Annotated[int, Meta(ge=1)]
    amounts: dict[Currency, Amount] = {}


class MerchantSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A merchant's settings."""

    id: Annotated[str, Meta(pattern=rf"^{MERCHANT_ID_PATTERN}\Z")]
    version: Annotated[int, Meta(ge=1)] = 1
    """Counted up by the table at every change; decisions name the one they were made by."""
    status: Literal["active", "suspended"] = "active"
    country: Country
    currencies: Annotated[dict[Currency, CurrencyLimits], Meta(min_length=1, max_length=20)]
    """Currencies taken, each with its limits."""
    card_countries: list[Country] = []
    """Where cards may come from; empty for everywhere."""
    blocked_bins: list[Annotated[str, Meta(pattern=rf"^{_BIN}(-{_BIN})?\Z")]] = []
    """BINs that are declined: beginnings (`4000`) or ranges of them (`400000-400099`)."""
    duplicate_window_seconds: Annotated[int, Meta(ge=0)] = 60
    """The same card and amount again within this time is looked at; no longer than the card's velocity window."""
    night: NightHours | None = None
    card_velocity: CardVelocity
    merchant_velocity: MerchantVelocity | None = None
    weights: dict[str, Annotated[int, Meta(ge=0, le=1000)]] = {}
    """Reason code to weight; written out in full when the settings are parsed."""
    review_from: Annotated[int, Meta(ge=1)] = REVIEW_FROM
    """The score from which a transaction is for a person to decide."""
    decline_from: Annotated[int, Meta(ge=1)] = DECLINE_FROM
    """The score from which a transaction is declined."""
    webhook_url: str | None = None


def parse_settings(document: Mapping[str, Any], *, allow_private: bool = False) -> MerchantSettings:
    """Check settings as an operator wrote them.

    Args:
        document: setting name to value.
        allow_private: whether webhooks may go to http.

    Raises:
        InvalidSettingsError: names the merchant, the setting and what is wrong with it.
    """
    try:
        settings = msgspec.convert(document, MerchantSettings)
    except msgspec.ValidationError as error:
        raise InvalidSettingsError(f"settings of merchant {document.get('id')!r}: {error}") from error
    settings = msgspec.structs.replace(settings, weights={**WEIGHTS, **settings.weights})
    problems = (*_unknown_words(settings), *_conflicts(settings), *_url_problems(settings.webhook_url, allow_private))
    for wrong in problems:
        raise InvalidSettingsError(f"settings of merchant {settings.id!r}: {wrong}")
    return settings


def _unknown_words(settings: MerchantSettings) -> Iterator[str]:
    """Find currencies, time zones and reason codes that do not exist."""
    limited = set(settings.card_velocity.amounts)
    if settings.merchant_velocity:
        limited |= settings.merchant_velocity.amounts.keys()
    for currency in sorted((settings.currencies.keys() | limited) - CURRENCIES):
        yield f"{currency!r} is no currency of ISO 4217"
    if settings.night and settings.night.timezone not in zoneinfo.available_timezones():
        yield f"night.timezone is {settings.night.timezone!r}; it is to be an IANA name such as Europe/Berlin"
    for code in sorted(settings.weights.keys() - WEIGHTS.keys()):
        yield f"weights has {code!r}; the reason codes are {', '.join(WEIGHTS)}"


def _conflicts(settings: MerchantSettings) -> Iterator[str]:
    """Find settings that cannot hold together."""
    for blocked in settings.blocked_bins:
        low, _, high = blocked.partition("-")
        if high and (len(low) != len(high) or low > high):
            yield f"blocked_bins has {blocked!r}; a range is two BINs of one length, the smaller first"
    if settings.duplicate_window_seconds > settings.card_velocity.window_seconds:
        yield (
            f"duplicate_window_seconds is {settings.duplicate_window_seconds}; it is to be no longer than "
            f"card_velocity.window_seconds ({settings.card_velocity.window_seconds})"
        )
    if settings.decline_from < settings.review_from:
        yield f"decline_from is {settings.decline_from}, below review_from ({settings.review_from})"
    for code in sorted(STRICT):
        if settings.weights[code] < settings.review_from:
            yield f"weights.{code} is {settings.weights[code]}, below review_from: its limit would not hold"


def _url_problems(url: str | None, allow_private: bool) -> Iterator[str]:  # noqa: FBT001 - private, called once
    if url is None:
        return
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        yield f"webhook_url is no URL: {error}"
        return
    if parts.scheme not in ({"https", "http"} if allow_private else {"https"}) or not parts.hostname:
        yield "webhook_url is to be an https URL"
    if parts.username is not None or parts.fragment:
        yield "webhook_url is to have neither user name nor fragment"
