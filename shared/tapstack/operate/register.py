"""The merchants table as a whole: what it holds of everybody in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tapstack.operate.merchants import enrolments
from tapstack.operate.merchants.enrolments import Enrolment
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.agreed.tables import (
    API_KEY_ID_PREFIX,
    API_KEY_MERCHANT,
    KEY,
    SECRET_ID_PREFIX,
    SETTINGS_ID_PREFIX,
)
from transactions.attributes import from_item
from transactions.settings import MerchantSettings, stored_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass
class Entry:
    """What the table holds of a merchant.

    Attributes:
        settings: those in force; None where it has none yet.
        enrolment: what operators noted; None for a merchant that is kept as resources, and for what is nobody's.
        bindings: ids of the items that bind API keys to it.
        has_secret: whether it has webhook secrets.
    """

    settings: MerchantSettings | None = None
    enrolment: Enrolment | None = None
    bindings: set[str] = field(default_factory=set)
    has_secret: bool = False


def read_register(
    client: "DynamoDBClient", table: str, looked: Callable[[int], None] = lambda _: None, *, settled: bool = True
) -> dict[str, Entry]:
    """Read the table once: merchant id to what it holds, in the order of the ids.

    Args:
        client: DynamoDB.
        table: the merchants table's name.
        looked: hears how many items were read, page by page.
        settled: whether all that was written before is seen; else what was written within the last second may be
            missing, and a page costs half as many read units.
    """
    found: dict[str, Entry] = {}
    for values in _items(client, table, looked, settled=settled):
        item_id: str = values[KEY]
        if item_id.startswith(API_KEY_ID_PREFIX):
            found.setdefault(values[API_KEY_MERCHANT], Entry()).bindings.add(item_id)
        elif item_id.startswith(enrolments.PREFIX):
            enrolment = enrolments.parse(values)
            found.setdefault(enrolment.merchant_id, Entry()).enrolment = enrolment
        elif item_id.startswith(SECRET_ID_PREFIX):
            found.setdefault(item_id.removeprefix(SECRET_ID_PREFIX), Entry()).has_secret = True
        elif (merchant_id := _in_force(item_id)) is not None:
            found.setdefault(merchant_id, Entry()).settings = stored_settings(values["settings"])
    # The environment's own is nobody's to list or to mend.
    found.pop(PROBE_MERCHANT, None)
    return dict(sorted(found.items()))


def merchant_ids(client: "DynamoDBClient", table: str) -> set[str]:
    """List the merchants that have settings or an enrolment, read by the items' ids alone."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True, ProjectionExpression=KEY)
    ids = [from_item(item)[KEY] for page in pages for item in page["Items"]]
    enrolled = {name.removeprefix(enrolments.PREFIX) for name in ids if name.startswith(enrolments.PREFIX)}
    return enrolled.union(filter(None, map(_in_force, ids))) - {PROBE_MERCHANT}


def _in_force(item_id: str) -> str | None:
    """Give the merchant whose settings in force an item holds; None for any other item."""
    kind, _, rest = item_id.partition("#")
    return rest if f"{kind}#" == SETTINGS_ID_PREFIX and "#" not in rest else None


def _items(
    client: "DynamoDBClient", table: str, looked: Callable[[int], None], *, settled: bool
) -> Iterator[Mapping[str, Any]]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=settled):
        yield from map(from_item, page["Items"])
        looked(page["ScannedCount"])
