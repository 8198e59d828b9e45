"""What closing a review promises, one test each, in the domain; tests/e2e has the same ones over HTTP."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from simulation.model.cloud import Cloud
from simulation.model.faults import Crash, Fault
from simulation.oracle.facts import Request
from simulation.world import LANES, World
from support.edge import Answered, Edge, event, key_of
from support.lists import made_at
from transactions.agreed.api import REVIEW_PATH, REVIEWS_PATH
from transactions.agreed.metrics import OLDEST_REVIEW_AGE
from transactions.errors import NotInReviewError, ReviewClosedError, TransactionNotFoundError
from transactions.reviews.closing import ReviewDesk
from transactions.reviews.reasons import REASONS, ReviewVerdict
from transactions.reviews.resolution import LONGEST_NOTE, Resolution
from transactions.store import TransactionStore
from transactions.transaction import Decision

BODY: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
}
APPROVED: dict[str, Any] = {"verdict": "approved", "reason": "known_customer"}
DECLINED: dict[str, Any] = {"verdict": "declined", "reason": "confirmed_fraud", "note": "card reported stolen"}
PROBLEM = "urn:tapstack:problem:"


@pytest.fixture
def edge() -> Edge:
    edge = Edge()
    edge.set_up("acme", resolves_reviews=True)
    return edge


def in_review(edge: Edge, key: str = "k", merchant: str = "acme", verdict: Any = "review") -> str:
    name: str = edge.submit(BODY, key, merchant).body["id"]
    edge.decide(name, Decision(verdict, ["duplicate"], 50, 1, edge.at))
    return name


def close(edge: Edge, name: str, body: object, merchant: str = "acme") -> Answered:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"x-api-key": key_of(merchant)}
    return Answered(edge.api.answer(event("POST", REVIEW_PATH, body=text, headers=headers, path={"id": name})))


def listed(edge: Edge, merchant: str = "acme", **query: str) -> Answered:
    return Answered(edge.api.answer(event("GET", REVIEWS_PATH, headers={"x-api-key": key_of(merchant)}, query=query)))


@pytest.mark.parametrize("body", [APPROVED, DECLINED])
def test_01_a_review_is_closed_and_the_decision_stays_as_it_was(edge: Edge, body: dict[str, Any]) -> None:
    name = in_review(edge)
    before = edge.read(name).body

    closed = close(edge, name, body)

    assert (closed.status, closed.replayed) == (200, False)
    assert closed.body["status"] == body["verdict"]
    assert {each: closed.body[each] for each in before if each != "status"} == {
        each: before[each] for each in before if each != "status"
    }
    assert closed.body["review"].items() >= (body | {"resolved_by": "merchant"}).items()
    assert edge.read(name).text == closed.text
    assert edge.transactions[name]["decision"]["M"]["verdict"] == {"S": "review"}


def test_02_the_same_again_is_answered_alike_and_marked_as_replayed(edge: Edge) -> None:
    name = in_review(edge)
    first = close(edge, name, DECLINED)
    edge.at += 86_400_000

    again = close(edge, name, json.dumps(dict(reversed(DECLINED.items())), indent=2))

    assert (again.status, again.text, again.replayed) == (200, first.text, True)


@pytest.mark.parametrize(
    "other",
    [
        {"verdict": "approved", "reason": "known_customer"},
        {"verdict": "declined", "reason": "suspected_fraud", "note": "card reported stolen"},
        {"verdict": "declined", "reason": "confirmed_fraud"},
        {"verdict": "declined", "reason": "confirmed_fraud", "note": "card reported lost"},
    ],
)
def test_03_another_resolution_is_a_conflict_and_changes_nothing(edge: Edge, other: dict[str, Any]) -> None:
    name = in_review(edge)
    first = close(edge, name, DECLINED)

    refused = close(edge, name, other)

    assert (refused.status, refused.body["type"]) == (409, f"{PROBLEM}review-closed")
    assert edge.read(name).text == first.text


def test_04_of_many_at_once_one_closes_the_review(edge: Edge) -> None:
    name = in_review(edge)
    bodies = [APPROVED, DECLINED] * 16

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda body: close(edge, name, body), bodies))

    assert [answer.status == 200 and not answer.replayed for answer in answers].count(True) == 1
    verdict = edge.read(name).body["status"]
    for body, answer in zip(bodies, answers, strict=True):
        assert answer.status == (200 if body["verdict"] == verdict else 409)


@pytest.mark.parametrize("verdict", ["approved", "declined"])
def test_05_what_was_decided_at_once_is_in_nobody_s_review(edge: Edge, verdict: str) -> None:
    name = in_review(edge, verdict=verdict)
    before = edge.read(name).text

    refused = close(edge, name, APPROVED)

    assert (refused.status, refused.body["type"]) == (409, f"{PROBLEM}not-in-review")
    assert edge.read(name).text == before


def test_06_what_is_pending_is_not_in_review_and_is_decided_all_the_same(edge: Edge) -> None:
    name: str = edge.submit(BODY, "k").body["id"]

    refused = close(edge, name, APPROVED)

    assert (refused.status, refused.body["type"]) == (409, f"{PROBLEM}not-in-review")
    edge.decide(name, Decision("review", ["duplicate"], 50, 1, edge.at))
    assert close(edge, name, APPROVED).status == 200


@pytest.mark.parametrize("name", ["txn_" + "a" * 32, "txn_x", "x", "%00"])
def test_07_an_id_of_no_transaction_is_not_found(edge: Edge, name: str) -> None:
    assert close(edge, name, APPROVED).status == 404


def test_08_another_merchant_s_review_is_not_found_and_stays_open(edge: Edge) -> None:
    edge.set_up("globex", resolves_reviews=True)
    name = in_review(edge, merchant="globex")

    assert close(edge, name, APPROVED).status == 404
    assert edge.read(name, "globex").body["status"] == "review"


@pytest.mark.parametrize(
    ("changes", "slug"),
    [({}, "reviews-not-allowed"), ({"resolves_reviews": True, "status": "suspended"}, "merchant-refused")],
)
def test_09_a_merchant_closes_reviews_only_while_its_settings_let_it(
    edge: Edge, changes: dict[str, Any], slug: str
) -> None:
    name = in_review(edge)
    edge.set_up("acme", **changes)

    refused = close(edge, name, APPROVED)

    assert (refused.status, refused.body["type"]) == (403, f"{PROBLEM}{slug}")
    assert edge.read(name).body["status"] == "review"


def test_10_what_is_taken_away_from_a_merchant_is_taken_away_at_once(edge: Edge) -> None:
    one, other = in_review(edge, "1"), in_review(edge, "2")
    assert close(edge, one, APPROVED).status == 200
    edge.set_up("acme", resolves_reviews=False)
    edge.at -= 29_000

    assert close(edge, other, APPROVED).status == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("", "#"),
        ("{", "#"),
        ("[]", "#"),
        ({"verdict": "approved"}, "#/reason"),
        ({"verdict": "review", "reason": "known_customer"}, "#/verdict"),
        ({"verdict": "approved", "reason": "confirmed_fraud"}, "#/reason"),
        ({"verdict": "approved", "reason": ""}, "#/reason"),
        ({"verdict": "approved", "reason": "other"}, "#/note"),
        (APPROVED | {"note": ""}, "#/note"),
        (APPROVED | {"note": "   "}, "#/note"),
        (APPROVED | {"note": "two\nlines"}, "#/note"),
        (APPROVED | {"note": "\x1b[2J"}, "#/note"),
        (APPROVED | {"note": "\u202eback"}, "#/note"),
        (APPROVED | {"note": "é" * (LONGEST_NOTE // 2 + 1)}, "#/note"),
        (APPROVED | {"by": "globex"}, "#/by"),
        (APPROVED | {"note": 1}, "#/note"),
    ],
)
def test_11_a_body_that_is_no_resolution_is_refused_with_its_place_and_leaves_the_review_open(
    edge: Edge, body: object, pointer: str
) -> None:
    name = in_review(edge)

    refused = close(edge, name, body)

    assert (refused.status, refused.body["type"]) == (400, f"{PROBLEM}invalid-review")
    assert [fault["pointer"] for fault in refused.body["errors"]] == [pointer]
    assert all(fault["detail"] for fault in refused.body["errors"])
    assert edge.read(name).body["status"] == "review"
    assert close(edge, name, APPROVED | {"note": "é" * (LONGEST_NOTE // 2)}).status == 200


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (APPROVED | {"reason": "confirmed_fraud"}, f"approved can be for {', '.join(REASONS['approved'])}"),
        (APPROVED | {"reason": "other"}, "the reason other needs a note that says which"),
        (APPROVED | {"note": "\u202eback"}, "it must be one line of printable characters"),
        (APPROVED | {"note": "x" * (LONGEST_NOTE + 1)}, f"it takes more than {LONGEST_NOTE} bytes"),
    ],
)
def test_what_is_wrong_with_a_resolution_is_said(edge: Edge, body: dict[str, Any], detail: str) -> None:
    assert [fault["detail"] for fault in close(edge, in_review(edge), body).body["errors"]] == [detail]


def test_12_a_card_number_in_a_note_is_refused_and_kept_nowhere(edge: Edge) -> None:
    name = in_review(edge)

    refused = close(edge, name, APPROVED | {"note": "called about 4242 4242 4242 4242"})

    assert (refused.status, refused.body["type"]) == (400, f"{PROBLEM}card-number")
    assert "4242 4242" not in json.dumps(edge.transactions) + refused.text


def test_13_what_is_in_review_is_listed_oldest_first_and_what_is_closed_no_more(edge: Edge) -> None:
    names = [in_review(edge, f"{number}") for number in range(5)]
    in_review(edge, "approved", verdict="approved")
    in_review(edge, "other", "globex")

    first = listed(edge, limit="2").body
    # What is closed between two pages moves nothing.
    close(edge, names[0], APPROVED)
    close(edge, names[2], DECLINED)
    rest = listed(edge, limit="100", cursor=first["next_cursor"]).body

    assert [each["id"] for each in first["data"]] == names[:2]
    assert ([each["id"] for each in rest["data"]], rest["next_cursor"]) == (names[3:], None)
    assert [each["id"] for each in listed(edge).body["data"]] == [names[1], *names[3:]]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"cursor": "x"}, {"status": "open"}])
def test_14_a_query_that_cannot_be_used_is_refused(edge: Edge, query: Mapping[str, str]) -> None:
    assert listed(edge, **query).body["type"] == f"{PROBLEM}invalid-query"


def test_15_a_cursor_is_of_its_merchant_and_its_list(edge: Edge) -> None:
    for number in range(2):
        in_review(edge, f"{number}")
    cursor = listed(edge, limit="1").body["next_cursor"]
    edge.submit(BODY, "later")
    other_list = Answered(
        edge.api.answer(
            event("GET", "/v1/transactions", headers={"x-api-key": key_of("acme")}, query={"cursor": cursor})
        )
    )

    assert listed(edge, "globex", cursor=cursor).status == 400
    assert other_list.status == 400


RESOLUTION = Resolution("approved", "known_customer", "arn:aws:iam::123456789012:user/ann", 1, "hm")


def stored(cloud: Cloud, verdict: str | None = "review") -> str:
    store, transaction = TransactionStore(cloud.dynamodb, "transactions"), made_at(1, 0)
    store.insert(transaction)
    if verdict:
        decided: Any = verdict
        store.decide(transaction, Decision(decided, [], 50, 1, cloud.now))
    return transaction.id


@pytest.mark.parametrize("fault", [Fault.CRASH_AFTER, Fault.CRASH_BEFORE])
def test_16_a_write_whose_answer_was_lost_is_made_again_without_a_conflict(fault: Fault) -> None:
    cloud = Cloud()
    desk, name = ReviewDesk(cloud.dynamodb, "transactions"), stored(cloud)
    cloud.faults.decide = lambda service, operation: fault
    with pytest.raises(Crash):
        desk.close(name, RESOLUTION)
    cloud.faults.decide = lambda service, operation: None

    closed = desk.close(name, RESOLUTION)

    assert closed.transaction.resolution == RESOLUTION
    assert closed.replayed is (fault is Fault.CRASH_AFTER)


def test_17_another_person_s_same_words_are_another_resolution() -> None:
    cloud = Cloud()
    desk, name = ReviewDesk(cloud.dynamodb, "transactions"), stored(cloud)
    desk.close(name, RESOLUTION)

    with pytest.raises(ReviewClosedError, match="approved, known_customer, by the operator") as refused:
        desk.close(name, Resolution("approved", "known_customer", "arn:aws:iam::123456789012:user/bob", 2, "hm"))

    # What merchants are told names no operator.
    assert "ann" not in f"{refused.value}"


def test_18_what_is_not_there_is_not_made() -> None:
    cloud = Cloud()
    desk = ReviewDesk(cloud.dynamodb, "transactions")

    with pytest.raises(TransactionNotFoundError):
        desk.close("txn_1", RESOLUTION)
    desk.told("txn_1")
    desk.enter(made_at(1, 0))
    assert list(cloud.transactions.items()) == []


@pytest.mark.parametrize("verdict", [None, "approved", "declined"])
def test_19_nothing_but_what_is_in_review_can_be_closed(verdict: str | None) -> None:
    cloud = Cloud()
    name = stored(cloud, verdict)
    before = cloud.transactions.newest(name)

    with pytest.raises(NotInReviewError):
        ReviewDesk(cloud.dynamodb, "transactions").close(name, RESOLUTION)
    assert cloud.transactions.newest(name) == before


def test_20_a_merchant_is_told_neither_who_among_the_operators_nor_what_they_noted() -> None:
    shown = json.dumps(RESOLUTION.view())

    assert json.loads(shown)["resolved_by"] == "operator"
    assert "ann" not in shown
    assert "hm" not in shown


@pytest.mark.parametrize("verdict", REASONS)
def test_every_verdict_has_reasons_of_its_own_beside_the_one_that_needs_a_note(verdict: ReviewVerdict) -> None:
    (other,) = REASONS.keys() - {verdict}

    assert set(REASONS[verdict]) & set(REASONS[other]) == {"other"}


def test_each_sweep_measures_how_long_the_oldest_review_is_open() -> None:
    def measured(world: World) -> int:
        before = len(world.printed())
        world.finish(world.sweep())
        lines = [json.loads(line) for line in world.printed()[before:].splitlines()]
        (line,) = [line for line in lines if OLDEST_REVIEW_AGE in line]
        assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": OLDEST_REVIEW_AGE, "Unit": "Seconds"}]
        assert line["service"] == "notifier"
        age: int = line[OLDEST_REVIEW_AGE]
        return age

    with World() as world:
        assert measured(world) == 0
        names = []
        for number in range(2):
            card = BODY["card"] | {"token": "tok_test_review"}
            world.finish(world.submit(Request("acme", f"{number}", json.dumps(BODY | {"card": card}))))
            names.append(json.loads(world.facts.answers[-1].body)["id"])
            for lane in range(LANES):
                while invocation := world.poll_stream(lane):
                    world.finish(invocation)
            world.pass_time(3_600_000)
        assert measured(world) == 7_200
        world.review(RESOLUTION.by, names[0], RESOLUTION)
        assert measured(world) == 3_600
        world.review(RESOLUTION.by, names[1], RESOLUTION)
        assert measured(world) == 0
