"""API Gateway's proxy events to the domain and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from transactions.agreed import api
from transactions.availability import is_unavailable
from transactions.card_numbers import refuse_card_numbers
from transactions.clock import Clock
from transactions.errors import (
    InvalidQueryError,
    MerchantRefusedError,
    RequestError,
    TransactionNotFoundError,
    UnavailableError,
)
from transactions.faults import parameter
from transactions.idempotency import check_key, is_transaction_id, refused_key
from transactions.merchants import Merchants
from transactions.outcome import NONE_OF_YOURS, OutcomeRegister, outcome_view
from transactions.outcome import parse as parse_outcome
from transactions.store import Page, TransactionStore
from transactions.submission import parse
from transactions.transaction import Transaction, accepted_view, current_view
from validator import cursors
from validator.acceptance import accept
from validator.preferences import PREFER_HEADER, applied, preferred_wait
from validator.problems import RETRY_AFTER_SECONDS, document, problem
from validator.requests import Event, api_key, body, header, kept_parts, texts
from validator.reviews import Reviews
from validator.waiting import Waiter
from validator.webhooks import Webhooks

DEFAULT_PAGE: Final = 25
LARGEST_PAGE: Final = 100
_REVIEWS: Final = "reviews"
"""The list of what is in review, as cursors tell it from the list of transactions."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A request of a merchant."""

    event: Event
    merchant_id: str
    came: int
    """In milliseconds."""


@dataclass(frozen=True)
class Api:
    """The API's routes."""

    merchants: Merchants
    store: TransactionStore
    outcomes: OutcomeRegister
    webhooks: Webhooks
    reviews: Reviews
    waiter: Waiter
    clock: Clock
    unavailable: Callable[[Exception], None]
    """Hears of each error for which a request could not be answered now."""

    def answer(self, event: Event, called: Callable[[str], None] = lambda _: None) -> Answer:
        """Answer a request; what is wrong with it is told in a problem document, never raised.

        So is that a service is not available at the moment: API Gateway would call that a failure of the function.

        Args:
            event: the request.
            called: hears whose it is, once its API key has told.
        """
        try:
            return self._route(event, called)
        except RequestError as error:
            return _refusal(error)
        except Exception as error:
            if not is_unavailable(error):
                raise
            self.unavailable(error)
            return _refusal(UnavailableError("send the request again; a POST under the same Idempotency-Key"))

    def _route(self, event: Event, called: Callable[[str], None]) -> Answer:
        came = self.clock()
        for part, value in kept_parts(event):
            refuse_card_numbers(value, part)
        key = api_key(event)
        # Keys are ASCII; halves of characters could not even be hashed.
        merchant_id = self.merchants.of_key(key) if key.isascii() else None
        if merchant_id is None:
            raise MerchantRefusedError("the API key belongs to no merchant")
        called(merchant_id)
        call = Call(event, merchant_id, came)
        if route := ROUTES.get((f"{event.get('resource')}", f"{event.get('httpMethod')}")):
            return route(self, call)
        told = document(405, "method-not-allowed", "There is no such route", "see the API's description")
        return _answer(405, told, {"content-type": api.PROBLEM_MEDIA_TYPE, "allow": "GET, POST"})

    def _submit(self, call: Call) -> Answer:
        keys = header(call.event, api.IDEMPOTENCY_KEY_HEADER)
        if len(keys) > 1:
            raise refused_key("there are two different ones")
        key = check_key(next(iter(keys), None))
        accepted = accept(
            parse(body(call.event)), key, call.merchant_id, merchants=self.merchants, store=self.store, clock=self.clock
        )
        # Relative to what was called (RFC 9110, 10.2.2): a stage or a base path stands before the path known here.
        more = {"location": f"{api.COLLECTION}/{accepted.transaction.id}"}
        if accepted.replayed:
            more["idempotent-replayed"] = "true"
        wait = preferred_wait(header(call.event, PREFER_HEADER))
        if wait is not None and (decided := self.waiter.decided(accepted.transaction, call.came + wait * 1000)):
            return _answer(200, current_view(decided), more | applied(wait))
        return _answer(202, accepted_view(accepted.transaction), more)

    def _list(self, call: Call) -> Answer:
        limit, after = _page_asked_for(call, api.COLLECTION)
        return _page(call, api.COLLECTION, self.store.page(call.merchant_id, limit, after))

    def _reviews(self, call: Call) -> Answer:
        limit, after = _page_asked_for(call, _REVIEWS)
        return _page(call, _REVIEWS, self.store.reviews(call.merchant_id, limit, after))

    def _review(self, call: Call) -> Answer:
        self.reviews.check_allowed(call.merchant_id)
        closed = self.reviews.close(self._own(call), body(call.event))
        more = {"idempotent-replayed": "true"} if closed.replayed else {}
        return _answer(200, current_view(closed.transaction), more)

    def _read(self, call: Call) -> Answer:
        return _answer(200, current_view(self._own(call)))

    def _deliveries(self, call: Call) -> Answer:
        return _answer(200, self.webhooks.of(self._own(call)))

    def _redeliver(self, call: Call) -> Answer:
        return _answer(202, self.webhooks.redeliver(self._own(call)))

    def _report_outcome(self, call: Call) -> Answer:
        outcome = parse_outcome(body(call.event), self.clock)
        name = texts(call.event, "pathParameters").get(api.ITEM_PARAMETER, "")
        if not is_transaction_id(name):
            raise TransactionNotFoundError(NONE_OF_YOURS)
        recorded = self.outcomes.record(call.merchant_id, name, outcome)
        more = {"idempotent-replayed": "true"} if recorded.replayed else {}
        return _answer(200, outcome_view(name, recorded.outcome), more)

    def _test_webhook(self, call: Call) -> Answer:
        return _answer(202, self.webhooks.send_test_event(call.merchant_id))

    def _own(self, call: Call) -> Transaction:
        """Read the transaction that the path names; one of another merchant is none."""
        name = texts(call.event, "pathParameters").get(api.ITEM_PARAMETER, "")
        transaction = self.store.get(name) if is_transaction_id(name) else None
        if transaction is None or transaction.merchant_id != call.merchant_id:
            raise TransactionNotFoundError(NONE_OF_YOURS)
        return transaction


