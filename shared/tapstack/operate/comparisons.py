"""What each rule looked at, in words and numbers: one entry for every reason code there is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from tapstack.operate.traces import Traces
from transactions.clock import iso
from transactions.settings import CurrencyLimits, MerchantSettings
from transactions.transaction import Transaction


@dataclass(frozen=True)
class Case:
    """A transaction, the settings it was decided by, and what the velocity table still has of its time."""

    transaction: Transaction
    settings: MerchantSettings
    traces: Traces

    @property
    def money(self) -> str:
        """The amount with its currency, in minor units."""
        return f"{self.transaction.submission.amount} {self.transaction.submission.currency}"

    @property
    def limits(self) -> CurrencyLimits | None:
        """What is allowed in the transaction's currency."""
        return self.settings.currencies.get(self.transaction.submission.currency)


def _amount(case: Case) -> str:
    return f"{case.money}; limit {case.limits.amount_limit}" if case.limits else _no_limits(case)


def _currency(case: Case) -> str:
    return f"{case.transaction.submission.currency}; taken {', '.join(case.settings.currencies)}"


def _country(case: Case) -> str:
    return f"card of {case.transaction.submission.card.country}; taken {_any(case.settings.card_countries)}"


def _bin(case: Case) -> str:
    return f"{case.transaction.submission.card.bin}; blocked {', '.join(case.settings.blocked_bins) or 'none'}"


def _expiry(case: Case) -> str:
    return f"good to {case.transaction.submission.card.expires}; came {iso(case.transaction.created_at)}"


def _foreign(case: Case) -> str:
    if not case.limits:
        return _no_limits(case)
    return (
        f"card of {case.transaction.submission.card.country}, merchant in {case.settings.country}; "
        f"{case.money}, looked at above {case.limits.foreign_card_review_above}"
    )


def _night(case: Case) -> str:
    night = case.settings.night
    if night is None:
        return "the merchant has no night"
    if not case.limits or case.limits.night_ceiling is None:
        return f"no ceiling in {case.transaction.submission.currency}"
    local = datetime.fromtimestamp(case.transaction.created_at / 1000, UTC).astimezone(ZoneInfo(night.timezone))
    return (
        f"{local:%H:%M} in {night.timezone}, night from {night.from_hour} to {night.to_hour}; "
        f"{case.money}, ceiling {case.limits.night_ceiling}"
    )


def _duplicate(case: Case) -> str:
    return f"the same amount within {case.settings.duplicate_window_seconds} s; {case.traces.card.words}"


def _card_count(case: Case) -> str:
    limit = case.settings.card_velocity
    return f"limit {limit.count} in {limit.window_seconds} s; {case.traces.card.words}"


def _card_amount(case: Case) -> str:
    limit = case.settings.card_velocity
    return f"{_amount_limit(case, limit.amounts, limit.window_seconds)}; {case.traces.card.words}"


def _merchant_count(case: Case) -> str:
    limit = case.settings.merchant_velocity
    if limit is None:
        return "no limit of the merchant's own"
    return f"limit {limit.count} in {limit.window_seconds} s; {case.traces.merchant.words}"


def _merchant_amount(case: Case) -> str:
    limit = case.settings.merchant_velocity
    if limit is None:
        return "no limit of the merchant's own"
    return f"{_amount_limit(case, limit.amounts, limit.window_seconds)}; {case.traces.merchant.words}"


def _unknown(case: Case) -> str:
    return f"came {iso(case.transaction.created_at)}; found a day later, or where its time is forgotten"


COMPARISONS: Final[Mapping[str, Callable[[Case], str]]] = {
    "amount_over_limit": _amount,
    "currency_not_allowed": _currency,
    "country_not_allowed": _country,
    "bin_blocked": _bin,
    "card_expired": _expiry,
    "foreign_card_high_amount": _foreign,
    "night_ceiling": _night,
    "duplicate": _duplicate,
    "velocity_card_count": _card_count,
    "velocity_card_amount": _card_amount,
    "velocity_card_unknown": _unknown,
    "velocity_merchant_count": _merchant_count,
    "velocity_merchant_amount": _merchant_amount,
    "velocity_merchant_unknown": _unknown,
}
"""Reason code to what says it in words."""


def _no_limits(case: Case) -> str:
    return f"{case.transaction.submission.currency} is not taken"


def _any(countries: list[str]) -> str:
    return f"from {', '.join(countries)}" if countries else "from everywhere"


def _amount_limit(case: Case, amounts: Mapping[str, int], window_seconds: int) -> str:
    currency = case.transaction.submission.currency
    if currency not in amounts:
        return f"no limit in {currency}"
    return f"{case.money}, limit {amounts[currency]} in {window_seconds} s"
