"""Decisions, taken apart."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from tapstack.lane.samples import MERCHANTS
from tapstack.operate.explanation import Case, explain
from tapstack.operate.traces import Near, Traces, read_traces
from transactions.attributes import to_item
from transactions.card_lists.entry import Entry
from transactions.rules import WEIGHTS
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.history import card_key

AT = 1_700_000_000_000
SETTINGS = parse_settings(json.loads(MERCHANTS.read_text(encoding="utf-8"))[0])
Make = Callable[..., Transaction]


class Velocity:
    """The velocity table."""

    def __init__(self, **items: Any) -> None:
        self.items: dict[str, Any] = items

    def get_item(self, Key: Any, **_: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        item = self.items.get(Key["id"]["S"])
        return {"Item": item} if item else {}

    def update_item(self, Key: Any, ExpressionAttributeValues: Any, **_: Any) -> None:  # noqa: N803
        values = {name.removeprefix(":"): value for name, value in ExpressionAttributeValues.items()}
        self.items[Key["id"]["S"]] = {**Key, **values, "version": values["next"]}


def case(transaction: Transaction, settings: MerchantSettings = SETTINGS) -> Case:
    nothing = Near(kept=False, counted=None, traces=())
    return Case(transaction, settings, Traces(nothing, nothing))


def decision(verdict: Any, reasons: Sequence[str], score: int) -> Decision:
    return Decision(verdict, list(reasons), score, 1, AT)


def test_every_reason_there_is_has_its_words(transaction: Make) -> None:
    for settings in (SETTINGS, msgspec.structs.replace(SETTINGS, currencies={}, merchant_velocity=None)):
        explained = explain(case(transaction(), settings), decision("approved", [], 0))
        assert all(rule.compared for rule in explained.rules)


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (decision("approved", [], 0), []),
        # What the velocities found cannot be applied again.
        (decision("declined", ["velocity_card_count"], 100), []),
        (
            decision("declined", ["bin_blocked"], 100),
            ["the rules find nothing, stored is bin_blocked"],
        ),
        (decision("review", ["duplicate"], 70), ["the stored reasons come to score 50, stored is 70"]),
        (decision("approved", ["duplicate"], 50), ["the stored reasons come to review, stored is approved"]),
        (decision("approved", ["moon_phase"], 0), ["settings version 1 has no weight for moon_phase"]),
    ],
)
def test_what_would_come_out_otherwise_is_told(transaction: Make, stored: Decision, told: list[str]) -> None:
    explained = explain(case(transaction()), stored)

    assert list(explained.differences) == told
    assert explained.document()["replay"]["same"] is not bool(told)
    assert [rule.code for rule in explained.rules if rule.found] == stored.reasons


@pytest.mark.parametrize(
    ("known", "differences", "newer"),
    [
        (["bin_blocked"], [], ["amount_over_limit"]),
        (["amount_over_limit"], ["the rules find amount_over_limit, stored is nothing"], []),
    ],
)
def test_a_rule_that_is_newer_than_the_settings_is_told_and_no_difference(
    transaction: Make, known: list[str], differences: list[str], newer: list[str]
) -> None:
    one = transaction()
    one = msgspec.structs.replace(one, submission=msgspec.structs.replace(one.submission, amount=900_000))
    settings = msgspec.structs.replace(SETTINGS, weights={code: WEIGHTS[code] for code in known})

    explained = explain(case(one, settings), decision("approved", [], 0))

    assert list(explained.differences) == differences
    assert [rule.code for rule in explained.rules if rule.newer] == newer
    assert [rule["code"] for rule in explained.document()["rules"] if rule["newer"]] == newer


def test_a_rule_that_was_found_is_not_newer(transaction: Make) -> None:
    one = transaction()
    one = msgspec.structs.replace(one, submission=msgspec.structs.replace(one.submission, amount=900_000))
    settings = msgspec.structs.replace(SETTINGS, weights={})

    explained = explain(case(one, settings), decision("declined", ["amount_over_limit"], 100))

    assert [rule.code for rule in explained.rules if rule.newer] == []
    assert not any(difference.startswith("the rules find") for difference in explained.differences)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (decision("approved", ["test_approved"], 0), {"test_approved"}),
        (decision("declined", ["test_declined"], 100), {"test_declined"}),
        (decision("review", ["test_review"], 50), {"test_review"}),
        (decision("declined", ["test_velocity", "velocity_card_count"], 100), {"test_velocity"}),
    ],
)
def test_a_forced_decision_is_called_one_and_no_rule_is_applied_again(
    transaction: Make, stored: Decision, words: set[str]
) -> None:
    # The rules would decline it: the merchant takes no such currency.
    settings = msgspec.structs.replace(SETTINGS, currencies={})
    explained = explain(case(transaction(), settings), stored)

    assert {rule.code for rule in explained.rules if rule.compared == "forced by the card, a test token"} == words
    assert list(explained.differences) == []


def listed(transaction: Transaction, *entries: Entry) -> Case:
    nothing = Near(kept=False, counted=None, traces=())
    return Case(transaction, SETTINGS, Traces(nothing, nothing, entries))


def entry(effect: str, rule: str = "") -> Entry:
    return Entry(effect=effect, until=AT + 60_000, at=AT, by="arn:jane", reason="known", rule=rule)


def test_a_block_is_explained_by_its_entry_and_comes_out_again(transaction: Make) -> None:
    stored = decision("declined", ["card_blocked"], 100)

    explained = explain(listed(transaction(), entry("block")), stored)

    assert list(explained.differences) == []
    assert (explained.rules[0].code, explained.rules[0].found, explained.rules[0].weight) == ("card_blocked", True, 100)
    assert explained.rules[0].compared == (
        "blocked until 2023-11-14T22:14:20.000Z, since 2023-11-14T22:13:20.000Z by arn:jane: known"
    )
    assert [each["effect"] for each in explained.document()["entries"]] == ["block"]
    gone = explain(case(transaction()), stored)
    assert gone.rules[0].compared == "by an entry that is not kept any more"
    assert list(gone.differences) == []


@pytest.mark.parametrize(
    ("effect", "rule", "reasons"), [("allow", "", ["card_allowed"]), ("mute", "amount_over_limit", [])]
)
def test_what_an_entry_has_lifted_is_told_and_is_no_difference(
    transaction: Make, effect: str, rule: str, reasons: list[str]
) -> None:
    one = transaction()
    one = msgspec.structs.replace(one, submission=msgspec.structs.replace(one.submission, amount=900_000))
    stored = Decision("approved", reasons, 0, 1, AT, ["amount_over_limit"])

    explained = explain(listed(one, entry(effect, rule)), stored)

    assert list(explained.differences) == []
    assert [each.code for each in explained.rules if each.lifted] == ["amount_over_limit"]
    assert [each.code for each in explained.rules if each.found] == reasons
    # What was lifted and is not found any more is a difference like any other.
    unfound = explain(listed(transaction(), entry(effect, rule)), stored)
    assert list(unfound.differences) == ["the rules find nothing, stored is nothing, and lifted amount_over_limit"]


def test_a_cards_uses_near_the_transaction_are_told_and_which_of_them_it_is(transaction: Make) -> None:
    table: Any = Velocity()
    cards = CardVelocityCounter(table, "velocity", lambda: AT)
    for number, at in ((1, AT), (2, AT + 1000), (3, AT + 599_999)):
        cards.count(transaction(number, at=at), SETTINGS)

    near = read_traces(table, "velocity", transaction(2, at=AT + 1000), SETTINGS).card
    assert (near.kept, near.counted) == (True, True)
    assert [(trace.count, trace.amounts, trace.is_it) for trace in near.traces] == [
        (1, {"EUR": 1250}, False),
        (1, {"EUR": 1250}, True),
        (1, {"EUR": 1250}, False),
    ]
    assert near.words == "3 counted near it now, itself among them"
    assert not read_traces(table, "velocity", transaction(9, at=AT), SETTINGS).card.counted


def test_what_the_history_has_forgotten_is_told(transaction: Make) -> None:
    table: Any = Velocity()
    cards = CardVelocityCounter(table, "velocity", lambda: AT)
    for number, at in ((1, AT), (2, AT + 5_000_000)):
        cards.count(transaction(number, at=at), SETTINGS)

    early = read_traces(table, "velocity", transaction(1, at=AT), SETTINGS).card
    assert (early.kept, early.words) == (False, "nothing of that time is kept (any more)")
    assert read_traces(table, "velocity", transaction(2, at=AT + 5_000_000), SETTINGS).card.kept
    assert not read_traces(Velocity(), "velocity", transaction(1), SETTINGS).card.kept  # type: ignore[arg-type]


def test_a_merchants_shards_are_added_up(transaction: Make) -> None:
    def shard(amount: int) -> dict[str, Any]:
        buckets = {f"{AT}": {"#": 2, "EUR": amount}, f"{AT - 90_000_000}": {"#": 9}}
        return to_item({"version": 1, "buckets": buckets, "forgotten": 0})

    table: Any = Velocity(**{"merchant#acme#0": shard(100), "merchant#acme#3": shard(11)})

    near = read_traces(table, "velocity", transaction(1, at=AT + 5), SETTINGS).merchant

    assert [(trace.count, trace.amounts) for trace in near.traces] == [(4, {"EUR": 111})]
    assert near.words == "4 counted near it now"


def test_the_cards_token_is_in_no_explanation(transaction: Make) -> None:
    one = transaction(1, at=AT)
    table: Any = Velocity()
    CardVelocityCounter(table, "velocity", lambda: AT).count(one, SETTINGS)

    near = msgspec.to_builtins(read_traces(table, "velocity", one, SETTINGS))

    assert card_key(one) in table.items
    assert one.submission.card.token not in json.dumps(near)
