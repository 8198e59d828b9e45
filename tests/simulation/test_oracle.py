"""The oracle shares no code with what it judges, and says so when a decision, an answer or a count is not right."""

import ast
import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulation.functions import SLEEP, Invocation
from simulation.invariants import InvariantError, Invariants
from simulation.merchants import settings_document
from simulation.oracle import rules
from simulation.oracle.facts import Change, Request, Wish
from simulation.oracle.windows import Limit, passed
from simulation.oracle.wire import Kept, Listed, Said
from simulation.world import LANES, World
from transactions.attributes import to_item

HERE = Path(__file__).parent
JUDGES = [HERE / "invariants.py", *sorted((HERE / "oracle").glob("*.py"))]
JUDGED = {path.name for path in (HERE.parents[1] / "functions").iterdir() if path.is_dir()}
CARD = {"token": "tok_card_1", "bin": "42424242", "country": "DE", "expires": "2031-12"}
BODY: dict[str, Any] = {"amount": 1_000, "currency": "EUR", "card": CARD}
NOON = 1_767_265_200_000
"""Noon in Berlin on the first day of 2026, in milliseconds."""


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.cloud.now = NOON
        yield world


def submit(world: World, key: str, merchant: str = "acme", **changes: Any) -> str:
    """Submit; return the transaction's id."""
    world.finish(world.submit(Request(merchant, key, json.dumps(BODY | changes))))
    return f"{json.loads(world.facts.answers[-1].body)['id']}"


def decide(world: World) -> None:
    for lane in range(LANES):
        decide_lane(world, lane)


def decide_lane(world: World, lane: int) -> None:
    while invocation := world.poll_stream(lane):
        world.finish(invocation)


def transaction(**changes: Any) -> Kept:
    return Kept("txn_a", "acme", NOON, BODY | changes, None)


def write(world: World, transaction_id: str, **changes: Any) -> None:
    """Write a decision into the table as a function that is wrong would."""
    held = world.cloud.transactions.newest(transaction_id)
    assert held is not None
    told: dict[str, Any] = {
        "verdict": {"S": "approved"},
        "reasons": {"L": []},
        "score": {"N": "0"},
        "settings_version": {"N": "1"},
        "decided_at": {"N": f"{world.cloud.now}"},
    }
    world.cloud.transactions.write(
        transaction_id, {**held, "decision": {"M": told | changes}, "status": (told | changes)["verdict"]}
    )


# What it shares with the code


def test_no_judge_names_a_module_it_judges() -> None:
    named = {
        (path.name, module.partition(".")[0])
        for path in JUDGES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}"]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert {"simulation", "json"} <= {module for _, module in named}
    assert not [each for each in named if each[1] in JUDGED]


def test_loading_the_judges_loads_nothing_that_they_judge() -> None:
    modules = [".".join(path.relative_to(HERE.parent).with_suffix("").parts) for path in JUDGES]
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE.parent, capture_output=True, text=True, encoding="utf-8", check=True
    )

    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "simulation" in loaded
    assert not loaded & JUDGED


# Rules


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        ({}, []),
        ({"amount": 9_000}, []),
        ({"amount": 9_001}, ["amount_over_limit"]),
        ({"currency": "CHF"}, ["currency_not_allowed"]),
        ({"card": CARD | {"country": "FR"}, "amount": 3_001}, ["foreign_card_high_amount"]),
        ({"card": CARD | {"country": "FR"}, "amount": 3_000}, []),
        ({"card": CARD | {"bin": "400099"}}, ["bin_blocked"]),
        ({"card": CARD | {"bin": "40009999"}}, ["bin_blocked"]),
        ({"card": CARD | {"bin": "40010000"}}, []),
        ({"card": CARD | {"expires": "2025-12"}}, []),
        ({"card": CARD | {"expires": "2025-11"}}, ["card_expired"]),
    ],
)
def test_rules_are_as_the_settings_describe_them(changes: dict[str, Any], right: list[str]) -> None:
    assert rules.found(transaction(**changes), settings_document("acme")) == right


