"""The probe: a merchant of the environment's own, by which `tapstack smoke` sees whether everything works.

Its transactions go the way of all others. Its webhooks are signed and logged as all are, and go to a sink: items of the
deliveries table, which DynamoDB deletes after a while. It is counted in metrics of its own.
"""

from typing import Final

PROBE_MERCHANT: Final = "probe"
"""Its merchant id; no merchant can have it."""
SINK_URL: Final = "sink:probe"
"""Its webhook URL, which nothing calls: the notifier knows the sink by the merchant, and nobody else's leads there."""
SINK_ID_PREFIX: Final = "sink#"
SINK_SECONDS: Final = 60 * 60
"""How long a webhook is kept in the sink that nobody takes out of it."""


def sink_id(webhook_id: str) -> str:
    """Give the id of the item of a webhook in the sink."""
    return f"{SINK_ID_PREFIX}{webhook_id}"
