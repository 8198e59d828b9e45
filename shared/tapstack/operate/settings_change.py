"""What a change of a merchant's settings does beside what it says."""

from collections.abc import Iterator
from typing import Final

from tapstack.operate.reasons import check_reason
from transactions.memory import CACHE_MS
from transactions.settings import MerchantSettings
from transactions.velocity.merchant import unknown_ms

LONGEST_REASON: Final = 200
"""Bytes: it stands in every version's item."""
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


def check_version_reason(reason: str) -> None:
    """Refuse a reason that cannot be kept with a version; an empty one is none.

    Raises:
        UserError: as `check_reason` says.
    """
    check_reason(reason, LONGEST_REASON, "the version", may_be_empty=True)


def _long(milliseconds: int) -> str:
    """Write a length of time in whole minutes or hours, rounded up."""
    unit, name = (_MINUTE_MS, "min") if milliseconds <= 2 * _HOUR_MS else (_HOUR_MS, "h")
    return f"{-(-milliseconds // unit)} {name}"
