"""A backtest gives back what the functions decided on the model, and tells what other settings would have decided."""

from collections import Counter
from typing import Any

import pytest

from simulation.history import MERCHANT, MadeHistory
from tapstack.operate.backtest import stored_history
from tapstack.operate.backtest.trial import Result, Trial, carry_out, stored
from transactions.attributes import to_item
from transactions.card_lists.precedence import WEIGHTS as LIST_WEIGHTS
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.store import parse_item

NEVER = 10**9
"""Transactions between two of what is not to happen."""


def replayed(made: MadeHistory, *, processes: int = 0, **trial: Any) -> Result:
    versions = {each.settings.version: each.settings for each in made.operators.versions(MERCHANT)}
    history = stored(made.store, made.listing, MERCHANT)
    return carry_out(Trial(MERCHANT, versions, **trial), history, processes, lambda count: None)


def verdicts(result: Result) -> dict[tuple[str, str], int]:
    return {(before, now): held.count for before, now, held in result.comparison.rows() if held.count}


@pytest.fixture(scope="module")
def made() -> MadeHistory:
    made = MadeHistory(seed=1, entries=NEVER)
    made.make(2_000)
    return made


def test_the_settings_then_in_force_give_back_every_verdict_and_reason(made: MadeHistory) -> None:
    result = replayed(made)

    agreement = result.agreement
    assert agreement
    assert (agreement.same, agreement.causes, agreement.unexplained) == (2_000, {}, 0)
    # Every kind of reason that needs a history is in it.
    found = {code for code, rule in result.comparison.rules.items() if rule.now.count}
    assert {code for code in result.comparison.rules if code.startswith("velocity_")} <= found
    assert {"duplicate", "test_review", "bin_blocked", "night_ceiling"} <= found


def test_cards_judged_in_several_processes_come_to_the_same(made: MadeHistory) -> None:
    assert replayed(made, processes=2).document() == replayed(made).document()


def test_a_backtest_writes_nothing_and_reads_each_transaction_once(
    made: MadeHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The model adds up what one thread reads.
    monkeypatch.setattr(stored_history, "_AHEAD", 1)
    made.cloud.usage.reset()

    replayed(made, wanted=made.settings)

    total = made.cloud.usage.total()
    assert (total.write_units, total.index_write_units) == (0, 0)
    # Half a unit for each transaction, which takes less than a kibibyte.
    assert made.cloud.usage.of("transactions", "BatchGetItem").read_units == 1_000


def test_what_was_changed_in_the_store_has_no_explanation(made: MadeHistory) -> None:
    changed = MadeHistory(seed=2)
    changed.make(300)
    name = changed.cloud.transactions.items()[7]["id"]["S"]
    item = dict(changed.cloud.transactions.newest(name) or {})
    item["submission"] = {"M": {**item["submission"]["M"], "currency": {"S": "CHF"}, "amount": {"N": "77"}}}
    changed.cloud.transactions.write(name, item)

    agreement = replayed(changed).agreement

    assert agreement
    assert agreement.unexplained >= 1
    assert name in {example.transaction_id for example in agreement.examples}


def test_what_entries_of_cards_blocked_allowed_and_lifted_comes_out_again() -> None:
    made = MadeHistory(seed=1, entries=5)
    made.make(1_000)
    decisions = [decision for each in made.cloud.transactions.items() if (decision := parse_item(each).decision)]
    listed = Counter(code for decision in decisions for code in decision.reasons if code in LIST_WEIGHTS)
    assert min(listed["card_blocked"], listed["card_allowed"]) > 10
    assert sum(bool(each.lifted) and "card_allowed" not in each.reasons for each in decisions) > 10

    agreement = replayed(made).agreement

    assert agreement
    assert (agreement.same, agreement.causes, agreement.unexplained) == (1_000, {}, 0)


def loosened(made: MadeHistory, **changes: Any) -> MerchantSettings:
    """Give settings in which nothing but the transaction itself is looked at, so a plain list tells what is caught."""
    loose = {
        "card_velocity": {"window_seconds": 60, "count": 20},
        "merchant_velocity": None,
        "duplicate_window_seconds": 0,
    }
    return parse_settings(made.document | loose | changes)


def submitted(made: MadeHistory) -> list[tuple[str, int, Any]]:
    """Give status, amount and the rest of what was submitted with other than test tokens."""
    items = [(each["status"]["S"], each["submission"]["M"]) for each in made.cloud.transactions.items()]
    return [
        (status, int(one["amount"]["N"]), one)
        for status, one in items
        if not one["card"]["M"]["token"]["S"].startswith("tok_test_")
    ]


def test_a_rule_that_is_tried_catches_what_it_would_have_caught(made: MadeHistory) -> None:
    limits = {"EUR": {"amount_limit": 3_000, "foreign_card_review_above": 99_999}}

    result = replayed(made, wanted=loosened(made, currencies=limits))

    over = [amount for _, amount, one in submitted(made) if one["currency"] == {"S": "EUR"} and amount > 3_000]
    caught = result.comparison.rules["amount_over_limit"].now
    assert (caught.count, caught.amounts) == (len(over), {"EUR": sum(over)})
    assert result.agreement is None


def test_the_largest_differences_are_the_twenty_largest(made: MadeHistory) -> None:
    result = replayed(made, wanted=loosened(made, card_countries=["FR"]))

    changed = [
        amount
        for status, amount, one in submitted(made)
        if status != "declined" and one["card"]["M"]["country"] == {"S": "DE"}
    ]
    declined = [each.amount for each in result.comparison.differences if each.reasons_now[-1] == "country_not_allowed"]
    assert len(result.comparison.differences) == 20
    assert declined == sorted(changed, reverse=True)[: len(declined)]
    assert declined


def test_windows_are_filled_before_the_period_begins(made: MadeHistory) -> None:
    middle = made.cloud.now - 6 * 60 * 60 * 1000

    part = replayed(made, since=middle)

    whole = replayed(made)
    assert part.agreement
    assert whole.agreement
    assert part.agreement.unexplained == 0
    assert 0 < part.comparison.total.count < whole.comparison.total.count
    assert part.filled > 0
    assert any("windows are filled" in line for line in part.unknown)


def test_outcomes_give_precision_and_recall() -> None:
    made = MadeHistory(seed=4, changes=NEVER)
    made.make(60)
    items = [each for each in made.cloud.transactions.items() if each["status"] != {"S": "pending"}]
    for number, item in enumerate(items):
        value = ("fraud", "genuine", "disputed", "unheard of")[number % 4]
        outcome = to_item({"outcome": {"value": value, "source": "shop", "at": 1}})
        made.cloud.transactions.write(item["id"]["S"], item | outcome)

    precision = replayed(made).comparison.precision

    held = [each for each in items if each["status"] != {"S": "approved"}]
    fraud = sum(items.index(each) % 4 == 0 for each in held)
    genuine = sum(items.index(each) % 4 == 1 for each in held)
    assert precision.precision("before") == precision.precision("now") == fraud / (fraud + genuine)
    assert precision.recall("now") == fraud / len(items[::4])
    assert "unheard of" not in precision.outcomes
