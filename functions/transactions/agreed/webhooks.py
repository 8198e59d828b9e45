"""Webhooks: their secrets in the Standard Webhooks form, and how often and how long each is tried."""

from typing import Final, TypeVar

_Text = TypeVar("_Text")

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what a secret begins with is none
SECRET_BYTES: Final = 32
"""Of random; base64 of them follows the prefix."""

ATTEMPT_SECONDS: Final = 8.0
"""For an attempt as a whole, up to the answer's status; who answers drop by drop has no more."""
BACK_OFF_SECONDS: Final = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 21_600, 21_600)
"""Waits between attempts, a little over a day in all."""
DELIVERY_ATTEMPTS: Final = len(BACK_OFF_SECONDS) + 1
"""Attempts in all; after the last the notification is a dead letter."""


def first_secret(current: _Text) -> dict[str, _Text | None]:
    """Write a merchant's secret as Secrets Manager keeps it, before any rotation: nothing is previous."""
    return {"current": current, "previous": None}
