"""The API in OpenAPI 3.1, made from the types and problems that the validator and API Gateway themselves work with.

No part of the program: `docs/openapi.json` is what `render` gives.
"""

import json
from typing import Any, Final

import openapi_examples as examples
from openapi_parts import body, item_parameter, page_parameters
from openapi_problems import GATEWAY_ANYWHERE, GATEWAY_ON_BODIES, refusals
from openapi_reviews import REVIEWS, close_review, list_reviews
from openapi_schemas import DecidedTransaction, Outcome, PendingTransaction, event_schema, headers, schemas
from transactions.agreed.api import (
    API_KEY_HEADER,
    COLLECTION_PATH,
    DELIVERIES_PATH,
    ITEM_PATH,
    OUTCOME_PATH,
    REDELIVER_PATH,
    REVIEW_PATH,
    REVIEWS_PATH,
    TEST_WEBHOOK_PATH,
)
from transactions.agreed.invocations import LONGEST_WAIT_SECONDS
from transactions.agreed.webhooks import ATTEMPT_SECONDS, DELIVERY_ATTEMPTS
from transactions.bodies import LARGEST_BODY
from transactions.errors import (
    ApiKeyEndedError,
    CardNumberError,
    IdempotencyConflictError,
    InvalidIdempotencyKeyError,
    InvalidOutcomeError,
    InvalidQueryError,
    InvalidSubmissionError,
    MerchantRefusedError,
    NotDecidedError,
    OutcomeSupersededError,
    TransactionNotFoundError,
)
from transactions.idempotency import KEY_PATTERN, LONGEST_KEY
from transactions.product import PRODUCT

__all__ = ["DecidedTransaction", "Outcome", "PendingTransaction", "openapi", "render"]

_TRANSACTIONS: Final = "Transactions"
_WEBHOOKS: Final = "Webhooks"
_ABOUT: Final = f"""Takes card transactions from merchants and tells what became of them.

A client sends these headers:

| header | with | why |
|---|---|---|
| `{API_KEY_HEADER}` | every request, once | says who the merchant is |
| `Content-Type: application/json` | a body | the one form that there is |
| `Idempotency-Key` | `POST {COLLECTION_PATH}` | makes a retry the same transaction |
| `User-Agent` | every request, as HTTP asks for | nothing is refused without it; with it your requests can be found |

Card numbers are refused in a body, an Idempotency-Key, a query or a path; ids, times and the headers of tracing systems
are none. Every refusal is a problem document (RFC 9457), and one of the status 400 says which parts are wrong. Outside
production, the cards of the examples force their outcomes."""


