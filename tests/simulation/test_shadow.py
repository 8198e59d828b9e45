"""A draft judges beside the settings in force: it decides nothing, and costs one write unit a batch."""

import itertools
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from fraud_detector import shadow as shadow_module
from fraud_detector.shadow import Shadow
from simulation.history import MERCHANT, MadeHistory
from simulation.model.cloud import Cloud
from simulation.model.errors import client_error
from simulation.model.usage import Consumed
from simulation.model.values import item_size
from simulation.oracle.facts import Request
from simulation.test_backtest import loosened, replayed
from simulation.test_card_velocity import transaction
from simulation.world import LANES, World
from transactions.findings import Findings
from transactions.held_settings import Draft, VersionNote
from transactions.rules import BY_CODE
from transactions.settings_document import parse_settings
from transactions.shadow_counts import ShadowCounts, add_shadow_counts, read_shadow_counts, shadow_id

BODY: dict[str, Any] = {
    "amount": 1_000,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"},
}


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.change_settings("acme", merchant_velocity=None)
        yield world


def drafted(world: World, **changes: Any) -> int:
    note = VersionNote("arn:aws:iam::123456789012:user/someone", world.cloud.now, "to try it")
    draft = Draft(parse_settings(world.settings("acme") | changes), note)
    world.operator().write_draft("acme", draft)
    world.pass_time(60_000)
    return draft.number


def decide(world: World, *bodies: dict[str, Any]) -> list[str]:
    """Have transactions decided in one batch; give their statuses."""
    names = []
    for body in bodies:
        world.finish(world.submit(Request("acme", f"key-{len(world.facts.answers)}", json.dumps(body))))
        names.append(json.loads(world.facts.answers[-1].body)["id"])
    settle(world)
    return [world.cloud.transactions.newest(name)["status"]["S"] for name in names]  # type: ignore[index]


def settle(world: World) -> None:
    for lane in range(LANES):
        while invocation := world.poll_stream(lane, 100):
            world.finish(invocation)


def counts(world: World, draft: int) -> ShadowCounts:
    return read_shadow_counts(world.cloud.dynamodb, "velocity", "acme", draft)


def test_a_draft_decides_nothing_and_is_counted(world: World) -> None:
    number = drafted(world, currencies={"EUR": {"amount_limit": 500, "foreign_card_review_above": 0}})

    assert decide(world, BODY, BODY | {"amount": 400}) == ["approved", "approved"]

    found = counts(world, number)
    assert (found.judged, found.unknown) == (2, 0)
    assert found.verdicts == {("approved", "declined"): 1, ("approved", "approved"): 1}
    assert found.rules == {"amount_over_limit": 1}
    assert [(each.verdict, each.draft) for each in found.sample] == [("approved", "declined")]


def test_a_draft_s_limit_of_a_card_is_held_against_what_was_counted(world: World) -> None:
    number = drafted(world, card_velocity=world.settings("acme")["card_velocity"] | {"count": 1})

    assert decide(world, BODY, BODY | {"amount": 1_001}) == ["approved", "approved"]

    assert counts(world, number).rules == {"velocity_card_count": 1}
    assert counts(world, number).verdicts["approved", "declined"] == 1


@pytest.mark.parametrize(("count", "draft"), [(1, "review"), (2, "approved")])
def test_what_the_merchant_s_limit_found_holds_for_a_draft_that_has_the_same(
    world: World, count: int, draft: str
) -> None:
    limit = {"window_seconds": 3_600, "count": 1}
    world.change_settings("acme", merchant_velocity=limit)
    number = drafted(world, merchant_velocity=limit | {"count": count}, duplicate_window_seconds=0)

    decide(world, BODY)
    assert decide(world, BODY | {"amount": 1_001}) == ["review"]

    # Of another limit it says nothing: nobody has counted by it.
    assert counts(world, number).verdicts == {("approved", "approved"): 1, ("review", draft): 1}


def test_what_is_declined_whatever_its_card_s_entries_is_unknown(world: World) -> None:
    limits = {"amount_limit": 9_000, "foreign_card_review_above": 0}
    number = drafted(world, currencies={"EUR": limits, "CHF": limits})

    assert decide(world, BODY | {"currency": "CHF"}) == ["declined"]

    assert (counts(world, number).judged, counts(world, number).unknown) == (0, 1)


@pytest.mark.parametrize(
    ("effect", "rule", "verdicts"),
    [
        ("block", "", ("declined", "declined")),
        ("allow", "", ("approved", "approved")),
        ("mute", "amount_over_limit", ("approved", "approved")),
        ("mute", "night_ceiling", ("approved", "declined")),
    ],
)
def test_the_entries_of_a_card_hold_for_a_draft_too(
    world: World, effect: str, rule: str, verdicts: tuple[str, str]
) -> None:
    number = drafted(world, currencies={"EUR": {"amount_limit": 500, "foreign_card_review_above": 0}})
    world.set_entry("acme", BODY["card"]["token"], effect, rule, 60_000)

    assert decide(world, BODY) == [verdicts[0]]
    assert counts(world, number).verdicts == {verdicts: 1}