@pytest.mark.parametrize(
    ("utc_hour", "amount", "right"),
    [(20, 5_000, []), (21, 5_000, ["night_ceiling"]), (4, 4_001, ["night_ceiling"]), (4, 4_000, []), (5, 5_000, [])],
)
def test_the_night_is_the_merchants_own(utc_hour: int, amount: int, right: list[str]) -> None:
    moment = NOON + (utc_hour - 11) * 60 * 60 * 1000
    held = Kept("txn_a", "acme", moment, BODY | {"amount": amount}, None)

    assert rules.found(held, settings_document("acme")) == right


def test_a_card_is_good_until_its_month_has_ended_everywhere() -> None:
    ended_in_utc = 1_767_225_600_000
    hours = 60 * 60 * 1000
    moments = [ended_in_utc, ended_in_utc + 12 * hours - 1, ended_in_utc + 12 * hours]
    held = [Kept("txn_a", "acme", moment, BODY | {"card": CARD | {"expires": "2025-12"}}, None) for moment in moments]

    document = settings_document("acme") | {"night": None}
    assert [rules.found(each, document) for each in held] == [[], [], ["card_expired"]]


@pytest.mark.parametrize(
    ("at", "amount", "right"),
    [
        (599_999, 10, {"count"}),
        (600_000, 10, set()),
        (600_000, 91, {"amount"}),
        (-599_999, 90, {"count", "amount"}),
        (-600_000, 91, {"amount"}),
    ],
)
def test_a_window_may_end_as_another_begins(at: int, amount: int, right: set[str]) -> None:
    limit = Limit(600_000, 2, {"EUR": 100})
    others = [
        Kept("txn_1", "acme", 0, BODY | {"amount": 10}, None),
        Kept("txn_2", "acme", 1 if at > 0 else -1, BODY | {"amount": 10}, None),
    ]

    assert passed(limit, others, Kept("txn_3", "acme", at, BODY | {"amount": amount}, None)) == right


# Verdicts


def test_what_the_functions_decide_is_compared() -> None:
    with World() as world:
        world.cloud.now = NOON
        watch = Invariants(world)
        submit(world, "good")
        submit(world, "over", amount=9_001)
        decide(world)

        watch.check()
        assert watch.oracle.verdicts == 2
        assert watch.oracle.answered == 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "its card has not counted it"),
        ({"verdict": {"S": "declined"}}, "which come to 0"),
        ({"score": {"N": "50"}}, "which come to 0"),
        ({"settings_version": {"N": "2"}}, "was not in force"),
        ({"decided_at": {"N": "1767000000000"}}, "was decided at 1767000000000"),
        (
            {"reasons": {"L": [{"S": "night_ceiling"}]}, "score": {"N": "50"}, "verdict": {"S": "review"}},
            "right is []",
        ),
        (
            {"reasons": {"L": [{"S": "velocity_card_count"}]}, "score": {"N": "100"}, "verdict": {"S": "declined"}},
            "was refused for ['velocity_card_count'], right is []",
        ),
        (
            {"reasons": {"L": [{"S": "velocity_card_unknown"}]}, "score": {"N": "50"}, "verdict": {"S": "review"}},
            "forgotten nothing near it",
        ),
        (
            {"reasons": {"L": [{"S": "bin_blocked"}]}, "score": {"N": "100"}, "verdict": {"S": "declined"}},
            "was decided for",
        ),
    ],
)
def test_a_wrong_decision_is_told(world: World, wrong: dict[str, Any], told: str) -> None:
    watch = Invariants(world)
    write(world, submit(world, "key"), **wrong)

    problems = list(watch.oracle.look())

    assert any(told in problem for problem in problems), problems