ROUTES: Final[Mapping[tuple[str, str], Callable[[Api, Call], Answer]]] = {
    (api.COLLECTION_PATH, "POST"): Api._submit,
    (api.COLLECTION_PATH, "GET"): Api._list,
    (api.ITEM_PATH, "GET"): Api._read,
    (api.DELIVERIES_PATH, "GET"): Api._deliveries,
    (api.REDELIVER_PATH, "POST"): Api._redeliver,
    (api.REVIEW_PATH, "POST"): Api._review,
    (api.REVIEWS_PATH, "GET"): Api._reviews,
    (api.OUTCOME_PATH, "POST"): Api._report_outcome,
    (api.TEST_WEBHOOK_PATH, "POST"): Api._test_webhook,
}
"""API Gateway's resource and the method to what answers."""


def _page_asked_for(call: Call, of: str) -> tuple[int, str | None]:
    """Read which page of a list is asked for: how many at most, and after which place."""
    query = texts(call.event, "queryStringParameters")
    if unknown := sorted(query.keys() - {"limit", "cursor"}):
        raise InvalidQueryError(*(parameter(name, "it is unknown; known are limit and cursor") for name in unknown))
    limit = query.get("limit", f"{DEFAULT_PAGE}")
    if not (limit.isascii() and limit.isdecimal() and len(limit) <= 3 and 1 <= int(limit) <= LARGEST_PAGE):
        raise InvalidQueryError(parameter("limit", f"it must be from 1 to {LARGEST_PAGE}"))
    return int(limit), cursors.decode(call.merchant_id, query["cursor"], of=of) if "cursor" in query else None


def _page(call: Call, of: str, page: Page) -> Answer:
    following = page.next_listing
    return _answer(
        200,
        {
            "data": [current_view(transaction) for transaction in page.transactions],
            "next_cursor": cursors.encode(call.merchant_id, following, of=of) if following else None,
        },
    )


def _refusal(error: RequestError) -> Answer:
    status, told = problem(error)
    headers = {"content-type": api.PROBLEM_MEDIA_TYPE}
    if seconds := RETRY_AFTER_SECONDS.get(type(error)):
        headers["retry-after"] = f"{seconds}"
    return _answer(status, told, headers)


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }
