"""What can speak against a transaction: one row for every reason code, with its weight and what it compares.

Rules look at the transaction alone. What else has reasons against it, the histories of cards and merchants, finds them
by counting (`transactions.velocity`). The weights are where a merchant's settings say nothing else, and what comes of
them is in `transactions.findings`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from transactions.clock import iso
from transactions.settings import DECLINE_FROM, REVIEW_FROM, CurrencyLimits, MerchantSettings
from transactions.transaction import Transaction

_LAST_ZONE_MS: Final = 12 * 60 * 60 * 1000
"""A month ends last at UTC-12, and nobody says in which zone a card's does."""

Rule = Callable[[Transaction, MerchantSettings], bool]
"""Tells whether it speaks against the transaction."""


@dataclass(frozen=True)
class Comparison:
    """A transaction beside the settings it is decided by, to be put into words.

    Attributes:
        transaction: what is decided.
        settings: its merchant's.
        near_card: what the history of its card has near it, in words.
        near_merchant: likewise what its merchant's counts have.
    """

    transaction: Transaction
    settings: MerchantSettings
    near_card: str
    near_merchant: str

    @property
    def money(self) -> str:
        """The amount with its currency, in minor units."""
        return f"{self.transaction.submission.amount} {self.transaction.submission.currency}"

    @property
    def limits(self) -> CurrencyLimits | None:
        """What is allowed in the transaction's currency."""
        return self.settings.currencies.get(self.transaction.submission.currency)


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A row of the table."""

    code: str
    weight: int
    """Where a merchant's settings say nothing else."""
    compared: Callable[[Comparison], str]
    """Says in words and numbers what was looked at."""
    rule: Rule | None = None
    """None where a history finds it by counting."""
    is_strict: bool = False
    """Whether no weight may make it harmless: what it speaks against must never be approved."""
    is_lifted: bool = True
    """Whether an entry of the card can keep it from counting (`transactions.card_lists`); of a strict one none can."""


