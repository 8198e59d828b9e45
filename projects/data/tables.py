"""The DynamoDB tables. All are on-demand, encrypted with the customer key and keyed by one string."""

from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws

from settings import DataSettings
from tapstack.program.naming import Names
from transactions.agreed.tables import (
    EXPIRES_AT,
    KEY,
    LIST_INDEX,
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    MERCHANT_INDEX,
    MERCHANT_INDEX_HASH_KEY,
    MERCHANT_INDEX_RANGE_KEY,
    MERCHANT_REVIEWS_INDEX,
    MERCHANT_REVIEWS_INDEX_HASH_KEY,
    REVIEWS_INDEX,
    REVIEWS_INDEX_HASH_KEY,
    REVIEWS_RANGE_KEY,
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
    more the log is kept for a time. The indexes of lists, of what is in review and of what waits hold keys
    alone: what else changes of an item leaves them alone.
    """

    def strings(*attributes: str) -> list[dict[str, str]]:
        return [{"name": attribute, "type": "S"} for attribute in attributes]

    def index(name: str, hash_key: str, range_key: str, projection: str) -> dict[str, Any]:
        return {
            "name": name,
            "key_schemas": [
                {"attribute_name": hash_key, "key_type": "HASH"},
                {"attribute_name": range_key, "key_type": "RANGE"},
            ],
            "projection_type": projection,
        }

    def table(name: str, **more: Any) -> aws.dynamodb.Table:
        attributes = [*strings(KEY), *more.pop("attributes", [])]
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
            attributes=strings(
                LIST_INDEX_HASH_KEY,
                LIST_INDEX_RANGE_KEY,
                MERCHANT_INDEX_HASH_KEY,
                MERCHANT_INDEX_RANGE_KEY,
                REVIEWS_INDEX_HASH_KEY,
                MERCHANT_REVIEWS_INDEX_HASH_KEY,
            ),
            global_secondary_indexes=[
                index(LIST_INDEX, LIST_INDEX_HASH_KEY, LIST_INDEX_RANGE_KEY, "KEYS_ONLY"),
                index(MERCHANT_INDEX, MERCHANT_INDEX_HASH_KEY, MERCHANT_INDEX_RANGE_KEY, "ALL"),
                index(REVIEWS_INDEX, REVIEWS_INDEX_HASH_KEY, REVIEWS_RANGE_KEY, "KEYS_ONLY"),
                index(MERCHANT_REVIEWS_INDEX, MERCHANT_REVIEWS_INDEX_HASH_KEY, REVIEWS_RANGE_KEY, "KEYS_ONLY"),
            ],
            stream_enabled=True,
            stream_view_type=STREAM_VIEW,
        ),
        velocity=table("velocity", ttl={"enabled": True, "attribute_name": EXPIRES_AT}),
        deliveries=table(
            "deliveries",
            attributes=strings(WAITING_INDEX_HASH_KEY, WAITING_INDEX_RANGE_KEY),
            global_secondary_indexes=[
                index(WAITING_INDEX, WAITING_INDEX_HASH_KEY, WAITING_INDEX_RANGE_KEY, "KEYS_ONLY")
            ],
            ttl={"enabled": True, "attribute_name": EXPIRES_AT},
        ),
    )
