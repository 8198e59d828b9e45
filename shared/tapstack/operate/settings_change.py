"""What a change of a merchant's settings does beside what it says."""

from collections.abc import Iterator
from typing import Final

from transactions.memory import CACHE_MS
from transactions.settings import MerchantSettings
from transactions.velocity.merchant import unknown_ms

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS


def side_effects(held: MerchantSettings, wanted: MerchantSettings) -> Iterator[str]:
    """Say what an operator may not expect, a line each.

    Args:
        held: the settings in force.
        wanted: those that are to take their place.
    """
    earlier, later = held.merchant_velocity, wanted.merchant_velocity
    if earlier and later and (milliseconds := unknown_ms(earlier, later)):
        yield (
            f"merchant {wanted.id}: merchant_velocity.window_seconds goes from {earlier.window_seconds} to "
            f"{later.window_seconds}; what the shorter window has forgotten the longer one could hold, so for up to "
            f"{_long(milliseconds + CACHE_MS)} every transaction is for review (velocity_merchant_unknown)"
        )


def _long(milliseconds: int) -> str:
    """Write a length of time in whole minutes or hours, rounded up."""
    unit, name = (_MINUTE_MS, "min") if milliseconds <= 2 * _HOUR_MS else (_HOUR_MS, "h")
    return f"{-(-milliseconds // unit)} {name}"
