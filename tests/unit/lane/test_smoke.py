"""The smoke run's transactions."""

import pytest

from tapstack.console.errors import UserError
from tapstack.lane.samples import TIERS
from tapstack.lane.sending import Outcome
from tapstack.lane.smoke import DECISIONS, check_smoke, smoke_jobs
from tapstack.lane.transactions_file import Line

LINE = Line(1, {})


def test_there_are_at_least_twenty_of_all_merchants() -> None:
    jobs = smoke_jobs()

    assert len(jobs) >= 20
    assert {merchant for merchant, _ in jobs} == set(TIERS)


def test_every_run_uses_cards_of_its_own() -> None:
    first, second = ({line.body["card"]["token"] for _, line in smoke_jobs()} for _ in range(2))

    assert not first & second


def test_cards_that_are_the_same_in_the_samples_stay_the_same() -> None:
    tokens = [line.body["card"]["token"] for _, line in smoke_jobs()]

    assert len(set(tokens)) < len(tokens)


def test_a_run_that_shows_every_decision_is_good() -> None:
    check_smoke([Outcome(LINE, "acme", status=decision) for decision in DECISIONS])


def test_a_decision_that_is_missing_is_named() -> None:
    with pytest.raises(UserError, match="came out as review;"):
        check_smoke([Outcome(LINE, "acme", status=decision) for decision in DECISIONS - {"review"}])
