"""The samples: merchants with their tiers, and transactions that show every decision."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

MERCHANTS: Final = Path(__file__).with_name("merchants.json")
"""Settings, an object a merchant, without webhook URLs."""
TRANSACTIONS: Final = Path(__file__).with_name("smoke.jsonl")
"""One a line; in turn of each merchant."""

TIERS: Final[Mapping[str, str]] = {"acme": "standard", "globex": "premium", "initech": "standard"}
"""Merchant id to tier."""