def test_a_batch_is_one_write_unit_more_and_no_read(world: World) -> None:
    bodies = [BODY | {"amount": 1_000 + n, "card": BODY["card"] | {"token": f"tok_00{n:02}"}} for n in range(8)]
    decide(world, BODY)
    world.cloud.usage.reset()
    decide(world, *bodies)
    without = world.cloud.usage.total()
    drafted(world, card_countries=["FR"])
    # The settings are read anew, whether there is a draft or not.
    decide(world, BODY | {"amount": 7})
    world.cloud.usage.reset()
    again = [body | {"amount": body["amount"] + 100} for body in bodies]
    decide(world, *again)

    total = world.cloud.usage.total()
    batches = world.cloud.usage.of("velocity", "UpdateItem").calls - len(again)
    assert 1 <= batches <= LANES
    assert (total.write_units, total.read_units) == (without.write_units + batches, without.read_units)


def test_the_counts_take_one_write_unit_whatever_is_in_them() -> None:
    cloud = Cloud()
    verdicts = ("approved", "review", "declined")
    for number in range(40):
        largest = ShadowCounts(unknown=10**9)
        for verdict, draft in itertools.product(verdicts, verdicts):
            largest.add(f"txn_{number:032}", verdict, draft, list(BY_CODE))  # type: ignore[arg-type]
        for name in largest.rules:
            largest.rules[name] = 10**9
        for pair in largest.verdicts:
            largest.verdicts[pair] = 10**9
        cloud.usage.reset()
        add_shadow_counts(cloud.dynamodb, "velocity", "m" * 32, cloud.now, largest, cloud.now)
        assert cloud.usage.total() == Consumed(calls=1, write_units=1)

    item = cloud.velocity.newest(shadow_id("m" * 32, cloud.now))
    assert item
    assert item_size(item) <= 1024
    assert int(item["expires_at"]["N"]) == cloud.now // 1000 + 90 * 24 * 60 * 60


def test_counts_that_cannot_be_written_hold_nothing_up(world: World) -> None:
    number = drafted(world, card_countries=["FR"])
    real = world.cloud.dynamodb_model.update_item

    def refused(**call: Any) -> Any:
        if call["Key"]["id"]["S"].startswith("draft#"):
            raise client_error("UpdateItem", "ProvisionedThroughputExceededException", "too many")
        return real(**call)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.cloud.dynamodb_model, "update_item", refused)
        assert decide(world, BODY) == ["approved"]

    assert counts(world, number) == ShadowCounts()
    assert "draft not counted" in world.printed()


def test_a_draft_that_judging_fails_by_is_told_with_its_error(world: World) -> None:
    told: list[Exception] = []
    shadow = Shadow(world.operator(), world.cloud.dynamodb, "velocity", world.cloud.clock, told.append)
    drafted(world, card_countries=["FR"])
    draft = shadow.draft_of("acme")
    assert draft
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shadow_module, "judge", mock.Mock(side_effect=LookupError("no such rule")))

        assert (
            shadow.beside(draft, transaction(1, world.cloud.now), Findings((), draft.settings), is_forced=False) is None
        )

    assert [f"{error}" for error in told] == ["no such rule"]


def test_a_draft_that_cannot_be_read_is_none(world: World) -> None:
    drafted(world, card_countries=["FR"])
    item = dict(world.cloud.merchants.newest("merchant#acme") or {})
    world.cloud.merchants.write("merchant#acme", {**item, "draft": {"M": {"settings": {"S": "of another time"}}}})
    world.pass_time(60_000)

    assert decide(world, BODY) == ["approved"]


def test_a_draft_comes_to_what_a_backtest_by_it_comes_to() -> None:
    made = MadeHistory(seed=6, changes=10**9)
    draft = Draft(loosened(made, card_countries=["FR"]), VersionNote("someone", made.cloud.now))
    made.change(merchant_velocity=None)
    made.operators.write_draft(MERCHANT, draft)
    made.make(300)

    found = read_shadow_counts(made.cloud.dynamodb, "velocity", MERCHANT, draft.number)
    tried = replayed(made, wanted=draft.settings).comparison
    assert found.judged + found.unknown == tried.total.count
    for (before, now), held in tried.verdicts.items():
        # Of what was declined, the history of the card may not have been read.
        known = found.verdicts[before, now]
        assert known == held.count if before != "declined" else known <= held.count
    assert found.verdicts["approved", "declined"] > 20
