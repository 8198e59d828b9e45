"""The probe's settings: in force wherever the API is deployed, and the same in every environment.

A change of them needs the next version: decisions name the one that they were made by.
"""

from typing import Final

from transactions.agreed.probe import PROBE_MERCHANT, SINK_URL
from transactions.rules import WEIGHTS
from transactions.settings import CardVelocity, CurrencyLimits, MerchantSettings

CURRENCY: Final = "EUR"
COUNTRY: Final = "DE"
AMOUNT_LIMIT: Final = 10_000
"""What is above it is declined, in minor units."""

SETTINGS: Final = MerchantSettings(
    id=PROBE_MERCHANT,
    version=2,
    country=COUNTRY,
    currencies={CURRENCY: CurrencyLimits(amount_limit=AMOUNT_LIMIT, foreign_card_review_above=AMOUNT_LIMIT)},
    card_velocity=CardVelocity(window_seconds=60, count=20),
    weights=dict(WEIGHTS),
    webhook_url=SINK_URL,
)
