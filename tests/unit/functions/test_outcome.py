"""The outcome of a transaction: at HTTP, in the domain, and what it costs."""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest

from simulation.machine import MOST_TEXT
from simulation.model.usage import Consumed
from simulation.model.values import item_size
from simulation.oracle.facts import Request
from simulation.world import LANES, World
from support.edge import Answered, Edge, event, key_of
from transactions.agreed.api import API_KEY_HEADER, OUTCOME_PATH
from transactions.clock import iso
from transactions.errors import InvalidOutcomeError, OutcomeSupersededError, TransactionNotFoundError
from transactions.idempotency import transaction_id
from transactions.outcome import LATEST_AHEAD_MS, Outcome, OutcomeRegister, outcome_of, parse
from transactions.rules import BY_CODE
from transactions.store import TransactionStore
from transactions.transaction import Decision

BODY: Final[dict[str, Any]] = {
    "amount": 1_250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"},
}
REPORT: Final = {"outcome": "fraud", "source": "chargeback", "at": "2026-09-01T08:00:00Z"}
AT: Final = 1_788_249_600_000
PAN: Final = "4242424242424242"


@pytest.fixture
def edge() -> Edge:
    return Edge()


def submitted(edge: Edge, merchant: str = "acme") -> str:
    return f"{edge.submit(BODY, 'order-1', merchant).body['id']}"


def reported(edge: Edge, name: str, merchant: str = "acme", body: object = None, **changes: Any) -> Answered:
    text = json.dumps(REPORT | changes if body is None else body)
    return Answered(edge.api.answer(_request(name, text, merchant)))


def _request(name: str, text: str, merchant: str = "acme") -> dict[str, Any]:
    return event("POST", OUTCOME_PATH, body=text, headers={API_KEY_HEADER: key_of(merchant)}, path={"id": name})


# At HTTP


def test_an_outcome_is_put_in_force_and_the_same_again_is_a_replay(edge: Edge) -> None:
    name = submitted(edge)

    first, again = reported(edge, name), reported(edge, name)

    told = {"id": name, "outcome": "fraud", "source": "chargeback", "at": "2026-09-01T08:00:00.000Z"}
    assert (first.status, first.body, first.replayed) == (200, told, False)
    assert (again.status, again.body, again.replayed) == (200, told, True)
    assert edge.transactions[name]["outcome"]["M"] == {
        "value": {"S": "fraud"},
        "source": {"S": "chargeback"},
        "at": {"N": f"{AT}"},
    }


def test_a_later_outcome_takes_the_place_of_an_earlier_one_and_not_the_other_way(edge: Edge) -> None:
    name = submitted(edge)
    reported(edge, name, outcome="disputed")

    assert reported(edge, name, outcome="genuine", at="2026-09-02T08:00:00+02:00").status == 200
    late = reported(edge, name)
    other = reported(edge, name, at="2026-09-02T06:00:00Z")

    for refused in (late, other):
        assert (refused.status, refused.body["type"]) == (409, "urn:tapstack:problem:outcome-superseded")
        assert refused.body["detail"].startswith("the outcome genuine of 2026-09-02T06:00:00.000Z is in force")
    assert edge.transactions[name]["outcome"]["M"]["value"] == {"S": "genuine"}


@pytest.mark.parametrize("whose", ["globex's", "globex's, with an outcome", "nobody's", "no id"])
def test_a_transaction_of_another_is_one_that_there_is_not(edge: Edge, whose: str) -> None:
    theirs = submitted(edge, "globex")
    names = {"globex's": theirs, "nobody's": f"txn_{'a' * 32}", "no id": "order-1"}
    if whose == "globex's, with an outcome":
        assert reported(edge, theirs, "globex").status == 200
        names[whose] = theirs
    before = json.dumps(edge.transactions)

    answer = reported(edge, names[whose])

    assert (answer.status, answer.body["type"]) == (404, "urn:tapstack:problem:not-found")
    assert answer.body["detail"] == "no transaction of yours has this id"
    assert json.dumps(edge.transactions) == before


