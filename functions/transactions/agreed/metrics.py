"""The functions' own metrics, for dashboards and alarms; each has the dimension `service`, the function's name."""

from typing import Final

from transactions.product import PRODUCT

NAMESPACE: Final = PRODUCT
PROBE_NAMESPACE: Final = f"{PRODUCT}-probe"
"""Of what is the probe's: the same metrics, which no alarm and no dashboard counts."""

RECORDS_FAILED: Final = "RecordsFailed"
"""Records of the stream that have to come again."""
WEBHOOKS_DELIVERED: Final = "WebhooksDelivered"
WEBHOOKS_FAILED: Final = "WebhooksFailed"
"""Attempts, not notifications."""
WEBHOOKS_HELD: Final = "WebhooksHeld"
"""Notifications that wait without an attempt, since their endpoint is failing or paused."""
WEBHOOKS_UNADDRESSED: Final = "WebhooksUnaddressed"
"""Notifications of merchants that have no webhook URL."""
ENDPOINTS_PAUSED: Final = "EndpointsPaused"
OLDEST_REVIEW_AGE: Final = "OldestReviewAge"
"""Since when the oldest transaction in review is there, in seconds, at each sweep; 0 where none is."""


def answered(status: int) -> str:
    """Name the count of answers of the validator by their class: `Answered2xx`."""
    return f"Answered{status // 100}xx"


def decided(verdict: str) -> str:
    """Name the count of decisions by their verdict: `DecidedApproved`."""
    return f"Decided{verdict.capitalize()}"
