"""The API: paths and headers that API Gateway routes and the validator reads, and how both tell of a refusal."""

from typing import Final

from transactions.product import PRODUCT

ITEM_PARAMETER: Final = "id"
COLLECTION: Final = "transactions"
COLLECTION_PATH: Final = f"/v1/{COLLECTION}"
ITEM_PATH: Final = f"{COLLECTION_PATH}/{{{ITEM_PARAMETER}}}"
DELIVERIES_PATH: Final = f"{ITEM_PATH}/deliveries"
REDELIVER_PATH: Final = f"{ITEM_PATH}/redeliver"
REVIEW_PATH: Final = f"{ITEM_PATH}/review"
REVIEWS_PATH: Final = "/v1/reviews"
OUTCOME_PATH: Final = f"{ITEM_PATH}/outcome"
TEST_WEBHOOK_PATH: Final = "/v1/webhooks/test"

API_KEY_HEADER: Final = "x-api-key"
IDEMPOTENCY_KEY_HEADER: Final = "idempotency-key"

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
"""RFC 9457."""


def problem_type(slug: str) -> str:
    """Give the type of a problem document, which clients tell problems apart by."""
    return f"urn:{PRODUCT}:problem:{slug}"