def test_a_pending_transaction_may_have_an_outcome_and_is_read_as_before(edge: Edge) -> None:
    name = submitted(edge)
    before = edge.read(name).body

    assert reported(edge, name).status == 200
    assert edge.read(name).body == before


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"outcome": "stolen"}, ["#/outcome"]),
        ({"source": ""}, ["#/source"]),
        ({"source": "A Bank"}, ["#/source"]),
        ({"source": "x" * 41}, ["#/source"]),
        ({"at": "yesterday"}, ["#/at"]),
        ({"at": "2026-09-01T08:00:00"}, ["#/at"]),
        ({"at": "2026-13-01T08:00:00Z"}, ["#/at"]),
        ({"at": "2999-01-01T00:00:00Z"}, ["#/at"]),
        ({"at": 1}, ["#/at"]),
        ({"note": "more"}, ["#/note"]),
        ({"outcome": None, "source": None}, ["#/outcome", "#/source"]),
    ],
)
def test_what_is_no_outcome_is_refused_with_its_place(edge: Edge, changes: dict[str, Any], places: list[str]) -> None:
    name = submitted(edge)

    answer = reported(edge, name, **changes)

    assert (answer.status, answer.body["type"]) == (400, "urn:tapstack:problem:invalid-outcome")
    assert [fault["pointer"] for fault in answer.body["errors"]] == places
    assert "outcome" not in edge.transactions[name]
    # What was sent is not repeated.
    assert "stolen" not in answer.text


def test_a_body_may_have_a_kilobyte(edge: Edge) -> None:
    name = submitted(edge)
    room = 1024 - len(json.dumps(REPORT))

    large = Answered(edge.api.answer(_request(name, json.dumps(REPORT) + " " * (room + 1))))
    fits = Answered(edge.api.answer(_request(name, json.dumps(REPORT) + " " * room)))

    assert (large.status, large.body["errors"][0]["detail"]) == (400, "the body is larger than 1024 bytes")
    assert fits.status == 200


@pytest.mark.parametrize("body", [[], "fraud", None, {}, {"outcome": "fraud"}])
def test_a_body_that_is_no_object_or_lacks_fields_is_refused(edge: Edge, body: object) -> None:
    assert reported(edge, submitted(edge), body=body if body is not None else "null").status == 400


def test_a_card_number_is_refused_and_not_repeated(edge: Edge) -> None:
    answer = reported(edge, submitted(edge), source=f"card-{PAN}")

    assert answer.body["type"] == "urn:tapstack:problem:card-number"
    assert PAN not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b'{"outcome": "fraud", "outcome": "genuine"}', b"\xff", b" " * 1_025])
def test_what_is_no_json_or_too_large_is_no_outcome(body: bytes) -> None:
    with pytest.raises(InvalidOutcomeError):
        parse(body, lambda: AT)


def test_a_clock_may_be_some_minutes_ahead() -> None:
    report = REPORT | {"at": iso(AT)}

    assert outcome_of(report, lambda: AT - LATEST_AHEAD_MS).at == AT
    with pytest.raises(InvalidOutcomeError, match="#/at: it must be past"):
        outcome_of(report, lambda: AT - LATEST_AHEAD_MS - 1)


# In the table


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.cloud.now = AT
        yield world


def accepted(world: World, **changes: Any) -> str:
    world.finish(world.submit(Request("acme", "key-1", json.dumps(BODY | MOST_TEXT | changes))))
    return transaction_id("acme", "key-1")


def decided(world: World) -> None:
    for lane in range(LANES):
        while invocation := world.poll_stream(lane):
            world.finish(invocation)


