"""Requests made from the API's description, good ones and bad ones: every answer is one that it describes."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from support.api_description import FILE

# What a schema cannot say is refused all the same: card numbers and control characters in any text, a cursor of
# somebody's invention, texts that are too long together.
EXCLUDED = [positive_data_acceptance]
OPERATIONS = (
    "submitTransaction",
    "listTransactions",
    "readTransaction",
    "listDeliveries",
    "redeliverTransaction",
    "listReviews",
    "closeReview",
    "reportOutcome",
)
"""Those that take anything of a caller; sendTestWebhook takes nothing."""
SHARE = 1 / 100
"""Of the handlers' inputs, for each of ten runs."""


def described() -> Any:
    """Load the description without its ranges of statuses: they are for what AWS may add, and would let all pass."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    for path in document["paths"].values():
        for operation in path.values():
            for status in ("4XX", "5XX"):
                del operation["responses"][status]
    return schemathesis.openapi.from_dict(document)


@pytest.fixture(scope="module")
def call(deployed: Any) -> Callable[..., Any]:
    """Send a case with a valid API key, and hold the answer to what is described."""
    edge = deployed.outputs["api-edge"]
    session = requests.Session()

    def send(case: Any, api_key: str = deployed.api_keys["globex"]) -> Any:
        headers = {"x-api-key": api_key}
        answer = case.call_and_validate(edge["api_url"], session=session, headers=headers, excluded_checks=EXCLUDED)
        if answer.status_code >= 400:
            # One schema is for all problems; which there are under a status, the examples say.
            content = case.operation.definition.raw["responses"][f"{answer.status_code}"]["content"]
            shown = content["application/problem+json"]["examples"].values()
            assert answer.json()["type"] in {example["value"]["type"] for example in shown}
        return answer

    return send


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_one_that_is_described(
    call: Callable[..., Any], tally: Counter[tuple[str, str]], amount: int, seed: int, operation: str, mode: Any
) -> None:
    asked = described().find_operation_by_id(operation)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=round(amount * SHARE),
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=asked.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        tally[f"{asked.label}, {mode}", f"{call(case).status_code // 100}xx"] += 1

    send()


def test_the_answers_along_a_transactions_life_are_described(call: Callable[..., Any]) -> None:
    named = {name: described().find_operation_by_id(name) for name in OPERATIONS}
    submit, listing, read = (named[f"{name}"] for name in OPERATIONS[:3])
    deliveries, redeliver, report = named["listDeliveries"], named["redeliverTransaction"], named["reportOutcome"]
    card = {"token": "tok_described", "bin": "424242", "country": "US", "expires": "2099-12"}
    body = {"amount": 1250, "currency": "EUR", "card": card}

    def post(**changes: Any) -> Any:
        headers = {"Idempotency-Key": "described"}
        return submit.Case(headers=headers, body=body | changes, media_type="application/json")

    def waited() -> Any:
        headers = {"Idempotency-Key": "described", "Prefer": "wait=10"}
        return call(submit.Case(headers=headers, body=body, media_type="application/json"))

    first, replay, conflict = call(post()), call(post()), call(post(amount=1))
    looks = [call(read.Case(path_parameters={"id": first.json()["id"]})) for _ in range(20)]
    page = call(listing.Case(query={"limit": 1}))
    nothing = call(read.Case(path_parameters={"id": f"txn_{'a' * 32}"}))

    assert [answer.status_code for answer in (first, replay, conflict, page, nothing)] == [202, 202, 422, 200, 404]
    assert replay.headers["idempotent-replayed"] == ["true"]
    assert {look.status_code for look in looks} == {200}
    assert waited().status_code == 200
    path = {"id": first.json()["id"]}
    answers = [call(deliveries.Case(path_parameters=path)), call(redeliver.Case(path_parameters=path))]
    answers.append(call(described().find_operation_by_id("sendTestWebhook").Case()))
    assert [answer.status_code for answer in answers] == [200, 202, 202]
    said = {"outcome": "genuine", "source": "shop", "at": first.json()["created_at"]}
    outcomes = [
        call(report.Case(path_parameters=path, body=said | changes, media_type="application/json"))
        for changes in ({}, {}, {"outcome": "fraud"}, {"outcome": "stolen"})
    ]
    assert [answer.status_code for answer in outcomes] == [200, 200, 409, 400]
    assert outcomes[1].headers["idempotent-replayed"] == ["true"]
    if cursor := page.json()["next_cursor"]:
        assert call(listing.Case(query={"limit": 1, "cursor": cursor})).status_code == 200
    assert call(listing.Case(), "not-a-key-of-anybodys-at-all").status_code == 403
