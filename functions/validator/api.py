"""API Gateway's proxy events to the domain and back."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from transactions import cursors
from transactions.acceptance import accept
from transactions.card_numbers import refuse_card_numbers
from transactions.clock import Clock
from transactions.errors import (
    InvalidIdempotencyKeyError,
    InvalidQueryError,
    InvalidSubmissionError,
    MerchantRefusedError,
    RequestError,
    TransactionNotFoundError,
)
from transactions.idempotency import check_key
from transactions.merchants import Merchants
from transactions.problems import MEDIA_TYPE, document, problem
from transactions.store import TransactionStore
from transactions.submission import parse
from transactions.transaction import accepted_view, current_view

COLLECTION: Final = "/v1/transactions"
DEFAULT_PAGE: Final = 25
LARGEST_PAGE: Final = 100

# Written by load balancers and AWS on the way, not by the merchant; hexadecimal ids in them can look like card numbers.
_NOT_THE_MERCHANTS: Final = ("x-amzn-", "x-forwarded-", "x-api-key", "host", "via", "cloudfront-", "traceparent")

Event = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """The API's three routes."""

    merchants: Merchants
    store: TransactionStore
    clock: Clock

    def answer(self, event: Event) -> Answer:
        """Answer a request; what is wrong with it is told in a problem document, never raised."""
        try:
            return self._route(event)
        except RequestError as error:
            status, told = problem(error)
            return _answer(status, told, {"content-type": MEDIA_TYPE})

    def _route(self, event: Event) -> Answer:
        headers = _headers(event)
        refuse_card_numbers(
            [value for name, value in headers.items() if not name.startswith(_NOT_THE_MERCHANTS)]
            + [event.get("path") or "", event.get("multiValueQueryStringParameters") or {}]
        )
        merchant_id = self.merchants.of_key(headers.get("x-api-key", ""))
        if merchant_id is None:
            raise MerchantRefusedError("the API key belongs to no merchant")
        resource, method = event.get("resource"), event.get("httpMethod")
        if (resource, method) == (COLLECTION, "POST"):
            return self._submit(event, headers, merchant_id)
        if (resource, method) == (COLLECTION, "GET"):
            return self._list(event.get("queryStringParameters") or {}, merchant_id)
        if (resource, method) == (f"{COLLECTION}/{{id}}", "GET"):
            return self._read((event.get("pathParameters") or {}).get("id", ""), merchant_id)
        told = document(405, "method-not-allowed", "There is no such route", "see the API's description")
        return _answer(405, told, {"content-type": MEDIA_TYPE, "allow": "GET, POST"})

    def _submit(self, event: Event, headers: Mapping[str, str], merchant_id: str) -> Answer:
        keys = {
            value
            for name, values in (event.get("multiValueHeaders") or {}).items()
            for value in values or []
            if name.lower() == "idempotency-key"
        }
        if len(keys) > 1:
            raise InvalidIdempotencyKeyError("the request has two different Idempotency-Keys")
        key = check_key(headers.get("idempotency-key"))
        accepted = accept(
            parse(_body(event)), key, merchant_id, merchants=self.merchants, store=self.store, clock=self.clock
        )
        more = {"location": f"{COLLECTION}/{accepted.transaction.id}"}
        if accepted.replayed:
            more["idempotent-replayed"] = "true"
        return _answer(202, accepted_view(accepted.transaction), more)

    def _list(self, query: Mapping[str, str], merchant_id: str) -> Answer:
        if unknown := sorted(query.keys() - {"limit", "cursor"}):
            raise InvalidQueryError(f"{len(unknown)} unknown query parameters; known are limit and cursor")
        limit = query.get("limit", f"{DEFAULT_PAGE}")
        if not (limit.isascii() and limit.isdecimal() and len(limit) <= 3 and 1 <= int(limit) <= LARGEST_PAGE):
            raise InvalidQueryError(f"limit is to be from 1 to {LARGEST_PAGE}")
        after = cursors.decode(merchant_id, query["cursor"]) if "cursor" in query else None
        page = self.store.page(merchant_id, int(limit), after)
        following = page.next_listing
        return _answer(
            200,
            {
                "data": [current_view(transaction) for transaction in page.transactions],
                "next_cursor": cursors.encode(merchant_id, following) if following else None,
            },
        )

    def _read(self, transaction_id: str, merchant_id: str) -> Answer:
        transaction = self.store.get(transaction_id) if 0 < len(transaction_id) <= 64 else None
        if transaction is None or transaction.merchant_id != merchant_id:
            raise TransactionNotFoundError("no transaction of yours has this id")
        return _answer(200, current_view(transaction))


def _headers(event: Event) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items() if isinstance(value, str)}


def _body(event: Event) -> bytes:
    body = event.get("body") or ""
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, ValueError) as error:
        raise InvalidSubmissionError("the body is not text in UTF-8") from error


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }
