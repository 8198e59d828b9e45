"""Events that API Gateway could send, and some it could not, to the validator: each gets a proper answer."""

import base64
import json
import re
from collections import Counter
from random import Random
from typing import Any

import msgspec

from hostile.conftest import Inputs
from hostile.mutations import Mutator
from support.api_description import openapi
from support.edge import Edge, event, key_of
from transactions.agreed.api import COLLECTION_PATH, ITEM_PATH, OUTCOME_PATH
from transactions.idempotency import transaction_id
from transactions.transaction import Decision
from validator import cursors

ENTRY_POINT = "validator.api.Api.answer"
BODY = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
    "reference": "order-1",
    "metadata": {"shop": "one"},
}
REPORT = {"outcome": "fraud", "source": "chargeback", "at": "2026-09-01T08:00:00Z"}
# With other digits around it, it is a part of another number.
CARD_NUMBER = re.compile(r"(?<!\d)4242424242424242(?!\d)")
MEMBERS = ("headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters")


def good_event(random: Random) -> dict[str, Any]:
    headers = {"x-api-key": key_of("acme"), "Content-Type": "application/json", "User-Agent": "shop/1"}
    match random.randrange(5):
        case 0 | 1:
            key = {"Idempotency-Key": f"key-{random.randrange(50)}"}
            return event("POST", COLLECTION_PATH, headers=headers | key, body=json.dumps(BODY))
        case 2:
            place = f"2026-11-24T21:31:19.042Z#{transaction_id('acme', 'key-1')}"
            query = {"limit": f"{random.randrange(1, 101)}", "cursor": cursors.encode("acme", place)}
            return event("GET", COLLECTION_PATH, headers=headers, query=query)
        case 3:
            path = {"id": transaction_id("acme", f"key-{random.randrange(5)}")}
            return event("POST", OUTCOME_PATH, headers=headers, path=path, body=json.dumps(REPORT))
        case _:
            path = {"id": transaction_id("acme", f"key-{random.randrange(50)}")}
            return event("GET", ITEM_PATH, headers=headers, path=path)


def hostile_event(random: Random) -> dict[str, Any]:
    """Change one to three things of a good event."""
    mutator = Mutator(random)
    made = good_event(random)
    for _ in range(random.choice((1, 1, 2, 3))):
        match random.randrange(6):
            case 0 | 1:
                data = mutator.document(REPORT if made.get("resource") == OUTCOME_PATH else BODY)
                made["isBase64Encoded"] = random.random() < 0.5
                made["body"] = (
                    base64.b64encode(data).decode()
                    if made["isBase64Encoded"]
                    else data.decode("utf-8", random.choice(("replace", "surrogateescape")))
                )
            case 2:
                change_a_text(mutator, random, made)
            case 3:
                name = random.choice([*MEMBERS, "body"])
                made[name] = mutator.tree(made.get(name))
            case 4:
                name = random.choice(list(made))
                made[name] = mutator.value()
            case _:
                made.pop(random.choice(list(made)))
    return made


def change_a_text(mutator: Mutator, random: Random, made: dict[str, Any]) -> None:
    """Change a header, a parameter or a part of the path, as callers can."""
    single, several = random.choice(
        (("headers", "multiValueHeaders"), ("queryStringParameters", "multiValueQueryStringParameters"))
    )
    if made.get("pathParameters") and random.random() < 0.5:
        text = mutator.text(f"{made['pathParameters']}")
        made["pathParameters"] = {"id": text}
        made["path"] = f"{COLLECTION_PATH}/{text}"
        return
    texts = dict(made.get(single) or {}) if isinstance(made.get(single), dict) else {}
    name = random.choice([*texts, "Idempotency-Key", "limit", "cursor", mutator.text("x")])
    value = mutator.text(f"{texts.get(name, '')}")
    texts[name] = value
    made[single] = texts
    made[several] = {name: [value] for name, value in texts.items()} | {name: [mutator.text(value), value]}


def check(answer: dict[str, Any]) -> str:
    """Hold an answer to what API Gateway takes and the API promises; return its class."""
    assert answer.keys() == {"statusCode", "headers", "body"}
    status = answer["statusCode"]
    assert isinstance(status, int)
    assert 200 <= status < 500
    for name, value in answer["headers"].items():
        assert name.isascii()
        assert value.isascii()
        assert value.isprintable()
    assert json.dumps(answer).encode()
    body = json.loads(answer["body"].encode())
    # Accepted it would have been kept, and no refusal repeats it.
    assert not CARD_NUMBER.search(answer["body"].replace(" ", ""))
    if status >= 400:
        assert answer["headers"]["content-type"] == "application/problem+json"
        assert body.keys() == {"type", "title", "status", "detail"} | ({"errors"} if status == 400 else set())
        for fault in body.get("errors", ["none"]) if status == 400 else ():
            assert fault.keys() in ({"pointer", "detail"}, {"header", "detail"}, {"parameter", "detail"})
            assert all(fault.values())
            assert fault.get("pointer", "#").startswith("#")
        assert body["type"].startswith("urn:tapstack:problem:")
        assert body["title"]
        assert body["detail"]
        assert body["status"] == status
    elif "outcome" in body:
        assert msgspec.convert(body, openapi.Outcome)
    elif status == 202:
        assert msgspec.convert(body, openapi.PendingTransaction)
    else:
        for transaction in body.get("data", [body]):
            decided = transaction["status"] != "pending"
            assert msgspec.convert(transaction, openapi.DecidedTransaction if decided else openapi.PendingTransaction)
    return f"{status // 100}xx"


def test_every_event_gets_a_proper_answer_and_only_an_accepted_one_is_written(
    inputs: Inputs, tally: Counter[tuple[str, str]]
) -> None:
    edge = Edge()
    for number in range(5):
        first = edge.submit(BODY, f"key-{number}").body
        edge.decide(first["id"], Decision("approved", [], 0, 1, edge.at))

    for name, random in inputs(ENTRY_POINT, 0.5):
        hostile = hostile_event(random)
        before = len(edge.transactions)
        try:
            answer = edge.api.answer(hostile)
            tally[ENTRY_POINT, check(answer)] += 1
        except Exception as error:
            raise AssertionError(f"{name}: {hostile!r}") from error
        accepted = answer["statusCode"] == 202 and "idempotent-replayed" not in answer["headers"]
        assert len(edge.transactions) - before == accepted, f"{name}: {hostile!r}"

    # Refusals alone would say little of what gets through.
    assert {result for _, result in tally} == {"2xx", "4xx"}