def test_a_decision_that_changes_is_told(world: World) -> None:
    watch = Invariants(world)
    name = submit(world, "key")
    decide(world)
    watch.check()

    write(world, name, score={"N": "1"})

    with pytest.raises(InvariantError, match="was Decided"):
        watch.check()


def test_a_duplicate_that_is_not_flagged_is_told_whichever_came_first(world: World) -> None:
    watch = Invariants(world)
    first = submit(world, "first")
    world.pass_time(300)
    second = submit(world, "second")
    for name in (second, first):
        decide_lane(world, world.cloud.stream.lane_of(name))
    watch.check()

    both = [watch.oracle.transactions[name] for name in (first, second)]
    assert sorted(("duplicate" in each.decided.reasons) for each in both if each.decided) == [False, True]


def test_a_card_that_counts_past_its_limit_is_told(world: World) -> None:
    watch = Invariants(world)
    names = [submit(world, f"key-{number}", amount=1_000 + number) for number in range(3)]
    list(watch.oracle.look())
    packed = b"".join(packed_use(watch.oracle.transactions[name]) for name in names)
    card = watch.oracle.transactions[names[0]].card
    item = {"id": {"S": card}, "packed": {"B": packed}, "forgotten": {"N": "0"}, "version": {"N": "3"}}
    world.cloud.velocity.write(card, item)

    problems = list(watch.oracle.look())

    assert any("passes the card's limit" in problem for problem in problems), problems


def packed_use(held: Kept) -> bytes:
    digest, at, amount, currency = held.use
    return bytes(digest.ljust(16, b"-") + at.to_bytes(6) + amount.to_bytes(5) + currency.encode())


def test_a_history_that_forgets_too_soon_is_told(world: World) -> None:
    watch = Invariants(world)
    name = submit(world, "key")
    decide(world)
    watch.check()

    world.cloud.velocity.write(watch.oracle.transactions[name].card, None)

    with pytest.raises(InvariantError, match="could still matter"):
        watch.check()


def test_a_tally_that_is_too_low_is_told(world: World) -> None:
    watch = Invariants(world)
    submit(world, "one")
    decide(world)
    watch.check()
    (shard,) = [item for item in world.cloud.velocity.items() if item["id"]["S"].startswith("merchant#")]
    world.cloud.velocity.write(shard["id"]["S"], {**shard, "buckets": {"M": {}}})
    submit(world, "two", card=CARD | {"token": "tok_card_2"})
    decide(world)

    with pytest.raises(InvariantError, match="has a tally of 1, and 2 were let through"):
        watch.check()


def test_what_was_decided_before_counts_in_full_at_the_merchant(world: World) -> None:
    watch = Invariants(world)
    world.change_settings("acme", merchant_velocity={"window_seconds": 600, "count": 1})
    world.pass_time(60_000)
    submit(world, "one")
    decide(world)
    watch.check()
    for item in world.cloud.velocity.items():
        if item["id"]["S"].startswith("merchant#"):
            world.cloud.velocity.write(item["id"]["S"], None)
    submit(world, "two", card=CARD | {"token": "tok_card_2"})
    decide(world)

    with pytest.raises(InvariantError, match="beside what was decided before it came"):
        watch.check()


# Answers


@pytest.mark.parametrize(
    ("flaw", "body", "told"),
    [
        ("a card number", BODY, "was answered 202, right is"),
        ("", BODY | {"amount": 0}, "was answered 400, right is []"),
    ],
)
def test_a_wrong_answer_is_told(world: World, flaw: str, body: dict[str, Any], told: str) -> None:
    watch = Invariants(world)
    world.finish(world.submit(Request("acme", "key", json.dumps(body), flaw)))

    problems = list(watch.oracle.look())

    assert any(told in problem for problem in problems), problems


def test_a_key_that_has_ended_for_long_enough_is_nobodys(world: World) -> None:
    watch = Invariants(world)
    acme = world.merchants["acme"]
    submit(world, "before")
    for _ in range(2):
        world.change_key(acme, 3_600_000)
    (ended,) = world.keys_ended
    world.pass_time(1_000)
    world.finish(world.submit(Request("acme", "soon", json.dumps(BODY)), ended))
    world.pass_time(31_000)
    world.finish(world.submit(Request("acme", "late", json.dumps(BODY)), ended))

    watch.check()
    assert [answer.status for answer in world.facts.answers] == [202, 202, 403]


def under_the_earlier_key(world: World, *, after_ms: int, overlap_ms: int) -> int:
    """Have a merchant's key exchanged and the earlier one used some time later; give the status."""
    acme = world.merchants["acme"]
    earlier = acme.api_key
    world.change_key(acme, overlap_ms)
    world.pass_time(after_ms)
    world.finish(world.submit(Request("acme", f"after-{after_ms}", json.dumps(BODY)), earlier))
    return world.facts.answers[-1].status


@pytest.mark.parametrize(("after_ms", "status"), [(59_000, 202), (60_000, 403), (63_000, 403)])
def test_a_key_is_taken_up_to_its_end_and_no_longer(world: World, after_ms: int, status: int) -> None:
    watch = Invariants(world)

    assert under_the_earlier_key(world, after_ms=after_ms, overlap_ms=60_000) == status
    watch.check()


@pytest.mark.parametrize(("after_ms", "status", "right"), [(40_000, 403, "[202"), (63_000, 202, "[403]")])
def test_a_key_that_is_refused_before_its_end_or_taken_behind_it_is_told(
    world: World, after_ms: int, status: int, right: str
) -> None:
    watch = Invariants(world)
    under_the_earlier_key(world, after_ms=after_ms, overlap_ms=60_000)
    world.facts.answers[-1] = dataclasses.replace(world.facts.answers[-1], status=status)

    problems = list(watch.oracle.look())

    assert any(f"was answered {status}, right is {right}" in problem for problem in problems), problems


# Waiting for a decision


def wait_for(world: World, key: str, seconds: int) -> Invocation:
    """Submit as a merchant that would wait; leave it where it looks for the first time."""
    waits = world.submit(Request("acme", key, json.dumps(BODY), wait=seconds))
    while waits.waits_at != SLEEP:
        world.step(waits)
    return waits


def test_who_waits_is_told_a_decision_that_is_made_meanwhile(world: World) -> None:
    watch = Invariants(world)
    waits = wait_for(world, "waits", 5)
    decide(world)
    world.finish(waits)

    answer = world.facts.answers[-1]
    watch.check()
    assert (answer.status, answer.headers["preference-applied"]) == (200, "wait=5")
    assert answer.ended_at - answer.began_at == 100


def test_who_waits_in_vain_is_told_that_it_is_accepted_once_the_time_is_over(world: World) -> None:
    watch = Invariants(world)
    world.finish(wait_for(world, "waits", 5))

    answer = world.facts.answers[-1]
    watch.check()
    assert answer.status == 202
    assert answer.ended_at - answer.began_at == 5_000


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"status": 202}, "right is [200]"),
        ({"body": "{}"}, "was told {}"),
        ({"headers": {}}, "of its preference"),
        ({"waits": None}, "right is [202]"),
    ],
)
def test_an_answer_to_who_waits_that_is_not_right_is_found(world: World, wrong: dict[str, Any], detail: str) -> None:
    name = submit(world, "waits")
    decide(world)
    watch = Invariants(world)
    world.finish(world.submit(Request("acme", "waits", json.dumps(BODY), wait=5)))
    watch.check()

    world.facts.answers.append(dataclasses.replace(world.facts.answers[-1], **wrong))

    with pytest.raises(InvariantError, match=re.escape(detail)):
        watch.check()
    assert watch.oracle.transactions[name].decided


# Entries of cards, and outcomes


def held(world: World, key: str) -> dict[str, Any]:
    found = world.cloud.velocity.newest(key)
    assert found is not None
    return dict(found)


