"""What the role of smoke runs may do: read what two layers export, and handle the probe's own items and its secret."""

from collections.abc import Sequence
from typing import Final

from grants import Condition, Grant, decrypting, own
from state_grants import read_outputs
from transactions.agreed.encryption import WEBHOOK_SECRET, condition_of
from transactions.agreed.probe import PROBE_MERCHANT, SINK_ID_PREFIX
from transactions.agreed.tables import secret_id

_TABLE: Final = "arn:{partition}:dynamodb:{region}:{account}:table/{prefix}"


def _items(ids: str) -> Condition:
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ids},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


STATE: Final[Sequence[Grant]] = read_outputs("data", "api-edge")

THROUGH_SERVICES: Final[Sequence[Grant]] = [decrypting("dynamodb")]

PROBE: Final[Sequence[Grant]] = [
    Grant(["dynamodb:DeleteItem", "dynamodb:GetItem"], [f"{_TABLE}deliveries"], _items(f"{SINK_ID_PREFIX}*")),
    Grant(["dynamodb:GetItem", "dynamodb:PutItem"], [f"{_TABLE}merchants"], _items(secret_id(PROBE_MERCHANT))),
    *THROUGH_SERVICES,
    # The probe's webhook secret, and no merchant's.
    Grant(
        ["kms:Decrypt", "kms:Encrypt"],
        ["arn:{partition}:kms:{region}:{account}:key/*"],
        {"StringEquals": {**own("data")["StringEquals"], **condition_of(WEBHOOK_SECRET, PROBE_MERCHANT)}},
    ),
]
