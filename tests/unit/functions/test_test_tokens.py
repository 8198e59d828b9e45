"""Test tokens force each outcome through the real handlers, and only where the environment allows it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulation.oracle.facts import Request
from simulation.world import LANES, World
from transactions.test_tokens import REASONS

NOON = 1_767_265_200_000
"""Noon in Berlin on the first day of 2026, in milliseconds."""
CARD = {"token": "tok_test_approved", "bin": "42424242", "country": "DE", "expires": "2031-12"}
OUTCOMES = [
    ("tok_test_approved", "approved", ["test_approved"]),
    ("tok_test_declined", "declined", ["test_declined"]),
    ("tok_test_review", "review", ["test_review"]),
    ("tok_test_velocity", "declined", ["test_velocity", "velocity_card_count"]),
]
Decide = Callable[..., dict[str, Any]]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.cloud.now = NOON
        yield world


@pytest.fixture
def decide(world: World) -> Decide:
    """Submit a transaction, have it decided and told, and give the event that its merchant heard."""

    def decided(token: str, key: str = "k", **changes: Any) -> dict[str, Any]:
        body = {"amount": 1_000, "currency": "EUR", "card": CARD | {"token": token}} | changes
        world.finish(world.submit(Request("acme", key, json.dumps(body))))
        assert world.facts.answers[-1].status == 202
        for lane in range(LANES):
            while invocation := world.poll_stream(lane):
                world.finish(invocation)
        while invocation := world.poll_queue(10):
            world.finish(invocation)
        return world.merchants["acme"].took[-1].event

    return decided


@pytest.mark.parametrize(("token", "verdict", "reasons"), OUTCOMES)
def test_each_token_forces_its_outcome_and_its_merchant_hears_of_it(
    decide: Decide, token: str, verdict: str, reasons: list[str]
) -> None:
    event = decide(token)

    assert event["type"] == f"transaction.{verdict}"
    assert (event["data"]["status"], event["data"]["reasons"]) == (verdict, reasons)


@pytest.mark.parametrize(("token", "verdict", "reasons"), OUTCOMES)
def test_no_rule_and_no_limit_changes_what_a_token_forces(
    decide: Decide, token: str, verdict: str, reasons: list[str]
) -> None:
    # Over the amount's limit, of an expired card, and more often than any limit lets a card through.
    for number in range(10):
        event = decide(token, f"k-{number}", amount=8_999_999, card=CARD | {"token": token, "expires": "2024-01"})

        assert (event["data"]["status"], event["data"]["reasons"]) == (verdict, reasons)


def test_what_is_forced_uses_up_nobodys_limit(world: World, decide: Decide) -> None:
    for number, token in enumerate([*REASONS] * 3):
        decide(token, f"k-{number}")

    assert list(world.cloud.velocity.items()) == []


@pytest.mark.parametrize("token", ["tok_test_0001", "tok_test_approved_", "tok_test_Approved", "tok_test_approve"])
def test_only_the_exact_four_force_anything(decide: Decide, token: str) -> None:
    assert decide(token)["data"]["reasons"] == []
    assert decide(token, "over", amount=9_001)["data"]["reasons"] == ["amount_over_limit"]


@pytest.mark.parametrize("token", REASONS)
def test_where_they_are_not_allowed_they_are_tokens_like_any_other(
    decide: Decide, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setattr("transactions.agreed.environments.TRUE", "not this environment's")

    assert decide(token)["data"]["status"] == "approved"
    assert decide(token, "over", amount=9_001)["data"]["reasons"] == ["amount_over_limit"]


@pytest.mark.parametrize(("token", "verdict", "reasons"), OUTCOMES[:3])
def test_a_merchants_own_thresholds_and_weights_make_no_other_outcome(
    world: World, decide: Decide, token: str, verdict: str, reasons: list[str]
) -> None:
    world.change_settings("acme", review_from=7, decline_from=900, weights={"velocity_card_count": 900})

    assert decide(token)["data"]["status"] == verdict
