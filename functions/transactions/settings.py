"""A merchant's settings: what may be submitted, and all the numbers that decisions are made by."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from transactions.agreed.invocations import DAY_SECONDS
from transactions.agreed.merchant_ids import MERCHANT_ID_PATTERN
from transactions.stored import read_stored
from transactions.submission import Country, Currency

DECLINE_FROM: Final = 100
REVIEW_FROM: Final = 50

LONGEST_WINDOW_SECONDS: Final = 7 * DAY_SECONDS
MOST_CARD_COUNT: Final = 20

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
    count: Annotated[int, Meta(ge=1, le=MOST_CARD_COUNT)]
    """Bounded, so that a card's history stays within one write unit."""
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
    """Reason code to weight; all are written out when settings are checked, so one that is not there is newer."""
    review_from: Annotated[int, Meta(ge=1)] = REVIEW_FROM
    """The score from which a transaction is for a person to decide."""
    decline_from: Annotated[int, Meta(ge=1)] = DECLINE_FROM
    """The score from which a transaction is declined."""
    resolves_reviews: bool = False
    """Whether the merchant may close its own reviews by its API key, beside the operators."""
    webhook_url: str | None = None


def stored_settings(values: Mapping[str, Any]) -> MerchantSettings:
    """Read settings of any age, as an item of the merchants table holds them.

    Raises:
        msgspec.ValidationError: no version of the code could have written them.
    """
    return read_stored(_with_limits_per_currency(values), MerchantSettings)


def _with_limits_per_currency(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Rewrite settings of the time when one limit held for all currencies, and one velocity."""
    if not isinstance(values.get("currencies"), list):
        return values
    limits = {name: values[name] for name in ("amount_limit", "foreign_card_review_above")}
    velocity = values["velocity"]
    return {
        **values,
        "currencies": dict.fromkeys(values["currencies"], limits),
        "card_velocity": {
            "window_seconds": velocity["window_seconds"],
            "count": min(velocity["count"], MOST_CARD_COUNT),
            "amounts": dict.fromkeys(values["currencies"], velocity["amount"]),
        },
    }
