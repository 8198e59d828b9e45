"""All resource types the stand-in providers know, by type token."""

from collections.abc import Mapping
from typing import Final

from tapstack_local.providers.table import Row
from tapstack_local.providers.tables import (
    dynamodb,
    ec2,
    iam,
    kms,
    logs,
    messaging,
    random_values,
    secretsmanager,
    security_groups,
    vpc,
)

ROWS: Final[Mapping[str, Row]] = {
    token: row
    for module in (
        dynamodb,
        ec2,
        iam,
        kms,
        logs,
        messaging,
        random_values,
        secretsmanager,
        security_groups,
        vpc,
    )
    for token, row in module.ROWS.items()
}
