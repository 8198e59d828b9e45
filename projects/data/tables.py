"""The DynamoDB tables. All are on-demand, encrypted with the customer key and keyed by one string."""

from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws

from settings import DataSettings
from tapstack.program.naming import Names
from transactions.agreed.tables import (
    EXPIRES_AT,
    KEY,
    MERCHANT_INDEX,
    MERCHANT_INDEX_HASH_KEY,
    MERCHANT_INDEX_RANGE_KEY,
    STREAM_VIEW,
    WAITING_INDEX,
    WAITING_INDEX_HASH_KEY,
    WAITING_INDEX_RANGE_KEY,
)


@dataclass(frozen=True)
class Tables:
    """The four tables."""

    merchants: aws.dynamodb.Table
    transactions: aws.dynamodb.Table
    velocity: aws.dynamodb.Table
    deliveries: aws.dynamodb.Table


def make_tables(names: Names, settings: DataSettings, key: aws.kms.Key) -> Tables:
    """Make the tables.

    Two forget: counters of the velocity table mean nothing after their window, and of a delivery that waits for nothing
    more the log is kept for a time. The index of what waits holds keys alone: each change of a due time writes it.
    """

    def table(name: str, **more: Any) -> aws.dynamodb.Table:
        attributes = [{"name": KEY, "type": "S"}, *more.pop("attributes", [])]
        return aws.dynamodb.Table(
            name,
            name=names(name),
            billing_mode="PAY_PER_REQUEST",
            hash_key=KEY,
            attributes=attributes,
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
            point_in_time_recovery={"enabled": True},
            deletion_protection_enabled=settings.deletion_protection,
            **more,
        )

    return Tables(
        merchants=table("merchants"),
        transactions=table(
            "transactions",
            attributes=[
                {"name": MERCHANT_INDEX_HASH_KEY, "type": "S"},
                {"name": MERCHANT_INDEX_RANGE_KEY, "type": "S"},
            ],
            global_secondary_indexes=[
                {
                    "name": MERCHANT_INDEX,
                    "key_schemas": [
                        {"attribute_name": MERCHANT_INDEX_HASH_KEY, "key_type": "HASH"},
                        {"attribute_name": MERCHANT_INDEX_RANGE_KEY, "key_type": "RANGE"},
                    ],
                    "projection_type": "ALL",
                }
            ],
            stream_enabled=True,
            stream_view_type=STREAM_VIEW,
        ),
        velocity=table("velocity", ttl={"enabled": True, "attribute_name": EXPIRES_AT}),
        deliveries=table(
            "deliveries",
            attributes=[
                {"name": WAITING_INDEX_HASH_KEY, "type": "S"},
                {"name": WAITING_INDEX_RANGE_KEY, "type": "S"},
            ],
            global_secondary_indexes=[
                {
                    "name": WAITING_INDEX,
                    "key_schemas": [
                        {"attribute_name": WAITING_INDEX_HASH_KEY, "key_type": "HASH"},
                        {"attribute_name": WAITING_INDEX_RANGE_KEY, "key_type": "RANGE"},
                    ],
                    "projection_type": "KEYS_ONLY",
                }
            ],
            ttl={"enabled": True, "attribute_name": EXPIRES_AT},
        ),
    )
