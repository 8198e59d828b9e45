"""A merchant's settings as an operator writes them: a document, checked before it is in force."""

import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from transactions.errors import InvalidSettingsError
from transactions.money import CURRENCIES
from transactions.rules import STRICT, WEIGHTS
from transactions.settings import MerchantSettings
from transactions.webhooks.targets import InvalidTargetError, parse_target


def parse_settings(document: Mapping[str, Any], *, allow_private: bool = False) -> MerchantSettings:
    """Check settings as an operator wrote them.

    Args:
        document: setting name to value.
        allow_private: whether webhooks may go to http, to other ports and to private hosts.

    Raises:
        InvalidSettingsError: names the merchant, the setting and what is wrong with it.
    """
    try:
        settings = msgspec.convert(document, MerchantSettings)
    except msgspec.ValidationError as error:
        raise InvalidSettingsError(f"settings of merchant {document.get('id')!r}: {error}") from error
    settings = msgspec.structs.replace(settings, weights={**WEIGHTS, **settings.weights})
    for wrong in (*_unknown_words(settings), *_conflicts(settings)):
        raise InvalidSettingsError(f"settings of merchant {settings.id!r}: {wrong}")
    return _callable_url(settings, allow_private=allow_private)


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


def _callable_url(settings: MerchantSettings, *, allow_private: bool) -> MerchantSettings:
    """Write the webhook's URL as it is called: percent-encoded, and its host in ASCII.

    Raises:
        InvalidSettingsError: it can never be called.
    """
    if settings.webhook_url is None:
        return settings
    try:
        target = parse_target(settings.webhook_url, allow_private=allow_private)
    except InvalidTargetError as error:
        raise InvalidSettingsError(f"settings of merchant {settings.id!r}: webhook_url {error}") from error
    return msgspec.structs.replace(settings, webhook_url=target.url)
