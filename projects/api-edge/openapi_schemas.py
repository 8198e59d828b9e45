"""The bodies and headers in the API's description, from the types that the functions themselves read and write."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from transactions.agreed.api import COLLECTION
from transactions.agreed.tables import REVIEWED_EVENT
from transactions.faults import MOST_FAULTS
from transactions.idempotency import ID_PATTERN
from transactions.money import CURRENCIES
from transactions.outcome import OutcomeReport
from transactions.reviews.reasons import ReviewVerdict
from transactions.reviews.resolution import ProposedResolution, Reviewer
from transactions.submission import Submission
from transactions.transaction import Verdict
from transactions.webhooks.deliveries import MOST_ATTEMPTS, State
from transactions.webhooks.notifications import EVENTS, TEST_EVENT
from validator.api import LARGEST_PAGE

_Id = Annotated[str, Meta(pattern=f"^{ID_PATTERN}$")]
_Moment = Annotated[
    str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", extra_json_schema={"format": "date-time"})
]


class DeliveryAttempt(msgspec.Struct, forbid_unknown_fields=True):
    """One attempt to deliver a webhook."""

    at: _Moment
    duration_ms: int
    status: Annotated[int | None, Meta(description="Of the receiver's answer; null where there was none")]
    reason: Annotated[str | None, Meta(description="Why it was no delivery; null where it was one")]


class Delivery(msgspec.Struct, forbid_unknown_fields=True):
    """What is known of the delivery of a webhook."""

    id: Annotated[str, Meta(pattern="^msg_[a-z0-9_]+$", description="The header webhook-id of every attempt")]
    type: Annotated[str, Meta(description="The webhook's type")]
    state: Annotated[
        State, Meta(description="failed: no attempt is left. unaddressed: the merchant has no webhook URL.")
    ]
    attempts: Annotated[list[DeliveryAttempt], Meta(description="The latest, oldest first", max_length=MOST_ATTEMPTS)]
    next_attempt_at: Annotated[_Moment | None, Meta(description="Not before this; null where none is to come")]
    held: Annotated[str | None, Meta(description="What is wrong with the endpoint, where no attempt is made")]


class AskedFor(msgspec.Struct, forbid_unknown_fields=True):
    """A webhook that will be tried once more."""

    id: Annotated[str, Meta(pattern="^msg_[a-z0-9_]+$", description="The header webhook-id")]
    type: Annotated[str, Meta(description="The webhook's type")]


class Review(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """How a person closed a transaction's review."""

    verdict: ReviewVerdict
    reason: Annotated[str, Meta(description="A code; there may be more of them in time")]
    resolved_by: Annotated[Reviewer, Meta(description="The merchant itself, or whoever runs the system")]
    resolved_at: _Moment
    note: Annotated[str, Meta(description="The merchant's own, where it closed the review")] | UnsetType = UNSET


