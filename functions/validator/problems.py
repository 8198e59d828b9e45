"""Problem documents (RFC 9457): how every refusal is told."""

from typing import Any, Final

from transactions.agreed.api import problem_type
from transactions.errors import (
    ApiKeyEndedError,
    CardNumberError,
    FaultyRequestError,
    IdempotencyConflictError,
    InvalidIdempotencyKeyError,
    InvalidOutcomeError,
    InvalidQueryError,
    InvalidReviewError,
    InvalidSubmissionError,
    MerchantRefusedError,
    NotDecidedError,
    NotInReviewError,
    OutcomeSupersededError,
    RequestError,
    ReviewClosedError,
    ReviewsNotAllowedError,
    TransactionNotFoundError,
    UnavailableError,
)

KINDS: Final[dict[type[RequestError], tuple[int, str, str]]] = {
    InvalidSubmissionError: (400, "invalid-body", "The body is not a transaction"),
    InvalidReviewError: (400, "invalid-review", "The body is not a resolution of a review"),
    InvalidOutcomeError: (400, "invalid-outcome", "The body is not an outcome"),
    InvalidIdempotencyKeyError: (400, "invalid-idempotency-key", "The Idempotency-Key cannot be used"),
    CardNumberError: (400, "card-number", "Card numbers are not accepted"),
    InvalidQueryError: (400, "invalid-query", "A query parameter cannot be used"),
    MerchantRefusedError: (403, "merchant-refused", "The merchant may not do this"),
    ApiKeyEndedError: (403, "api-key-ended", "The API key has ended"),
    ReviewsNotAllowedError: (403, "reviews-not-allowed", "The merchant may not close its reviews"),
    TransactionNotFoundError: (404, "not-found", "There is no such transaction"),
    NotDecidedError: (409, "not-decided", "The transaction is not decided yet"),
    NotInReviewError: (409, "not-in-review", "The transaction is not in review"),
    ReviewClosedError: (409, "review-closed", "The review was closed in another way"),
    OutcomeSupersededError: (409, "outcome-superseded", "A later outcome is in force"),
    IdempotencyConflictError: (422, "idempotency-conflict", "The Idempotency-Key belongs to another request"),
    UnavailableError: (503, "temporarily-unavailable", "Something that the answer needs is not available"),
}
"""Error to status, last part of the document's type, and title."""

RETRY_AFTER_SECONDS: Final[dict[type[RequestError], int]] = {NotDecidedError: 1, UnavailableError: 1}
"""Of the errors that the same request may not meet again, after how long."""


def problem(error: RequestError) -> tuple[int, dict[str, Any]]:
    """Return the status and the document for an error."""
    status, slug, title = KINDS[type(error)]
    told = document(status, slug, title, f"{error}")
    if isinstance(error, FaultyRequestError):
        told["errors"] = [fault.document() for fault in error.faults]
    return status, told


def document(status: int, slug: str, title: str, detail: str) -> dict[str, Any]:
    """Write a problem document."""
    return {"type": problem_type(slug), "title": title, "status": status, "detail": detail}
