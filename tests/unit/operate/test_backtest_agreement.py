"""What comes out otherwise than it is stored has a cause that is known, or is unexplained."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tapstack.lane.samples import MERCHANTS
from tapstack.operate.backtest.agreement import Agreement, Cause
from tapstack.operate.backtest.comparison import Scored
from tapstack.operate.backtest.decided_order import Decided
from tapstack.operate.backtest.picture import MOST_BARS, bars_of
from tapstack.operate.backtest.replay import Replayed
from transactions.findings import Findings
from transactions.settings_document import parse_settings
from transactions.transaction import Transaction

SETTINGS = parse_settings(json.loads(MERCHANTS.read_text(encoding="utf-8"))[0])
AT = 1_700_000_000_000
Make = Callable[..., Transaction]


@pytest.fixture
def replayed(transaction: Make) -> Callable[..., Replayed]:
    """Make a transaction that was decided for some reasons, and is for others."""

    def make(before: tuple[str, ...], now: tuple[str, ...], *, number: int = 1, at: int = AT, **near: Any) -> Replayed:
        stored = Findings(before, SETTINGS).decision(at + 5)
        one = msgspec.structs.replace(transaction(number, at=at), decision=stored)
        return Replayed(Decided({}, one, stored, **near), SETTINGS, Findings(now, SETTINGS).decision(at + 5))

    return make


def causes(agreement: Agreement, *all_replayed: Replayed) -> tuple[int, dict[Cause, int], int]:
    for one in all_replayed:
        agreement.add(one)
    return agreement.same, dict(agreement.causes), agreement.unexplained


CARD = ("velocity_card_count",)
MERCHANT = ("velocity_merchant_count",)


def test_what_comes_out_again_is_the_same(replayed: Callable[..., Replayed]) -> None:
    assert causes(Agreement(), replayed(CARD, CARD), replayed((), ())) == (2, {}, 0)


@pytest.mark.parametrize(
    ("before", "now", "near", "cause"),
    [
        (CARD, (), {"is_near_card": True}, "order"),
        (("duplicate",), (), {"is_near_card": True}, "order"),
        ((), MERCHANT, {"is_near_merchant": True}, "order"),
        ((), ("velocity_merchant_unknown",), {}, "late"),
        # Another of the merchant says nothing of a card, and the other way round nothing either.
        (CARD, (), {"is_near_merchant": True}, None),
        ((), MERCHANT, {"is_near_card": True}, None),
        # What looks at the transaction alone needs no order.
        (("bin_blocked",), (), {"is_near_card": True, "is_near_merchant": True}, None),
        (CARD, (), {}, None),
    ],
)
def test_each_cause_explains_its_own_reasons_alone(
    before: tuple[str, ...], now: tuple[str, ...], near: Any, cause: str | None, replayed: Callable[..., Replayed]
) -> None:
    found = causes(Agreement(), replayed(before, now, **near))

    assert found == ((0, {cause: 1}, 0) if cause else (0, {}, 1))


def test_what_follows_from_one_has_its_cause_until_its_window_is_over(replayed: Callable[..., Replayed]) -> None:
    window = 1000 * SETTINGS.card_velocity.window_seconds
    first = replayed(CARD, (), is_near_card=True)
    within = replayed((), CARD, number=2, at=AT + window - 1)
    beyond = replayed((), CARD, number=3, at=AT + 2 * window)

    assert causes(Agreement(), first, within, beyond) == (0, {"order": 2}, 1)


def test_windows_that_begin_before_what_was_read_explain_what_is_in_them(replayed: Callable[..., Replayed]) -> None:
    assert causes(Agreement(filled_at=AT + 1), replayed(CARD, ())) == (0, {"beginning": 1}, 0)
    assert causes(Agreement(filled_at=AT), replayed(CARD, ())) == (0, {}, 1)


def test_a_rule_without_a_weight_may_be_newer_than_the_decision(replayed: Callable[..., Replayed]) -> None:
    weights = {code: weight for code, weight in SETTINGS.weights.items() if code != "card_expired"}
    older = msgspec.structs.replace(SETTINGS, weights=weights)

    found = replayed((), ("card_expired",))

    assert causes(Agreement(), replace(found, settings=older)) == (0, {"newer": 1}, 0)
    assert causes(Agreement(), found) == (0, {}, 1)


def test_bars_hold_all_scores_and_none_two_verdicts() -> None:
    scores = {score: Scored(before=1, now=2) for score in range(400)}

    bars = bars_of(scores, SETTINGS)

    assert len(bars) <= MOST_BARS
    assert (sum(bar.before for bar in bars), sum(bar.now for bar in bars)) == (400, 800)
    for bar in bars:
        assert {SETTINGS.review_from <= score for score in (bar.first, bar.last)} == {bar.verdict != "approved"}
