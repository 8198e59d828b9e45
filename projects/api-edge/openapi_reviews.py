"""The operations on reviews in the API's description."""

from typing import Any, Final

import openapi_examples as examples
from openapi_parts import body, item_parameter, page_parameters
from openapi_problems import GATEWAY_ANYWHERE, GATEWAY_ON_BODIES, refusals
from transactions.errors import (
    ApiKeyEndedError,
    CardNumberError,
    InvalidQueryError,
    InvalidReviewError,
    MerchantRefusedError,
    NotInReviewError,
    ReviewClosedError,
    ReviewsNotAllowedError,
    TransactionNotFoundError,
)
from transactions.reviews.reasons import REASONS
from transactions.reviews.resolution import LONGEST_NOTE

REVIEWS: Final = "Reviews"


def list_reviews() -> dict[str, Any]:
    """Describe the list of what is in review."""
    return {
        "operationId": "listReviews",
        "tags": [REVIEWS],
        "summary": "List one's own transactions that are in review, oldest first",
        "description": "What is closed while pages are read is left out, so a page can have fewer than asked for.",
        "parameters": page_parameters(),
        "responses": {"200": {"description": "A page of the list", **body("TransactionPage", examples.reviews())}}
        | refusals(ApiKeyEndedError, CardNumberError, InvalidQueryError, MerchantRefusedError),
    }


def close_review() -> dict[str, Any]:
    """Describe how a review is closed."""
    reasons = "; ".join(f"{verdict}: {', '.join(codes)}" for verdict, codes in REASONS.items())
    return {
        "operationId": "closeReview",
        "tags": [REVIEWS],
        "summary": "Close the review of one's own transaction",
        "description": "Once, and for good; the decision and its reasons stay as they were. The same again is answered "
        f"like the first. The reasons are, of {reasons}. A note has at most {LONGEST_NOTE} bytes and no card number. "
        "Merchants may do this whom the operators allow it.",
        "parameters": [item_parameter()],
        "requestBody": {
            "required": True,
            "description": "The resolution",
            **body("ProposedResolution", examples.resolutions()),
        },
        "responses": {
            "200": {
                "description": "Closed now, or by an earlier request that said the same",
                "headers": {"Idempotent-Replayed": {"$ref": "#/components/headers/Idempotent-Replayed"}},
                **body("DecidedTransaction", examples.reviewed()),
            }
        }
        | refusals(
            ApiKeyEndedError,
            CardNumberError,
            InvalidReviewError,
            MerchantRefusedError,
            NotInReviewError,
            ReviewClosedError,
            ReviewsNotAllowedError,
            TransactionNotFoundError,
            gateway=GATEWAY_ANYWHERE | GATEWAY_ON_BODIES,
        ),
    }
