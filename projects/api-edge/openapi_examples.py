"""Examples for the API's description, made by the code that answers: what is shown is what is sent."""

from typing import Any, Final

import msgspec

from transactions.agreed.api import problem_type
from transactions.clock import iso
from transactions.errors import (
    ApiKeyEndedError,
    CardNumberError,
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
from transactions.faults import Fault, parameter
from transactions.idempotency import transaction_id
from transactions.outcome import Outcome, outcome_view
from transactions.reviews.reasons import REASONS as REVIEW_REASONS
from transactions.reviews.resolution import ProposedResolution, Resolution
from transactions.submission import Submission, request_hash
from transactions.test_tokens import REASONS
from transactions.transaction import Decision, Transaction, accepted_view, current_view
from transactions.webhooks.deliveries import Attempt, Delivery
from transactions.webhooks.notifications import make_test_event, notifications_of, review_notifications
from validator import cursors
from validator.problems import problem
from validator.webhooks import delivery_view

MERCHANT: Final = "acme"
KEY: Final = "order-1000"
AT: Final = 1_795_000_000_000
"""When the examples happened, in milliseconds."""
REQUEST_ID: Final = "5f1f2b1e-6a6c-4f0e-9d9b-3c1d2e4f5a6b"
SIGNATURE: Final = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

_VERDICTS: Final[dict[str, Any]] = {
    "tok_test_approved": ("approved", 0),
    "tok_test_declined": ("declined", 100),
    "tok_test_review": ("review", 50),
    "tok_test_velocity": ("declined", 100),
}

_OUTCOMES: Final = (
    ("fraud", "chargeback", "The card's holder did not make it"),
    ("genuine", "customer-service", "It was as it should be"),
    ("disputed", "issuer", "The card's holder disputes it, and nothing is settled"),
)
"""What a transaction may turn out to be, an example of where that is known from, and what it means."""

REFUSALS: Final[dict[type[RequestError], RequestError]] = {
    type(error): error
    for error in (
        InvalidSubmissionError(
            Fault("#/amount", "Expected `int`, got `str`"), Fault("#/card/expires", "it is missing")
        ),
        InvalidOutcomeError(Fault("#/at", "it must be past")),
        InvalidIdempotencyKeyError(
            Fault("Idempotency-Key", "it is missing; send one new key per transaction", "header")
        ),
        CardNumberError(Fault("#/metadata/note", "this looks like a card number; send the card's token instead")),
        InvalidQueryError(parameter("limit", "it must be from 1 to 100")),
        MerchantRefusedError("the merchant is suspended and may not submit new transactions"),
        ApiKeyEndedError("the API key ended at 2026-11-18T11:46:40.000Z; use the one that replaced it"),
        TransactionNotFoundError("no transaction of yours has this id"),
        InvalidReviewError(Fault("#/reason", f"declined can be for {', '.join(REVIEW_REASONS['declined'])}")),
        ReviewsNotAllowedError("your reviews are closed by whoever runs the system; ask them to allow it"),
        NotInReviewError("the transaction was approved at once and is in nobody's review"),
        ReviewClosedError("the review was closed before: declined, suspected_fraud, by the operator"),
        NotDecidedError("there is no webhook of a transaction that is not decided; it comes by itself"),
        OutcomeSupersededError(
            "the outcome fraud of 2026-11-20T08:00:00.000Z is in force; only a later one takes its place"
        ),
        IdempotencyConflictError("the Idempotency-Key was used before with another body; take a new key"),
        UnavailableError("send the request again; a POST under the same Idempotency-Key"),
    )
}
"""One of each kind."""


def submission(token: str = "tok_test_approved") -> Submission:  # noqa: S107 - a card's token
    """A body, of a card that forces an outcome outside production."""
    body = {
        "amount": 1250,
        "currency": "EUR",
        "card": {"token": token, "bin": "424242", "country": "DE", "expires": "2031-12"},
        "reference": KEY,
        "metadata": {"shop": "Berlin"},
    }
    return msgspec.convert(body, Submission)


def transaction(token: str = "tok_test_approved", *, decided: bool = True) -> Transaction:  # noqa: S107 - likewise
    """A transaction of it."""
    sent = submission(token)
    accepted = Transaction(transaction_id(MERCHANT, KEY), MERCHANT, request_hash(sent), AT, sent)
    if not decided:
        return accepted
    verdict, score = _VERDICTS[token]
    return msgspec.structs.replace(accepted, decision=Decision(verdict, list(REASONS[token]), score, 1, AT + 312))


def submissions() -> dict[str, Any]:
    """Name bodies by the outcome that their cards force."""
    return {
        token.removeprefix("tok_test_"): {
            "summary": f"Forces {', '.join(REASONS[token])} outside production",
            "value": msgspec.to_builtins(submission(token)),
        }
        for token in REASONS
    }


def pending() -> dict[str, Any]:
    """Show what an accepted transaction is answered with."""
    return {"pending": {"summary": "Accepted", "value": accepted_view(transaction())}}


def decided() -> dict[str, Any]:
    """Show a transaction after each outcome."""
    return {
        token.removeprefix("tok_test_"): {"summary": f"After {token}", "value": current_view(transaction(token))}
        for token in REASONS
    }


def page() -> dict[str, Any]:
    """Show a page of the list."""
    last = transaction(decided=False)
    shown = {"data": [current_view(transaction())], "next_cursor": cursors.encode(MERCHANT, last.listing)}
    return {"page": {"summary": "A page with another after it", "value": shown}}


def reviews() -> dict[str, Any]:
    """Show a page of what is in review."""
    shown = {"data": [current_view(transaction("tok_test_review"))], "next_cursor": None}
    return {"page": {"summary": "The last page", "value": shown}}


def resolutions() -> dict[str, Any]:
    """Show how a review can be closed."""
    approved = ProposedResolution("approved", "verified_with_cardholder", "called back on the number on file")
    declined = ProposedResolution("declined", "suspected_fraud")
    return {
        each.verdict: {"summary": f"{each.verdict.capitalize()}", "value": msgspec.to_builtins(each)}
        for each in (approved, declined)
    }


def reviewed() -> dict[str, Any]:
    """Show a transaction whose review was closed."""
    return {"reviewed": {"summary": "Approved by the merchant", "value": current_view(_reviewed())}}


def deliveries() -> dict[str, Any]:
    """Show what became of a webhook."""
    (told,) = notifications_of(one := transaction(), one.decision or _never())
    failed = [
        Attempt(at=AT + 500, ms=41, status=503, reason="answered 503"),
        Attempt(at=AT + 5_600, ms=20_000, reason="no answer: TimeoutError"),
    ]
    waiting = Delivery(
        id=told.webhook_id, merchant_id=MERCHANT, transaction_id=one.id, event_type=told.event_type, state="waiting",
        attempts=failed, tries=2, next_due=AT + 35_000,
    )  # fmt: skip
    taken = [Attempt(at=AT + 500, ms=41, status=204)]
    delivered = msgspec.structs.replace(waiting, state="delivered", attempts=taken, tries=1, next_due=None)
    return {
        delivery.state: {"summary": summary, "value": {"data": [delivery_view(delivery)]}}
        for delivery, summary in ((delivered, "Taken at once"), (waiting, "Failed twice, and tried again"))
    }


def asked_for() -> dict[str, Any]:
    """Show what a redelivery is answered with."""
    (told,) = notifications_of(one := transaction(), one.decision or _never())
    value = {"data": [{"id": told.webhook_id, "type": told.event_type}]}
    return {"redelivery": {"summary": "The webhook, under the id it had", "value": value}}


def report() -> dict[str, Any]:
    """Show outcomes as they are sent."""
    return {
        value: {"summary": summary, "value": {"outcome": value, "source": source, "at": iso(AT + 86_400_000)}}
        for value, source, summary in _OUTCOMES
    }


def outcome() -> dict[str, Any]:
    """Show the outcomes that those put in force."""
    return {
        value: {
            "summary": summary,
            "value": outcome_view(transaction().id, Outcome(value, source, AT + 86_400_000)),
        }
        for value, source, summary in _OUTCOMES
    }


def test_event() -> dict[str, Any]:
    """Show what a request for a test event is answered with."""
    told = make_test_event(MERCHANT, "0" * 32, AT)
    return {"test": {"summary": "Sent", "value": {"id": told.webhook_id, "type": told.event_type}}}


def events() -> dict[str, dict[str, Any]]:
    """Show a webhook of every type, by its type."""
    shown = {f"{each['type']}": each for each in map(_event, REASONS)}
    tried = make_test_event(MERCHANT, "0" * 32, AT)
    (closed,) = review_notifications(_reviewed())
    return {**shown, closed.event_type: closed.event, tried.event_type: tried.event}


def refused(error: type[RequestError]) -> dict[str, Any]:
    """Show how a refusal of a kind is told."""
    _, told = problem(REFUSALS[error])
    return told


def refused_by_gateway(status: int | None, slug: str, title: str) -> dict[str, Any]:
    """Show how API Gateway tells of a refusal of its own."""
    told: dict[str, Any] = {"type": problem_type(slug), "title": title, "requestId": REQUEST_ID}
    return told | ({"status": status} if status else {})


def _event(token: str) -> dict[str, Any]:
    one = transaction(token)
    (told,) = notifications_of(one, one.decision or _never())
    return told.event


def _reviewed() -> Transaction:
    note = "called back on the number on file"
    resolution = Resolution("approved", "verified_with_cardholder", MERCHANT, AT + 3_600_000, note)
    return msgspec.structs.replace(transaction("tok_test_review"), resolution=resolution)


def _never() -> Decision:
    raise LookupError("every example but the pending one is decided")