def test_an_outcome_is_one_write_unit_and_no_read_and_a_replay_is_one_of_each(world: World) -> None:
    name = accepted(world)
    decided(world)
    register = OutcomeRegister(world.cloud.dynamodb, "transactions")
    outcome = Outcome("fraud", "s" * 40, AT)
    world.cloud.usage.reset()

    assert not register.record("acme", name, outcome).replayed
    assert world.cloud.usage.total() == Consumed(calls=1, read_units=0, write_units=1, index_write_units=0)
    world.cloud.usage.reset()

    assert register.record("acme", name, outcome).replayed
    assert world.cloud.usage.total() == Consumed(calls=2, read_units=1, write_units=1, index_write_units=0)


def test_an_outcome_of_the_largest_transaction_with_the_longest_decision_is_two_write_units_at_the_most(
    world: World,
) -> None:
    card = {"token": f"tok_{'x' * 60}", "bin": "42424242", "country": "DE", "expires": "2031-12"}
    name = accepted(world, card=card, amount=99_999_999_999)
    store = TransactionStore(world.cloud.dynamodb, "transactions")
    # What one transaction can have against it: the rules on amounts and cards, and one count of the card.
    reasons = [code for code in BY_CODE if "velocity" not in code and code != "currency_not_allowed"]
    (transaction,) = store.read([name])
    store.decide(transaction, Decision("declined", ["card_allowed", "card_expired"], 500, 999_999, AT, reasons))
    plain = world.cloud.transactions.newest(name)
    OutcomeRegister(world.cloud.dynamodb, "transactions").record("acme", name, Outcome("disputed", "s" * 40, AT))

    item = world.cloud.transactions.newest(name)
    assert plain is not None
    assert item is not None
    # The longest id of a merchant, which is in the item twice, makes all of it longer.
    longest = 2 * (32 - len("acme"))
    assert item_size(plain) + longest <= 1_024 < item_size(item) + longest <= 2_048


def test_an_outcome_and_a_decision_leave_each_other_alone(world: World) -> None:
    name = accepted(world)
    register = OutcomeRegister(world.cloud.dynamodb, "transactions")
    register.record("acme", name, Outcome("fraud", "chargeback", AT))
    decided(world)

    kept = TransactionStore(world.cloud.dynamodb, "transactions").get(name)
    assert kept is not None
    assert kept.decision is not None
    assert kept.outcome == Outcome("fraud", "chargeback", AT)
    register.record("acme", name, Outcome("genuine", "chargeback", AT + 1))
    again = TransactionStore(world.cloud.dynamodb, "transactions").get(name)
    assert again is not None
    assert again == msgspec.structs.replace(kept, outcome=Outcome("genuine", "chargeback", AT + 1))


def test_nothing_is_made_where_there_is_no_transaction(world: World) -> None:
    register = OutcomeRegister(world.cloud.dynamodb, "transactions")

    with pytest.raises(TransactionNotFoundError):
        register.record("acme", f"txn_{'a' * 32}", Outcome("fraud", "chargeback", AT))
    assert world.cloud.transactions.items() == []


def test_an_earlier_outcome_and_another_of_the_same_time_are_refused(world: World) -> None:
    name = accepted(world)
    register = OutcomeRegister(world.cloud.dynamodb, "transactions")
    register.record("acme", name, Outcome("fraud", "chargeback", AT))

    for other in (
        Outcome("fraud", "chargeback", AT - 1),
        Outcome("genuine", "chargeback", AT),
        Outcome("fraud", "issuer", AT),
    ):
        with pytest.raises(OutcomeSupersededError):
            register.record("acme", name, other)


def test_an_outcome_of_a_later_version_does_not_keep_a_transaction_from_being_read(world: World) -> None:
    name = accepted(world)
    item = dict(world.cloud.transactions.newest(name) or {})
    later = {"value": {"S": "abuse"}, "source": {"S": "x"}, "at": {"N": "1"}, "by": {"S": "somebody"}}
    world.cloud.transactions.write(name, item | {"outcome": {"M": later}})

    kept = TransactionStore(world.cloud.dynamodb, "transactions").get(name)

    assert kept is not None
    assert kept.outcome == Outcome("abuse", "x", 1)
