"""API Gateway's proxy events to the domain and back."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from transactions.agreed.api import (
    API_KEY_HEADER,
    COLLECTION_PATH,
    IDEMPOTENCY_KEY_HEADER,
    ITEM_PARAMETER,
    ITEM_PATH,
    PROBLEM_MEDIA_TYPE,
)
from transactions.availability import is_unavailable
from transactions.card_numbers import REFUSED, refuse_card_numbers
from transactions.clock import Clock
from transactions.errors import (
    InvalidQueryError,
    InvalidSubmissionError,
    MerchantRefusedError,
    RequestError,
    TransactionNotFoundError,
    UnavailableError,
)
from transactions.faults import BODY, Fault, parameter
from transactions.idempotency import check_key, is_transaction_id, refused_key
from transactions.merchants import Merchants
from transactions.store import TransactionStore
from transactions.submission import parse
from transactions.transaction import accepted_view, current_view
from validator import cursors
from validator.acceptance import accept
from validator.problems import RETRY_AFTER_SECONDS, document, problem

DEFAULT_PAGE: Final = 25
LARGEST_PAGE: Final = 100


Event = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """The API's three routes."""

    merchants: Merchants
    store: TransactionStore
    clock: Clock
    unavailable: Callable[[Exception], None]
    """Hears of each error for which a request could not be answered now."""

    def answer(self, event: Event) -> Answer:
        """Answer a request; what is wrong with it is told in a problem document, never raised.

        So is that a service is not available at the moment: API Gateway would call that a failure of the function.
        """
        try:
            return self._route(event)
        except RequestError as error:
            return _refusal(error)
        except Exception as error:
            if not is_unavailable(error):
                raise
            self.unavailable(error)
            return _refusal(UnavailableError("send the request again; a POST under the same Idempotency-Key"))

    def _route(self, event: Event) -> Answer:
        for part, value in _kept(event):
            refuse_card_numbers(value, part)
        api_key = _api_key(event)
        # Keys are ASCII; halves of characters could not even be hashed.
        merchant_id = self.merchants.of_key(api_key) if api_key.isascii() else None
        if merchant_id is None:
            raise MerchantRefusedError("the API key belongs to no merchant")
        resource, method = event.get("resource"), event.get("httpMethod")
        if (resource, method) == (COLLECTION_PATH, "POST"):
            return self._submit(event, merchant_id)
        if (resource, method) == (COLLECTION_PATH, "GET"):
            return self._list(_texts(event, "queryStringParameters"), merchant_id)
        if (resource, method) == (ITEM_PATH, "GET"):
            return self._read(_texts(event, "pathParameters").get(ITEM_PARAMETER, ""), merchant_id)
        told = document(405, "method-not-allowed", "There is no such route", "see the API's description")
        return _answer(405, told, {"content-type": PROBLEM_MEDIA_TYPE, "allow": "GET, POST"})

    def _submit(self, event: Event, merchant_id: str) -> Answer:
        keys = _header(event, IDEMPOTENCY_KEY_HEADER)
        if len(keys) > 1:
            raise refused_key("there are two different ones")
        key = check_key(next(iter(keys), None))
        accepted = accept(
            parse(_body(event)), key, merchant_id, merchants=self.merchants, store=self.store, clock=self.clock
        )
        more = {"location": f"{COLLECTION_PATH}/{accepted.transaction.id}"}
        if accepted.replayed:
            more["idempotent-replayed"] = "true"
        return _answer(202, accepted_view(accepted.transaction), more)

    def _list(self, query: Mapping[str, str], merchant_id: str) -> Answer:
        if unknown := sorted(query.keys() - {"limit", "cursor"}):
            raise InvalidQueryError(*(parameter(name, "it is unknown; known are limit and cursor") for name in unknown))
        limit = query.get("limit", f"{DEFAULT_PAGE}")
        if not (limit.isascii() and limit.isdecimal() and len(limit) <= 3 and 1 <= int(limit) <= LARGEST_PAGE):
            raise InvalidQueryError(parameter("limit", f"it must be from 1 to {LARGEST_PAGE}"))
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
        transaction = self.store.get(transaction_id) if is_transaction_id(transaction_id) else None
        if transaction is None or transaction.merchant_id != merchant_id:
            raise TransactionNotFoundError("no transaction of yours has this id")
        return _answer(200, current_view(transaction))