def test_an_entry_that_is_lost_is_told(world: World) -> None:
    world.set_entry("acme", CARD["token"], "block", "", 60_000)
    watch = Invariants(world)
    watch.check()
    key = world.facts.wishes[-1].key
    world.facts.wishes.clear()

    world.cloud.velocity.write(key, {name: value for name, value in held(world, key).items() if name != "entries"})

    with pytest.raises(InvariantError, match="has lost Listed"):
        watch.check()


@pytest.mark.parametrize(("begun_late", "complaints"), [(0, 0), (60_000, 1)])
def test_an_entry_may_outlive_its_end_where_that_comes_between_an_operators_read_and_write(
    world: World, begun_late: int, complaints: int
) -> None:
    world.set_entry("acme", CARD["token"], "block", "", 60_000)
    watch = Invariants(world)
    watch.check()
    blocked = world.facts.wishes[-1]
    item = held(world, blocked.key)
    mute = Listed("mute", "duplicate", blocked.entry.until + 60_000)
    world.facts.wishes.append(Wish(blocked.key, blocked.at + begun_late, mute))
    world.pass_time(60_000)
    muted = to_item({"entries": [{"effect": "mute", "rule": mute.rule, "until": mute.until}]})["entries"]["L"]

    after = item | {"entries": {"L": [*item["entries"]["L"], *muted]}}
    found = list(watch.oracle.entries.change(Change("velocity", blocked.key, item, after, world.cloud.now)))

    assert len(found) == complaints


def test_an_operators_write_that_loses_a_count_is_told(world: World) -> None:
    submit(world, "key-1")
    decide(world)
    watch = Invariants(world)
    watch.check()
    world.set_entry("acme", CARD["token"], "allow", "", 60_000)
    key = world.facts.wishes[-1].key

    world.cloud.velocity.write(key, held(world, key) | {"packed": {"B": b""}})

    with pytest.raises(InvariantError, match=r"forgot .* too soon"):
        watch.check()


def test_what_is_approved_on_a_blocked_card_is_told(world: World) -> None:
    world.set_entry("acme", CARD["token"], "block", "", 3_600_000)
    world.pass_time(120_000)
    name = submit(world, "key-1")
    watch = Invariants(world)
    watch.check()

    write(world, name)

    with pytest.raises(InvariantError, match="and its card's entries came to one of"):
        watch.check()


def test_an_entry_has_no_say_in_what_is_declined_whatever_is_listed(world: World) -> None:
    world.set_entry("acme", CARD["token"], "block", "", 3_600_000)
    world.pass_time(120_000)
    submit(world, "key-1", card=CARD | {"expires": "2025-11"})
    decide(world)
    name = submit(world, "key-2", card=CARD | {"expires": "2025-11"})
    watch = Invariants(world)
    watch.check()

    reasons = {"L": [{"S": "card_blocked"}, {"S": "card_expired"}]}
    write(world, name, verdict={"S": "declined"}, reasons=reasons, score={"N": "200"})

    with pytest.raises(InvariantError, match="no entry of its card has a say in it"):
        watch.check()


def test_an_outcome_that_nobody_has_said_and_one_that_goes_back_in_time_are_told(world: World) -> None:
    name = submit(world, "key-1")
    watch = Invariants(world)

    def turn_out(at: int) -> None:
        outcome = {"value": {"S": "fraud"}, "source": {"S": "bank"}, "at": {"N": f"{at}"}}
        world.cloud.transactions.write(
            name, {**(world.cloud.transactions.newest(name) or {}), "outcome": {"M": outcome}}
        )

    turn_out(NOON)
    with pytest.raises(InvariantError, match="which acme has not said"):
        watch.check()
    world.facts.said |= {("acme", name, Said("fraud", "bank", at)) for at in (NOON, NOON - 1)}
    turn_out(NOON - 1)
    with pytest.raises(InvariantError, match="turned out to be"):
        watch.check()