def openapi() -> dict[str, Any]:
    """Describe the API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Card transactions",
            "version": "1",
            "description": _ABOUT,
            "contact": {"name": f"Whoever runs {PRODUCT} and gave you your key"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/{stage}",
                "description": "The address that you were given with your key, of this form",
                "variables": {name: {"default": name} for name in ("api", "region", "stage")},
            },
            {
                "url": "https://{domain}",
                "description": "or of this one, where whoever runs the API has a domain for it",
                "variables": {"domain": {"default": "api.example.com"}},
            },
        ],
        "security": [{"key": []}],
        "tags": [
            {"name": _TRANSACTIONS, "description": "Submit transactions, and read what became of them."},
            {"name": REVIEWS, "description": "See what waits for a person's decision, and decide it."},
            {"name": _WEBHOOKS, "description": "Be told of decisions, and see what became of what was told."},
        ],
        "paths": {
            COLLECTION_PATH: {"post": _submit(), "get": _list()},
            ITEM_PATH: {"get": _read()},
            DELIVERIES_PATH: {"get": _deliveries()},
            REDELIVER_PATH: {"post": _redeliver()},
            REVIEW_PATH: {"post": close_review()},
            REVIEWS_PATH: {"get": list_reviews()},
            OUTCOME_PATH: {"post": _report_outcome()},
            TEST_WEBHOOK_PATH: {"post": _test_webhook()},
        },
        "webhooks": {
            event_type: {"post": _event(event_type, event)} for event_type, event in examples.events().items()
        },
        "components": {
            "schemas": schemas(),
            "headers": headers(),
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": API_KEY_HEADER,
                    "description": "Given out by the operators; each belongs to one merchant",
                }
            },
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
        "example": examples.KEY,
    }
    prefer = {
        "name": "Prefer",
        "in": "header",
        "description": f"`wait=N` (RFC 7240): answer with the decision, if it is there within N seconds, up to "
        f"{LONGEST_WAIT_SECONDS}. Most decisions take less than one. Anything else is passed over.",
        "schema": {"type": "string"},
        "example": "wait=5",
    }
    written = {name: {"$ref": f"#/components/headers/{name}"} for name in ("Location", "Idempotent-Replayed")}
    links = {"read": {"operationId": "readTransaction", "parameters": {"id": "$response.body#/id"}}}
    decided = {
        "description": "Accepted and decided, where the client preferred to wait and the decision came in time, or was "
        "there already.",
        "headers": written | {"Preference-Applied": {"$ref": "#/components/headers/Preference-Applied"}},
        **body("DecidedTransaction", examples.decided()),
        "links": links,
    }
    accepted = {
        "description": "Accepted now, or by an earlier request with the same key and the same body: then the answer "
        "is the earlier one again, whatever was decided since. White space, the order of names and the spelling of "
        "numbers make no other body.",
        "headers": written,
        **body("PendingTransaction", examples.pending()),
        "links": links,
    }
    return {
        "operationId": "submitTransaction",
        "tags": [_TRANSACTIONS],
        "summary": "Submit a transaction",
        "description": f"A body has at most {LARGEST_BODY} bytes; a larger one is refused by the firewall (403) or by "
        "the API (400).",
        "parameters": [key, prefer],
        "requestBody": {
            "required": True,
            "description": "The transaction",
            **body("Submission", examples.submissions()),
        },
        "responses": {"200": decided, "202": accepted}
        | refusals(
            ApiKeyEndedError,
            CardNumberError,
            IdempotencyConflictError,
            InvalidIdempotencyKeyError,
            InvalidSubmissionError,
            MerchantRefusedError,
            gateway=GATEWAY_ANYWHERE | GATEWAY_ON_BODIES,
        ),
    }


def _list() -> dict[str, Any]:
    return {
        "operationId": "listTransactions",
        "tags": [_TRANSACTIONS],
        "summary": "List one's own transactions, newest first",
        "description": "What was accepted while pages are read comes before the first of them.",
        "parameters": page_parameters(),
        "responses": {"200": {"description": "A page of the list", **body("TransactionPage", examples.page())}}
        | refusals(ApiKeyEndedError, CardNumberError, InvalidQueryError, MerchantRefusedError),
    }


def _read() -> dict[str, Any]:
    shown = examples.pending() | examples.decided()
    return {
        "operationId": "readTransaction",
        "tags": [_TRANSACTIONS],
        "summary": "Read one of one's own transactions",
        "description": "Another merchant's transaction is answered like one that there is not.",
        "parameters": [item_parameter()],
        "responses": {"200": {"description": "The transaction as it is now", **body("Transaction", shown)}}
        | refusals(ApiKeyEndedError, CardNumberError, MerchantRefusedError, TransactionNotFoundError),
    }


def _deliveries() -> dict[str, Any]:
    return {
        "operationId": "listDeliveries",
        "tags": [_WEBHOOKS],
        "summary": "See what became of a transaction's webhooks",
        "description": "Empty before the first attempt, and after the log's time is over.",
        "parameters": [item_parameter()],
        "responses": {
            "200": {"description": "Every webhook of it", **body("DeliveryList", examples.deliveries())},
        }
        | refusals(ApiKeyEndedError, CardNumberError, MerchantRefusedError, TransactionNotFoundError),
    }


def _redeliver() -> dict[str, Any]:
    return {
        "operationId": "redeliverTransaction",
        "tags": [_WEBHOOKS],
        "summary": "Have a transaction's webhooks sent once more",
        "description": "Each goes out under the webhook-id that it had, whatever became of it before.",
        "parameters": [item_parameter()],
        "responses": {"202": {"description": "They will be sent", **body("AskedForList", examples.asked_for())}}
        | refusals(ApiKeyEndedError, CardNumberError, MerchantRefusedError, NotDecidedError, TransactionNotFoundError),
    }


def _report_outcome() -> dict[str, Any]:
    in_force = {
        "description": "The outcome that is in force now: by this request, or by an earlier one that said the same",
        "headers": {"Idempotent-Replayed": {"$ref": "#/components/headers/Idempotent-Replayed"}},
        **body("Outcome", examples.outcome()),
    }
    return {
        "operationId": "reportOutcome",
        "tags": [_TRANSACTIONS],
        "summary": "Say what a transaction turned out to be",
        "description": "Of several outcomes the latest is in force, by the time that they say; the same again is "
        "answered as before. It changes nothing of the decision.",
        "parameters": [item_parameter()],
        "requestBody": {"required": True, "description": "The outcome", **body("OutcomeReport", examples.report())},
        "responses": {"200": in_force}
        | refusals(
            ApiKeyEndedError,
            CardNumberError,
            InvalidOutcomeError,
            MerchantRefusedError,
            OutcomeSupersededError,
            TransactionNotFoundError,
            gateway=GATEWAY_ANYWHERE | GATEWAY_ON_BODIES,
        ),
    }


def _test_webhook() -> dict[str, Any]:
    return {
        "operationId": "sendTestWebhook",
        "tags": [_WEBHOOKS],
        "summary": "Have a webhook sent to try the receiver",
        "description": "It means nothing, is signed like any other, and is tried once.",
        "responses": {"202": {"description": "It will be sent", **body("AskedFor", examples.test_event())}}
        | refusals(ApiKeyEndedError, MerchantRefusedError),
    }


def _event(event_type: str, event: dict[str, Any]) -> dict[str, Any]:
    """Describe a webhook as the merchant's receiver is called with it."""
    signed = {
        "webhook-id": ("The same on every attempt: act once on each", f"msg_{'a' * 32}"),
        "webhook-timestamp": ("When this attempt was made, in seconds", f"{examples.AT // 1000}"),
        "webhook-signature": ("One for each live secret, parted by blanks", examples.SIGNATURE),
    }
    return {
        "operationId": event_schema(event_type).removesuffix("Event"),
        "tags": [_WEBHOOKS],
        "summary": f"Told of {event_type}",
        "description": "Signed as Standard Webhooks says (https://www.standardwebhooks.com): verify it with one of its "
        f"libraries before anything is done. Answer within {ATTEMPT_SECONDS:.0f} s; what is not answered 2xx comes "
        f"again, in all {DELIVERY_ATTEMPTS} times.",
        # The signature is what a receiver trusts, and no key.
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": says, "schema": {"type": "string"},
             "example": example}
            for name, (says, example) in signed.items()
        ],
        "requestBody": {
            "required": True,
            "description": "The event",
            **body(event_schema(event_type), {"event": {"summary": event_type, "value": event}}),
        },
        "responses": {
            "2XX": {"description": "Taken: it is not sent again"},
            "4XX": {"description": "Not taken: it is sent again later; 410 says that nothing more must be sent"},
            "5XX": {"description": "Not taken: it is sent again later"},
        },
    }  # fmt: skip
