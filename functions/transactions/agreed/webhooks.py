"""Webhooks: their secrets in the Standard Webhooks form, how often and how long each is tried, and when one waits.

waits up to LONGEST_DELAY_SECONDS    as a delayed message of the notifications queue, which is not in flight
longer waits                         as an item of the deliveries table, until a sweep puts it into the queue again
"""

from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what a secret begins with is none
SECRET_BYTES: Final = 32
"""Of random; base64 of them follows the prefix."""

HTTPS_PORT: Final = 443
"""The one port that webhooks go to, and that the network lets the notifier out by."""
ATTEMPT_SECONDS: Final = 20.0
"""For an attempt as a whole, from the name's look-up to the answer's status; Standard Webhooks asks for 15 to 30."""
BACK_OFF_SECONDS: Final = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, *(43_200,) * 5)
"""Waits between attempts before jitter, over three days in all."""
JITTER: Final = 0.1
"""A wait is longer by up to this part of it, so that what failed together does not come again together."""
DELIVERY_ATTEMPTS: Final = len(BACK_OFF_SECONDS) + 1
"""Attempts in all; after the last the notification is a dead letter."""
LONGEST_DELAY_SECONDS: Final = 900
"""The longest that SQS delays a message."""

SWEEP_MINUTES: Final = 1
"""Between two sweeps of what waits in the table; EventBridge has no shorter rate."""
PAUSE_AFTER_SECONDS: Final = 3 * 24 * 60 * 60
"""An endpoint that has failed for so long, without one delivery between, is paused."""
LOG_DAYS: Final = 30
"""How long the log of a delivery is kept that waits for nothing more."""
