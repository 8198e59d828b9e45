"""A merchant's settings as an operator writes them: a document, checked before it is in force."""

import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from transactions.errors import InvalidSettingsError
from transactions.money import CURRENCIES
from transactions.rules import STRICT, WEIGHTS
from transactions.settings import MerchantSettings


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
        yield f"night.timezone is {settings.night.timezone!r}; it must be an IANA name such as Europe/Berlin"
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
            f"duplicate_window_seconds is {settings.duplicate_window_seconds}; it must be no longer than "
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
        yield "webhook_url must be an https URL"
    if parts.username is not None or parts.fragment:
        yield "webhook_url must have neither user name nor fragment"