def amount_over_limit(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The amount is over the merchant's limit in its currency."""
    limits = settings.currencies.get(transaction.submission.currency)
    return limits is not None and transaction.submission.amount > limits.amount_limit


def _amount(case: Comparison) -> str:
    return f"{case.money}; limit {case.limits.amount_limit}" if case.limits else _no_limits(case)


def currency_not_allowed(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The merchant does not take the currency."""
    return transaction.submission.currency not in settings.currencies


def _currency(case: Comparison) -> str:
    return f"{case.transaction.submission.currency}; taken {', '.join(case.settings.currencies)}"


def country_not_allowed(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The merchant does not take cards from the country."""
    return bool(settings.card_countries) and transaction.submission.card.country not in settings.card_countries


def _country(case: Comparison) -> str:
    return f"card of {case.transaction.submission.card.country}; taken {_any(case.settings.card_countries)}"


def bin_blocked(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The card's BIN begins as a blocked one does, or as one in a blocked range."""
    card_bin = transaction.submission.card.bin
    for blocked in settings.blocked_bins:
        low, _, high = blocked.partition("-")
        # A BIN shorter than the range's ends may be of a card inside it, and so may one that is longer.
        common = min(len(card_bin), len(low))
        if low[:common] <= card_bin[:common] <= (high or low)[:common]:
            return True
    return False


def _bin(case: Comparison) -> str:
    return f"{case.transaction.submission.card.bin}; blocked {', '.join(case.settings.blocked_bins) or 'none'}"


def card_expired(transaction: Transaction, settings: MerchantSettings) -> bool:  # noqa: ARG001 - all rules look alike
    """The card's last month was over everywhere when the transaction came."""
    return transaction.submission.card.expires < iso(transaction.created_at - _LAST_ZONE_MS)[: len("YYYY-MM")]


def _expiry(case: Comparison) -> str:
    came = iso(case.transaction.created_at)
    return f"good to the end of {case.transaction.submission.card.expires} at UTC-12; came {came}"


def foreign_card_high_amount(transaction: Transaction, settings: MerchantSettings) -> bool:
    """The card is from another country than the merchant, and the amount above the threshold."""
    submission = transaction.submission
    limits = settings.currencies.get(submission.currency)
    return (
        limits is not None
        and submission.card.country != settings.country
        and submission.amount > limits.foreign_card_review_above
    )


def _foreign(case: Comparison) -> str:
    if not case.limits:
        return _no_limits(case)
    return (
        f"card of {case.transaction.submission.card.country}, merchant in {case.settings.country}; "
        f"{case.money}, looked at above {case.limits.foreign_card_review_above}"
    )


def night_ceiling(transaction: Transaction, settings: MerchantSettings) -> bool:
    """It is night at the merchant's, and the amount above what is usual then."""
    limits = settings.currencies.get(transaction.submission.currency)
    night = settings.night
    if night is None or limits is None or limits.night_ceiling is None:
        return False
    moment = datetime.fromtimestamp(transaction.created_at / 1000, UTC)
    hour = moment.astimezone(ZoneInfo(night.timezone)).hour
    if night.from_hour <= night.to_hour:
        is_night = night.from_hour <= hour < night.to_hour
    else:
        is_night = hour >= night.from_hour or hour < night.to_hour
    return is_night and transaction.submission.amount > limits.night_ceiling


def _night(case: Comparison) -> str:
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


def _duplicate(case: Comparison) -> str:
    return f"the same amount within {case.settings.duplicate_window_seconds} s; {case.near_card}"


def _card_count(case: Comparison) -> str:
    limit = case.settings.card_velocity
    return f"limit {limit.count} in {limit.window_seconds} s; {case.near_card}"


def _card_amount(case: Comparison) -> str:
    limit = case.settings.card_velocity
    return f"{_amount_limit(case, limit.amounts, limit.window_seconds)}; {case.near_card}"


def _merchant_count(case: Comparison) -> str:
    limit = case.settings.merchant_velocity
    if limit is None:
        return "no limit of the merchant's own"
    return f"limit {limit.count} in {limit.window_seconds} s; {case.near_merchant}"


def _merchant_amount(case: Comparison) -> str:
    limit = case.settings.merchant_velocity
    if limit is None:
        return "no limit of the merchant's own"
    return f"{_amount_limit(case, limit.amounts, limit.window_seconds)}; {case.near_merchant}"


def _unknown(case: Comparison) -> str:
    return f"came {iso(case.transaction.created_at)}; found a day later, or where its time is forgotten"


def _no_limits(case: Comparison) -> str:
    return f"{case.transaction.submission.currency} is not taken"


def _any(countries: list[str]) -> str:
    return f"from {', '.join(countries)}" if countries else "from everywhere"


def _amount_limit(case: Comparison, amounts: Mapping[str, int], window_seconds: int) -> str:
    currency = case.transaction.submission.currency
    if currency not in amounts:
        return f"no limit in {currency}"
    return f"{case.money}, limit {amounts[currency]} in {window_seconds} s"


REASONS: Final = (
    Reason(code="amount_over_limit", weight=DECLINE_FROM, compared=_amount, rule=amount_over_limit),
    Reason(
        code="currency_not_allowed", weight=DECLINE_FROM, compared=_currency, rule=currency_not_allowed, is_lifted=False
    ),
    Reason(code="country_not_allowed", weight=DECLINE_FROM, compared=_country, rule=country_not_allowed),
    Reason(code="bin_blocked", weight=DECLINE_FROM, compared=_bin, rule=bin_blocked),
    Reason(code="card_expired", weight=DECLINE_FROM, compared=_expiry, rule=card_expired, is_lifted=False),
    Reason(code="foreign_card_high_amount", weight=REVIEW_FROM, compared=_foreign, rule=foreign_card_high_amount),
    Reason(code="night_ceiling", weight=REVIEW_FROM, compared=_night, rule=night_ceiling),
    Reason(code="duplicate", weight=REVIEW_FROM, compared=_duplicate),
    Reason(code="velocity_card_count", weight=DECLINE_FROM, compared=_card_count, is_strict=True),
    Reason(code="velocity_card_amount", weight=DECLINE_FROM, compared=_card_amount, is_strict=True),
    Reason(code="velocity_card_unknown", weight=REVIEW_FROM, compared=_unknown, is_strict=True),
    Reason(code="velocity_merchant_count", weight=REVIEW_FROM, compared=_merchant_count),
    Reason(code="velocity_merchant_amount", weight=REVIEW_FROM, compared=_merchant_amount),
    Reason(code="velocity_merchant_unknown", weight=REVIEW_FROM, compared=_unknown),
)
"""In the order in which they are told."""

BY_CODE: Final[Mapping[str, Reason]] = {reason.code: reason for reason in REASONS}
RULES: Final[Mapping[str, Rule]] = {reason.code: reason.rule for reason in REASONS if reason.rule}
WEIGHTS: Final[Mapping[str, int]] = {reason.code: reason.weight for reason in REASONS}
STRICT: Final = frozenset(reason.code for reason in REASONS if reason.is_strict)
UNLIFTED: Final = STRICT.union(reason.code for reason in REASONS if not reason.is_lifted)


def is_card_limit(code: str) -> bool:
    """Tell whether a reason is one of the limits of a card, those that other versions know too."""
    return code.startswith("velocity_card_")


def is_merchant_limit(code: str) -> bool:
    """Tell whether a reason is one of the limits of a merchant, likewise."""
    return code.startswith("velocity_merchant_")
