"""Which changes of the API's description break clients of the last release."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tapstack.deploy.api_changes import RELEASED, Description, breaking_changes
from tapstack.generate.openapi import FILE

Document = dict[str, Any]
Change = Callable[[Document], None]
NOW: Document = dict(Description.read(FILE).document)
POST = "POST /v1/transactions"


def schemas(document: Document) -> Document:
    found: Document = document["components"]["schemas"]
    return found


def post(document: Document) -> Document:
    found: Document = document["paths"]["/v1/transactions"]["post"]
    return found


def changed(change: Change) -> list[str]:
    document = copy.deepcopy(NOW)
    change(document)
    return breaking_changes(Description(NOW), Description(document))


def narrower_reference(document: Document) -> None:
    schemas(document)["Submission"]["properties"]["reference"]["maxLength"] = 63


def test_nothing_breaks_clients_of_the_last_release() -> None:
    assert breaking_changes(Description.read(RELEASED), Description.read(FILE)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda now: now["paths"].pop("/v1/webhooks/test"), "POST /v1/webhooks/test: it is gone"),
        (lambda now: now["webhooks"].pop("transaction.review"), "webhook POST transaction.review: it is gone"),
        (lambda now: post(now)["responses"].pop("202"), f"{POST}: 202 is gone"),
        (
            lambda now: post(now)["responses"]["202"]["headers"].pop("Location"),
            f"{POST}: 202: the header Location is gone",
        ),
        (lambda now: post(now)["parameters"][1].update(required=True), f"{POST}: header Prefer is required now"),
        (
            lambda now: now["paths"]["/v1/transactions"]["get"]["parameters"].pop(),
            "GET /v1/transactions: query cursor is gone",
        ),
        (
            lambda now: schemas(now)["Submission"]["required"].append("reference"),
            f"{POST}: request: reference is required now",
        ),
        (
            lambda now: schemas(now)["Submission"]["properties"].pop("metadata"),
            f"{POST}: request: metadata is not taken any more",
        ),
        (narrower_reference, f"{POST}: request: reference: maxLength is 64 and 63"),
        (lambda now: schemas(now)["Currency"]["enum"].remove("EUR"), "EUR on one side alone"),
        (
            lambda now: schemas(now)["PendingTransaction"]["required"].remove("created_at"),
            f"{POST}: 202: created_at is not always there any more",
        ),
        (
            lambda now: schemas(now)["DecidedTransaction"]["properties"]["reasons"].update(type=["array", "null"]),
            "reasons: it is null on one side alone",
        ),
        (
            lambda now: schemas(now)["TransactionPage"]["properties"]["data"].update(maxItems=1000),
            "GET /v1/transactions: 200: data: maxItems is 1000 and 100",
        ),
    ],
)
def test_a_change_that_breaks_clients_is_named(change: Change, told: str) -> None:
    assert any(told in line for line in changed(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda now: now["paths"].update({"/v1/more": now["paths"]["/v1/webhooks/test"]}),
        lambda now: now["webhooks"].update({"transaction.closed": now["webhooks"]["transaction.review"]}),
        lambda now: post(now)["responses"].update({"409": post(now)["responses"]["422"]}),
        lambda now: schemas(now)["DecidedTransaction"]["properties"].update(more={"type": "string"}),
        lambda now: schemas(now)["Problem"]["properties"].update(more={"type": "string"}),
        lambda now: schemas(now)["TransactionPage"]["properties"]["data"].update(maxItems=10),
        lambda now: post(now).update(description="Otherwise said"),
    ],
)
def test_a_change_that_clients_need_not_know_of_is_none(change: Change) -> None:
    assert changed(change) == []


def test_another_version_of_the_api_may_break_what_it_likes() -> None:
    def anew(document: Document) -> None:
        document["info"]["version"] = "2"
        document["paths"].clear()

    assert changed(anew) == []
