"""`Prefer: wait=N`: the decision in the answer, where it comes in time and nothing is held up by waiting."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from support.edge import Answered, Edge
from transactions.agreed.invocations import (
    INTEGRATION_TIMEOUT_MS,
    LONGEST_WAIT_SECONDS,
    VALIDATOR_TIMEOUT_SECONDS,
    VALIDATOR_WORK_SECONDS,
)
from transactions.transaction import Decision
from validator.preferences import preferred_wait

BODY: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
}


@pytest.fixture
def edge() -> Edge:
    return Edge()


def decide_after(edge: Edge, looks: int) -> None:
    """Have what is pending decided while the validator sleeps for the given time."""

    def decide() -> None:
        if len(edge.slept) >= looks:
            for name in edge.transactions:
                edge.decide(name, Decision("review", ["duplicate"], 50, 1, edge.at))

    edge.while_asleep = decide


def wait(edge: Edge, prefer: str = "wait=5", key: str = "k") -> Answered:
    return edge.submit(BODY, key, prefer=prefer)


def test_a_decision_that_comes_in_time_is_the_answer(edge: Edge) -> None:
    decide_after(edge, 2)

    answer = wait(edge)

    assert (answer.status, answer.headers["preference-applied"]) == (200, "wait=5")
    assert (answer.body["status"], answer.body["reasons"]) == ("review", ["duplicate"])
    assert answer.body == edge.read(answer.body["id"]).body
    assert answer.headers["location"] == f"transactions/{answer.body['id']}"
    assert not answer.replayed
    assert edge.slept == [0.1, 0.2]


def test_a_decision_that_does_not_come_in_time_is_waited_for_elsewhere(edge: Edge) -> None:
    came = edge.at

    answer = wait(edge)

    assert (answer.status, answer.body["status"]) == (202, "pending")
    assert "preference-applied" not in answer.headers
    # The clock goes on by a millisecond with each look at it.
    assert 5_000 <= edge.at - came < 5_005
    assert len(edge.slept) <= 8


def test_without_the_preference_nobody_waits(edge: Edge) -> None:
    assert edge.submit(BODY, "k").status == 202
    assert edge.slept == []


def test_the_longest_wait_is_ten_seconds_and_it_is_told_so(edge: Edge) -> None:
    came = edge.at
    assert wait(edge, "wait=3600").status == 202
    assert 10_000 <= edge.at - came < 10_100
    assert len(edge.slept) <= 13

    edge.at += 9 * 10_100
    decide_after(edge, 0)
    assert wait(edge, "wait=3600", "other").headers["preference-applied"] == "wait=10"


def test_a_wait_fits_between_the_work_and_every_time_out(edge: Edge) -> None:
    assert VALIDATOR_WORK_SECONDS + LONGEST_WAIT_SECONDS <= VALIDATOR_TIMEOUT_SECONDS
    # The most that API Gateway allows for an integration without a change of the account's quota.
    assert VALIDATOR_TIMEOUT_SECONDS * 1000 <= INTEGRATION_TIMEOUT_MS < 29_000


def test_a_replay_of_what_is_decided_is_answered_with_the_decision_at_once(edge: Edge) -> None:
    decide_after(edge, 1)
    first = wait(edge)
    edge.slept.clear()

    for prefer in ("wait=5", "wait=0"):
        again = wait(edge, prefer)
        assert (again.status, again.body, again.replayed) == (200, first.body, True)
        assert again.headers["preference-applied"] == prefer
    assert edge.slept == []
    # As ever, a replay that does not ask for it is answered as the first was.
    assert (edge.submit(BODY, "k").status, edge.submit(BODY, "k").body["status"]) == (202, "pending")


def test_a_replay_of_what_is_pending_waits_too(edge: Edge) -> None:
    edge.submit(BODY, "k")
    decide_after(edge, 1)

    answer = wait(edge)

    assert (answer.status, answer.replayed) == (200, True)


def test_a_wait_writes_nothing_more(edge: Edge) -> None:
    writes: list[int] = []

    def counted(write: Callable[[], None]) -> None:
        writes.append(1)
        write()

    edge.tables.lost = counted
    decide_after(edge, 3)

    assert wait(edge).status == 200
    assert len(writes) == 1


def test_what_is_refused_is_refused_at_once(edge: Edge) -> None:
    assert edge.submit({}, "k", prefer="wait=10").status == 400
    edge.submit(BODY, "k")
    assert edge.submit(BODY | {"amount": 1}, "k", prefer="wait=10").status == 422
    assert edge.slept == []


def test_an_accepted_transaction_is_accepted_though_the_table_cannot_be_read(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise ReadTimeoutError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(edge.api.store, "get", fail)

    assert wait(edge).status == 202
    assert len(edge.slept) == 1
    # As after any wait in vain, nobody waits for a time.
    assert wait(edge, key="other").status == 202
    assert len(edge.slept) == 1


def test_while_decisions_do_not_come_at_most_a_tenth_of_the_time_is_spent_on_waiting(edge: Edge) -> None:
    # The fraud-detector is down, and a merchant keeps asking.
    began = edge.at
    for number in range(1_000):
        assert wait(edge, "wait=10", f"k-{number}").status == 202
        edge.at += 1_000

    assert sum(edge.slept) * 1_000 <= (edge.at - began) / 10 + 10_000
    # What is decided already needs no wait.
    for name in edge.transactions:
        edge.decide(name, Decision("approved", [], 0, 1, edge.at))
    assert wait(edge, "wait=10", "k-0").status == 200


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (["wait=5"], 5),
        (["wait=0"], 0),
        (["wait=10"], 10),
        (["wait=11"], 10),
        (["wait=999999999"], 10),
        (["WAIT = 7"], 7),
        (["respond-async, wait=3"], 3),
        (["respond-async,wait=3;x=y"], 3),
        (['foo="a, wait=1", wait=2'], 2),
        (['foo="a\\", wait=1", wait=2'], 2),
        (["respond-async", "wait=4"], 4),
        (["wait=4", "wait=8"], 4),
        (["wait=4, wait=8"], 4),
        ([], None),
        ([""], None),
        (["return=minimal"], None),
        (["waiting=5"], None),
        (["await=5"], None),
        # Malformed: the first of two is what counts, and it is ignored.
        (["wait"], None),
        (["wait="], None),
        (["wait=-1"], None),
        (["wait=1.5"], None),
        (["wait=five, wait=5"], None),
        (["wait=5 seconds"], None),
        (["wait=1234567890"], None),
        (["wait=\u0665"], None),
        (['foo="never closed, wait=5'], None),
        (["," * 1_000], None),
        (['"' * 9_999], None),
    ],
)
def test_a_preference_is_read_as_the_specification_says(headers: list[str], seconds: int | None) -> None:
    assert preferred_wait(headers) == seconds
