"""The merchants table as a whole: everybody in it, and who has an API key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from transactions.agreed.tables import API_KEY_ID_PREFIX, API_KEY_MERCHANT, KEY
from transactions.attributes import from_item
from transactions.settings import MerchantSettings, stored_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass
class Entry:
    """A merchant: settings, None where it has none yet, and how many API keys are bound to it."""

    settings: MerchantSettings | None = None
    api_keys: int = 0


@dataclass(frozen=True)
class Register:
    """Merchant id to entry."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def of(self, merchant_id: str) -> Entry:
        """Return a merchant's entry, an empty one where there is none."""
        return self.entries.get(merchant_id, Entry())


def read_register(client: "DynamoDBClient", table: str) -> Register:
    """Read the settings in force and the bindings of API keys, of which only a hash is kept."""
    register = Register()
    for values in _items(client, table):
        kind, _, rest = values[KEY].partition("#")
        if f"{kind}#" == API_KEY_ID_PREFIX:
            register.entries.setdefault(values[API_KEY_MERCHANT], Entry()).api_keys += 1
        elif kind == "merchant" and "#" not in rest:
            register.entries.setdefault(rest, Entry()).settings = stored_settings(values["settings"])
    return register


def _items(client: "DynamoDBClient", table: str) -> Iterator[Mapping[str, Any]]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from map(from_item, page["Items"])