def _api_key(event: Event) -> str:
    """Tell the key that API Gateway let the request in by; empty where there is none.

    That is `requestContext.identity.apiKey`. A header that comes twice reaches the function as a list, whose last value
    need not be the one that was checked, so the header alone is not taken where API Gateway tells the key. The emulator
    tells none: its events have no member of that name, and the header stands for it.

    Raises:
        MerchantRefusedError: the request has two different keys.
    """
    keys = _header(event, API_KEY_HEADER)
    context = event.get("requestContext")
    identity = context.get("identity") if isinstance(context, dict) else None
    if isinstance(identity, dict) and "apiKey" in identity:
        checked = identity["apiKey"]
        if not isinstance(checked, str):
            return ""
        keys |= {checked}
    if len(keys) > 1:
        raise MerchantRefusedError(f"the request has two different {API_KEY_HEADER} headers")
    return next(iter(keys), "")


def _kept(event: Event) -> Iterator[tuple[Fault, object]]:
    """Gather what a request leaves behind somewhere, but for the body, each with where it would be at fault.

    The transaction's id is a hash that includes the Idempotency-Key. What stands in front of the API may log addresses,
    and no path or query of this API has any use for so many digits. No other header is kept or logged, and tracing
    systems write numbers into theirs that look like any card number.
    """
    path = event.get("path")
    yield Fault("Idempotency-Key", REFUSED, "header"), list(_header(event, IDEMPOTENCY_KEY_HEADER))
    in_path = parameter(ITEM_PARAMETER, REFUSED)
    yield in_path, [path, unquote(path)] if isinstance(path, str) else []
    yield in_path, _texts(event, "pathParameters")
    for part in (_texts(event, "queryStringParameters"), _values(event, "multiValueQueryStringParameters")):
        for name, value in part.items():
            # A name may be the number itself.
            yield parameter("*", REFUSED), name
            yield parameter(name, REFUSED), value


def _header(event: Event, wanted: str) -> set[str]:
    """Gather all values of a header, given in lower case."""
    found: set[str] = set()
    for part in ("headers", "multiValueHeaders"):
        headers = event.get(part)
        for name, held in headers.items() if isinstance(headers, dict) else ():
            if name.lower() == wanted:
                found.update(value for value in (held if isinstance(held, list) else [held]) if isinstance(value, str))
    return found


def _texts(event: Event, name: str) -> dict[str, str]:
    """Read a part of the event that maps names to texts; API Gateway writes null for an empty one."""
    found = event.get(name)
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _values(event: Event, name: str) -> dict[str, list[str]]:
    """Read a part of the event that maps names to all their texts."""
    found = event.get(name)
    lists = {key: value for key, value in found.items() if isinstance(value, list)} if isinstance(found, dict) else {}
    return {key: [value for value in values if isinstance(value, str)] for key, values in lists.items()}


def _body(event: Event) -> bytes:
    body = event.get("body")
    if not isinstance(body, str):
        # API Gateway writes null for none.
        return b""
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, ValueError) as error:
        raise InvalidSubmissionError(Fault(BODY, "it is not text in UTF-8")) from error


def _refusal(error: RequestError) -> Answer:
    status, told = problem(error)
    headers = {"content-type": PROBLEM_MEDIA_TYPE}
    if seconds := RETRY_AFTER_SECONDS.get(type(error)):
        headers["retry-after"] = f"{seconds}"
    return _answer(status, told, headers)


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }
