"""The API in OpenAPI 3.1, made from the types and problems that the validator and API Gateway themselves work with.

No part of the program: `docs/openapi.json` is what `render` gives.
"""

import json
import runpy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from transactions.agreed.api import (
    API_KEY_HEADER,
    COLLECTION_PATH,
    ITEM_PARAMETER,
    ITEM_PATH,
    PROBLEM_MEDIA_TYPE,
    problem_type,
)
from transactions.errors import (
    CardNumberError,
    IdempotencyConflictError,
    InvalidIdempotencyKeyError,
    InvalidQueryError,
    InvalidSubmissionError,
    MerchantRefusedError,
    RequestError,
    TransactionNotFoundError,
    UnavailableError,
)
from transactions.idempotency import ID_PATTERN, KEY_PATTERN, LONGEST_KEY
from transactions.money import CURRENCIES
from transactions.submission import LARGEST_BODY, Submission
from transactions.transaction import Verdict
from validator.api import DEFAULT_PAGE, LARGEST_PAGE
from validator.problems import KINDS, RETRY_AFTER_SECONDS

_GATEWAY_ANYWHERE: Final = frozenset(
    {
        "ACCESS_DENIED",
        "DEFAULT_4XX",
        "DEFAULT_5XX",
        "INTEGRATION_FAILURE",
        "INTEGRATION_TIMEOUT",
        "INVALID_API_KEY",
        "QUOTA_EXCEEDED",
        "THROTTLED",
        "WAF_FILTERED",
    }
)
_GATEWAY_ON_BODIES: Final = frozenset({"REQUEST_TOO_LARGE"})
_GATEWAY_NEVER: Final = frozenset(
    {
        "MISSING_AUTHENTICATION_TOKEN",  # answers what this document does not have: other paths, other methods
        "UNSUPPORTED_MEDIA_TYPE",  # only integrations with templates refuse a media type; these are proxies
    }
)
_RANGES: Final = {"DEFAULT_4XX": "4XX", "DEFAULT_5XX": "5XX"}

_Id = Annotated[str, Meta(pattern=f"^{ID_PATTERN}$")]
_Moment = Annotated[
    str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", extra_json_schema={"format": "date-time"})
]


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


@dataclass(frozen=True)
class _Told:
    """A kind of problem in an answer: a status or a range of them, and what the document's type can be."""

    status: str
    type: str
    title: str
    retry_after: bool


def openapi() -> dict[str, Any]:
    """Describe the API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Card transactions",
            "version": "1",
            "description": "Takes card transactions from merchants and tells what became of them. Every request needs "
            f"an API key in the one header {API_KEY_HEADER}; no other header is needed but those described, User-Agent "
            "included. Card numbers are refused in a body, an Idempotency-Key, a query or a path; ids, times and the "
            "headers of tracing systems are none. Every refusal is a problem document (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/{stage}",
                "variables": {name: {"default": name} for name in ("api", "region", "stage")},
            }
        ],
        "security": [{"key": []}],
        "paths": {COLLECTION_PATH: {"post": _submit(), "get": _list()}, ITEM_PATH: {"get": _read()}},
        "components": {
            "schemas": _schemas(),
            "headers": _headers(),
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": API_KEY_HEADER}},
        },
    }


def render() -> str:
    """Write the document as the file has it."""
    return json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n"


def _submit() -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "One new key per transaction, the same one on every retry. A key is remembered as long as its "
        "transaction is kept; there is no shorter retention after which it would be free again. Once the transaction "
        "is deleted, its key is a new one.",
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": f"^{KEY_PATTERN}$"},
    }
    accepted = {
        "description": "Accepted now, or by an earlier request with the same key and the same body: then the answer "
        "is the earlier one again, whatever was decided since. White space, the order of names and the spelling of "
        "numbers make no other body.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in ("Location", "Idempotent-Replayed")},
        "content": {"application/json": {"schema": _ref("PendingTransaction")}},
        "links": {"read": {"operationId": "readTransaction", "parameters": {"id": "$response.body#/id"}}},
    }
    return {
        "operationId": "submitTransaction",
        "summary": "Submit a transaction",
        "description": f"A body has at most {LARGEST_BODY} bytes; a larger one is refused by the firewall (403) or by "
        "the API (400).",
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Submission")}}},
        "responses": {"202": accepted}
        | _refusals(
            CardNumberError,
            IdempotencyConflictError,
            InvalidIdempotencyKeyError,
            InvalidSubmissionError,
            MerchantRefusedError,
            gateway=_GATEWAY_ANYWHERE | _GATEWAY_ON_BODIES,
        ),
    }


def _list() -> dict[str, Any]:
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": DEFAULT_PAGE}
    cursor = {"type": "string", "minLength": 1}
    return {
        "operationId": "listTransactions",
        "summary": "List one's own transactions, newest first",
        "parameters": [
            {"name": "limit", "in": "query", "description": "How many at most", "schema": limit},
            {"name": "cursor", "in": "query", "description": "`next_cursor` of the page before", "schema": cursor},
        ],
        "responses": {
            "200": {
                "description": "A page of the list",
                "content": {"application/json": {"schema": _ref("TransactionPage")}},
            }
        }
        | _refusals(CardNumberError, InvalidQueryError, MerchantRefusedError, gateway=_GATEWAY_ANYWHERE),
    }


def _read() -> dict[str, Any]:
    return {
        "operationId": "readTransaction",
        "summary": "Read one of one's own transactions",
        "parameters": [
            {"name": ITEM_PARAMETER, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        ],
        "responses": {
            "200": {
                "description": "The transaction as it is now",
                "content": {"application/json": {"schema": _ref("Transaction")}},
            }
        }
        | _refusals(CardNumberError, MerchantRefusedError, TransactionNotFoundError, gateway=_GATEWAY_ANYWHERE),
    }


def _refusals(*errors: type[RequestError], gateway: Iterable[str]) -> dict[str, Any]:
    """Describe the problem documents of an operation, by status: the validator's own and those of API Gateway."""
    told = [
        _Told(f"{status}", problem_type(slug), title, retry_after=error in RETRY_AFTER_SECONDS)
        for error, (status, slug, title) in ((error, KINDS[error]) for error in (*errors, UnavailableError))
    ]
    told += [_gateway_problems()[kind] for kind in gateway]
    return {
        status: _refusal(sorted((one for one in told if one.status == status), key=lambda one: (one.type, one.title)))
        for status in sorted({one.status for one in told})
    }


def _refusal(told: list[_Told]) -> dict[str, Any]:
    described: dict[str, Any] = {"type": {"enum": sorted({one.type for one in told})}}
    if told[0].status.isdecimal():
        described["status"] = {"const": int(told[0].status)}
    headers = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return {
        "description": "; ".join(dict.fromkeys(one.title for one in told)),
        **({"headers": headers} if any(one.retry_after for one in told) else {}),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"allOf": [_ref("Problem"), {"properties": described}]}}},
    }


@cache
def _gateway_problems() -> Mapping[str, _Told]:
    """Read what API Gateway answers by itself from the layer that tells it to.

    Raises:
        LookupError: it answers with something that this document has no place for.
    """
    module = runpy.run_path(str(Path(__file__).with_name("gateway_problems.py")))
    if (
        unplaced := {one.kind for one in module["GATEWAY_PROBLEMS"]}
        - _GATEWAY_ANYWHERE
        - _GATEWAY_ON_BODIES
        - _GATEWAY_NEVER
    ):
        raise LookupError(f"{min(unplaced)} is new in gateway_problems.py; say in openapi.py what it answers to")
    return {
        one.kind: _Told(
            f"{one.status or _RANGES[one.kind]}",
            problem_type(one.slug),
            one.title,
            retry_after=bool(one.retry_after_seconds),
        )
        for one in module["GATEWAY_PROBLEMS"]
    }


def _schemas() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(
        [Submission, PendingTransaction, DecidedTransaction], ref_template="#/components/schemas/{name}"
    )
    for schema in schemas.values():
        if "currency" in schema["properties"]:
            # The type says three letters; which ones, `submission.parse` knows.
            schema["properties"]["currency"] = _ref("Currency")
    return schemas | {
        "Currency": {"type": "string", "description": "ISO 4217 code", "enum": sorted(CURRENCIES)},
        "Transaction": {"oneOf": [_ref("PendingTransaction"), _ref("DecidedTransaction")]},
        "TransactionPage": {
            "type": "object",
            "properties": {
                "data": {"type": "array", "maxItems": LARGEST_PAGE, "items": _ref("Transaction")},
                "next_cursor": {"type": ["string", "null"], "description": "Null on the last page"},
            },
            "required": ["data", "next_cursor"],
            "additionalProperties": False,
        },
        "Problem": {
            "type": "object",
            "description": "A problem document (RFC 9457). `detail` is the validator's, `requestId` API Gateway's.",
            "properties": {
                "type": {"type": "string", "format": "uri"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "requestId": {"type": "string"},
            },
            "required": ["type", "title"],
        },
    }


def _headers() -> dict[str, Any]:
    return {
        "Location": {
            "description": "Where the transaction can be read, below the server's URL",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{COLLECTION_PATH}/{ID_PATTERN}$"},
        },
        "Idempotent-Replayed": {
            "description": "There when the transaction was accepted by an earlier request",
            "schema": {"const": "true"},
        },
        "Retry-After": {
            "description": "Seconds to wait before the same request, with the same Idempotency-Key, is sent again",
            "schema": {"type": "integer", "minimum": 1},
        },
    }


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}
