"""All resource types the stand-in providers know, by type token."""

from collections.abc import Mapping
from typing import Final

from tapstack.providers.table import Row
from tapstack.providers.tables import (
    apigateway,
    cloudwatch,
    dynamodb,
    ec2,
    iam,
    kms,
    lambda_,
    logs,
    messaging,
    random_values,
    s3,
    secretsmanager,
    security_groups,
    stages,
    vpc,
    wafv2,
)

ROWS: Final[Mapping[str, Row]] = {
    token: row
    for module in (
        apigateway,
        cloudwatch,
        dynamodb,
        ec2,
        iam,
        kms,
        lambda_,
        logs,
        messaging,
        random_values,
        s3,
        secretsmanager,
        security_groups,
        stages,
        vpc,
        wafv2,
    )
    for token, row in module.ROWS.items()
}
