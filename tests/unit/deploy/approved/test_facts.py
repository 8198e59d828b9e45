"""What a saved plan holds of a preview, and how a difference is told."""

from typing import Any

import pytest

from tapstack.deploy.approved.comparing import differences
from tapstack.deploy.approved.digests import Key, fact_kind, kind_of
from tapstack.deploy.approved.facts import SECTIONS, Facts, of_preview
from tapstack.engine.events import UNKNOWN, Operation, Report

QUEUE = "aws:sqs/queue:Queue"
URN = f"urn:pulumi:dev::tapstack-data::{QUEUE}::q"
STACK = "urn:pulumi:dev::tapstack-data::pulumi:pulumi:Stack::tapstack-data-dev"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hush"'}
KEY = Key(b"k" * 32)


def facts(inputs: dict[str, Any], *, options: dict[str, Any] | None = None, **goal: Any) -> Facts:
    report = Report(finished=[Operation("update", QUEUE, URN)])
    report.digest = {"steps": [{"urn": URN, "newState": {"type": QUEUE, "inputs": inputs, **(options or {})}}]}
    report.plan = {
        "resourcePlans": {
            URN: {"goal": {"type": QUEUE, "inputDiff": goal}},
            STACK: {"goal": {"type": "pulumi:pulumi:Stack", "outputDiff": goal}},
        }
    }
    return {**{section: {} for section in SECTIONS}, **of_preview(report, KEY)}


def told(before: Facts, after: Facts) -> list[str]:
    return differences(before, after)


def test_the_same_preview_is_no_difference() -> None:
    assert told(facts({"a": 1, "b": [1, {"c": None}]}), facts({"b": [1, {"c": None}], "a": 1})) == []


def test_a_name_that_the_provider_chooses_is_no_fact_at_any_depth() -> None:
    before = {"name": "q-1", "more": {"x": 1, "__defaults": ["x"]}, "__defaults": ["name"]}
    after = {"name": "q-2", "more": {"x": 2, "__defaults": ["x"]}, "__defaults": ["name"]}

    assert told(facts(before), facts(after)) == []


def test_a_name_that_the_program_gives_is_one() -> None:
    assert told(facts({"name": "q-1"}), facts({"name": "q-2"})) == [f"name of 'q' ({QUEUE}) (text) is another"]


def test_a_secret_that_changes_is_known_by_what_the_plan_writes() -> None:
    masked = {"value": "[secret]"}
    other = {**SECRET, "plaintext": '"other"'}

    assert told(facts(masked, updates={"value": SECRET}), facts(masked, updates={"value": dict(SECRET)})) == []
    assert f"value of 'q' ({QUEUE}) (a secret) is another" in told(
        facts(masked, updates={"value": SECRET}), facts(masked, updates={"value": other})
    )


def test_an_unknown_value_is_approved_as_unknown() -> None:
    assert told(facts({"a": UNKNOWN}), facts({"a": UNKNOWN})) == []
    assert told(facts({"a": UNKNOWN}), facts({"a": "x"})) == [
        f"a of 'q' ({QUEUE}) (unknown before, now text) is another"
    ]


def test_the_order_in_which_an_option_lists_its_members_is_no_fact_and_a_member_is_one() -> None:
    before = facts({}, options={"dependencies": ["urn:a", "urn:b"], "propertyDependencies": {"x": ["urn:a", "urn:b"]}})
    turned = facts({}, options={"dependencies": ["urn:b", "urn:a"], "propertyDependencies": {"x": ["urn:b", "urn:a"]}})
    fewer = facts({}, options={"dependencies": ["urn:a"], "propertyDependencies": {"x": ["urn:a", "urn:b"]}})

    assert told(before, turned) == []
    assert told(before, fewer) == [f"option dependencies of 'q' ({QUEUE}) (a list) is another"]


def test_an_option_is_a_fact_and_where_the_program_stands_is_none() -> None:
    before = facts({}, options={"protect": True, "sourcePosition": "a.py#1"})

    assert told(before, facts({}, options={"protect": True, "sourcePosition": "a.py#2"})) == []
    assert told(before, facts({})) == [
        f"option protect of 'q' ({QUEUE}) (true or false before, now nothing) is another"
    ]


def test_only_the_first_difference_of_a_section_is_told_with_the_number_of_others() -> None:
    assert told(facts({"a": 1, "b": 1, "c": 1}), facts({"a": 2, "b": 2, "c": 2})) == [
        f"a of 'q' ({QUEUE}) (a number) is another (and 2 more)"
    ]


def test_another_key_gives_another_digest() -> None:
    assert Key(b"a" * 32).fact("x") != Key(b"b" * 32).fact("x")
    assert fact_kind(KEY.fact("x")) == "text"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "nothing"),
        (True, "true or false"),
        (1.5, "a number"),
        ([], "a list"),
        ({}, "an object"),
        (SECRET, "a secret"),
    ],
)
def test_a_kind_tells_no_value(value: Any, kind: str) -> None:
    assert kind_of(value) == kind
