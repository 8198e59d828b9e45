"""What a preview's documents say that its update would write beside its operations."""

from collections.abc import Callable
from typing import Any

import pytest

from tapstack.engine.rewrites import Rewrite, Writes, read_writes

QUEUE = "aws:sqs/queue:Queue"
URN = f"urn:pulumi:dev::p::{QUEUE}::it"
STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"
Read = Callable[..., Writes]


@pytest.fixture
def read() -> Read:
    def read_one(step: dict[str, Any] | None, goals: dict[str, Any]) -> Writes:
        digest = {"steps": [{"urn": URN, **step}]} if step else {}
        plans = {urn: {"goal": goal, "steps": [goal.pop("op", "same")]} for urn, goal in goals.items()}
        return read_writes(digest, {"resourcePlans": plans})

    return read_one


def same(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {"op": "same", "oldState": {"urn": URN, **old}, "newState": {"urn": URN, **new}}


def test_what_says_where_the_program_stands_is_no_option(read: Read) -> None:
    moved = same(
        {"sourcePosition": "project:///__main__.py#1", "created": "2026-01-01T00:00:00Z"},
        {"sourcePosition": "project:///__main__.py#2"},
    )

    assert read(moved, {}) == Writes()


def test_a_list_in_another_order_and_an_empty_one_are_no_change(read: Read) -> None:
    old = {"dependencies": ["a", "b"], "propertyDependencies": {"name": None}}
    new = {"dependencies": ["b", "a"], "propertyDependencies": {"name": [], "tags": []}}

    assert read(same(old, new), {}) == Writes()


def test_an_option_that_the_engine_learns_only_later_is_named_as_the_state_does(read: Read) -> None:
    writes = read(same({}, {"guardedBy": "somebody"}), {})

    assert writes.rewrites == (Rewrite("same", QUEUE, "it", options=("guardedBy",)),)


def test_protection_that_goes_is_told_apart_from_protection_that_comes(read: Read) -> None:
    (gone,) = read(same({"protect": True}, {"retainOnDelete": True}), {}).rewrites

    assert gone.options == ("protect", "retain_on_delete")
    assert gone.loosened == ("protect",)


def test_a_default_provider_that_no_digest_has_is_found_in_the_plan(read: Read) -> None:
    urn = "urn:pulumi:dev::p::pulumi:providers:aws::default"
    goal = {"type": "pulumi:providers:aws", "inputDiff": {"adds": {"maxRetries": "7"}, "deletes": ["region"]}}

    assert read(None, {urn: {**goal, "op": "update"}}).rewrites == (
        Rewrite("same", "pulumi:providers:aws", "default", inputs=("maxRetries", "region")),
    )


def test_outputs_of_the_stack_are_told_by_name(read: Read) -> None:
    goal = {"type": "pulumi:pulumi:Stack", "outputDiff": {"updates": {"secret": {"ciphertext": "v1:…"}}}}

    assert read(None, {STACK: goal}) == Writes(outputs=frozenset({"secret"}))


def test_a_digest_without_a_resources_state_is_no_answer(read: Read) -> None:
    with pytest.raises(ValueError, match="no state of"):
        read({"op": "same", "newState": {"urn": URN}}, {})
