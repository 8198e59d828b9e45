"""The DynamoDB tables. All are on-demand, encrypted with the customer key and keyed by one string, `id`."""

from dataclasses import dataclass
from typing import Any, Final

import pulumi_aws as aws

from settings import DataSettings
from tapstack.program.naming import Names

MERCHANT_INDEX: Final = "merchant-index"
"""Lists a merchant's transactions by time; `transactions.store` queries it by this name."""


@dataclass(frozen=True)
class Tables:
    """The three tables."""

    merchants: aws.dynamodb.Table
    transactions: aws.dynamodb.Table
    velocity: aws.dynamodb.Table


def make_tables(names: Names, settings: DataSettings, key: aws.kms.Key) -> Tables:
    """Make the tables.

    The velocity table alone forgets: its counters mean nothing after their window. The transactions' stream carries the
    new image, all that the fraud detector needs of an insert.
    """

    def table(name: str, **more: Any) -> aws.dynamodb.Table:
        attributes = [{"name": "id", "type": "S"}, *more.pop("attributes", [])]
        return aws.dynamodb.Table(
            name,
            name=names(name),
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
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
            attributes=[{"name": "merchant_id", "type": "S"}, {"name": "listing", "type": "S"}],
            global_secondary_indexes=[
                {
                    "name": MERCHANT_INDEX,
                    "key_schemas": [
                        {"attribute_name": "merchant_id", "key_type": "HASH"},
                        {"attribute_name": "listing", "key_type": "RANGE"},
                    ],
                    "projection_type": "ALL",
                }
            ],
            stream_enabled=True,
            stream_view_type="NEW_IMAGE",
        ),
        velocity=table("velocity", ttl={"enabled": True, "attribute_name": "expires_at"}),
    )