class PendingTransaction(Submission, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A transaction as it was accepted; every replay shows it so."""

    id: _Id
    status: Literal["pending"]
    created_at: _Moment


class DecidedTransaction(Submission, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A transaction with what was decided about it."""

    id: _Id
    status: Verdict
    created_at: _Moment
    reasons: Annotated[list[str], Meta(description="Codes of what spoke against it")]
    decided_at: _Moment
    review: Annotated[Review, Meta(description="There once a person has closed its review")] | UnsetType = UNSET


class Outcome(OutcomeReport, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The outcome of a transaction that is in force."""

    id: _Id


def schemas() -> dict[str, Any]:
    """Describe every body."""
    _, made = msgspec.json.schema_components(
        [
            Submission,
            PendingTransaction,
            DecidedTransaction,
            OutcomeReport,
            Outcome,
            Delivery,
            AskedFor,
            ProposedResolution,
        ],
        ref_template="#/components/schemas/{name}",
    )
    for schema in made.values():
        if "currency" in schema["properties"]:
            # The type says three letters; which ones, `submission.parse` knows.
            schema["properties"]["currency"] = schema_ref("Currency")
    return made | {
        "Currency": {"type": "string", "description": "ISO 4217 code", "enum": sorted(CURRENCIES)},
        "Transaction": {"oneOf": [schema_ref("PendingTransaction"), schema_ref("DecidedTransaction")]},
        "TransactionPage": {
            "type": "object",
            "properties": {
                "data": {"type": "array", "maxItems": LARGEST_PAGE, "items": schema_ref("Transaction")},
                "next_cursor": {"type": ["string", "null"], "description": "Null on the last page"},
            },
            "required": ["data", "next_cursor"],
            "additionalProperties": False,
        },
        "DeliveryList": _list_of("Delivery", "The webhooks of a transaction that were handled"),
        "AskedForList": _list_of("AskedFor", "The webhooks that will be tried once more"),
        "Fault": {
            "type": "object",
            "description": "What is wrong with one part of a request: a part of the body, a header or a parameter.",
            "properties": {
                "pointer": {"type": "string", "description": "JSON pointer into the body, as a URI fragment"},
                "header": {"type": "string", "description": "Name of a header"},
                "parameter": {"type": "string", "description": "Name of a parameter of query or path"},
                "detail": {"type": "string"},
            },
            "required": ["detail"],
        },
        "Problem": {
            "type": "object",
            "description": "A problem document (RFC 9457). `detail` and `errors` are the validator's, `requestId` is "
            "API Gateway's. Every problem of the status 400 has `errors`.",
            "properties": {
                "type": {"type": "string", "format": "uri"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "errors": {"type": "array", "minItems": 1, "maxItems": MOST_FAULTS, "items": schema_ref("Fault")},
                "requestId": {"type": "string"},
            },
            "required": ["type", "title"],
        },
        **_events(),
    }


def event_schema(event_type: str) -> str:
    """Name the schema of a webhook's body: `transaction.approved` has `TransactionApprovedEvent`."""
    return "".join(part.capitalize() for part in event_type.split(".")) + "Event"


def _events() -> dict[str, Any]:
    data: dict[str, Any] = {event.type: schema_ref("DecidedTransaction") for event in EVENTS}
    data[REVIEWED_EVENT] = schema_ref("DecidedTransaction")
    data[TEST_EVENT] = {
        "type": "object",
        "properties": {"merchant_id": {"type": "string"}},
        "required": ["merchant_id"],
        "additionalProperties": False,
    }
    return {
        event_schema(event_type): {
            "type": "object",
            "description": f"The body of a webhook of the type {event_type}",
            "properties": {
                "type": {"type": "string", "const": event_type},
                "timestamp": {"type": "string", "format": "date-time", "description": "When it happened"},
                "data": held,
            },
            "required": ["type", "timestamp", "data"],
            "additionalProperties": False,
        }
        for event_type, held in data.items()
    }


def _list_of(schema: str, description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": {"data": {"type": "array", "items": schema_ref(schema)}},
        "required": ["data"],
        "additionalProperties": False,
    }


def headers() -> dict[str, Any]:
    """Describe the headers of answers."""
    return {
        "Location": {
            "description": "Where the transaction can be read, relative to the URL that was called",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{COLLECTION}/{ID_PATTERN}$"},
        },
        "Idempotent-Replayed": {
            "description": "There when an earlier request asked for the same, and it was done then",
            "schema": {"type": "string", "const": "true"},
        },
        "Preference-Applied": {
            "description": "There when the decision came within the time that the client was willing to wait",
            "schema": {"type": "string", "pattern": "^wait=([0-9]|10)$"},
        },
        "Retry-After": {
            "description": "Seconds to wait before the same request, with the same Idempotency-Key, is sent again",
            "schema": {"type": "integer", "minimum": 1},
        },
    }


def schema_ref(schema: str) -> dict[str, str]:
    """Refer to a schema."""
    return {"$ref": f"#/components/schemas/{schema}"}
