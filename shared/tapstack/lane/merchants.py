"""The settings of the lane's merchants, written as an operator writes them."""

import json
from pathlib import Path
from typing import Any, Final

from tapstack.lane.emulator.server import emulated_aws
from transactions.clock import now
from transactions.merchants import Merchants
from transactions.settings_document import parse_settings

SAMPLES: Final = Path(__file__).parent / "samples" / "merchants.json"


def write_settings(endpoint: str, table: str, webhooks: str) -> None:
    """Write the settings of every merchant of the lane.

    Args:
        endpoint: the emulator.
        table: the merchants table's name.
        webhooks: the receiver's URL; each merchant's webhooks go to a path with its id.
    """
    client = emulated_aws(endpoint).client("dynamodb")
    merchants = Merchants(client, table, now)
    documents: list[dict[str, Any]] = json.loads(SAMPLES.read_text(encoding="utf-8"))
    for document in documents:
        target = {"webhook_url": f"{webhooks}/{document['id']}"}
        merchants.write(parse_settings(document | target, allow_private=True))
