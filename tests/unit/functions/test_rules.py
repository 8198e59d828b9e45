"""Each rule on both sides of its line, and what the weights make of what was found."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.errors import InvalidSettingsError
from transactions.findings import Findings, judge
from transactions.rules import BY_CODE, RULES, STRICT, WEIGHTS, Comparison
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.submission import Submission
from transactions.transaction import Transaction
from transactions.velocity.windows import Counted, exceeded

SETTINGS: dict[str, Any] = {
    "id": "acme",
    "country": "DE",
    "currencies": {
        "EUR": {"amount_limit": 10_000, "foreign_card_review_above": 2_000, "night_ceiling": 500},
        "JPY": {"amount_limit": 1_000_000, "foreign_card_review_above": 200_000},
    },
    "card_countries": ["DE", "US"],
    "blocked_bins": ["4000", "510000-510099"],
    "night": {"timezone": "Europe/Berlin", "from_hour": 22, "to_hour": 6},
    "card_velocity": {"window_seconds": 600, "count": 3},
}
NOON = int(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp() * 1000)
CARD = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2030-01"}


def settings(**changes: Any) -> MerchantSettings:
    return parse_settings(SETTINGS | changes)


def transaction(created_at: int = NOON, card: dict[str, str] | None = None, **changes: Any) -> Transaction:
    body = {"amount": 400, "currency": "EUR", "card": CARD | (card or {})} | changes
    return Transaction("txn_1", "acme", "hash", created_at, msgspec.convert(body, Submission))


def at(year: int, month: int, day: int, hour: int) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def test_an_ordinary_transaction_breaks_no_rule() -> None:
    assert judge(transaction(), settings()).reasons == ()


@pytest.mark.parametrize(
    ("code", "breaking", "keeping"),
    [
        ("amount_over_limit", transaction(amount=10_001), transaction(amount=10_000)),
        (
            "amount_over_limit",
            transaction(amount=1_000_001, currency="JPY"),
            transaction(amount=10_001, currency="JPY"),
        ),
        ("currency_not_allowed", transaction(currency="USD"), transaction(currency="JPY")),
        ("country_not_allowed", transaction(card={"country": "FR"}), transaction(card={"country": "US"})),
        ("bin_blocked", transaction(card={"bin": "400012"}), transaction(card={"bin": "400112"})),
        ("bin_blocked", transaction(card={"bin": "51009912"}), transaction(card={"bin": "51010012"})),
        ("card_expired", transaction(card={"expires": "2026-06"}), transaction(card={"expires": "2026-07"})),
        # The card's month goes on at UTC-12 for half a day after it has ended in UTC.
        (
            "card_expired",
            transaction(at(2026, 7, 1, 12), card={"expires": "2026-06"}),
            transaction(at(2026, 7, 1, 11), card={"expires": "2026-06"}),
        ),
        (
            "foreign_card_high_amount",
            transaction(amount=2_001, card={"country": "US"}),
            transaction(amount=2_000, card={"country": "US"}),
        ),
        ("foreign_card_high_amount", transaction(amount=2_001, card={"country": "US"}), transaction(amount=2_001)),
        # Berlin is two hours ahead of UTC in July: its night begins at 20 and ends at 4.
        ("night_ceiling", transaction(at(2026, 7, 1, 20), amount=501), transaction(at(2026, 7, 1, 20), amount=500)),
        ("night_ceiling", transaction(at(2026, 7, 1, 3), amount=501), transaction(at(2026, 7, 1, 4), amount=501)),
        ("night_ceiling", transaction(at(2026, 1, 1, 21), amount=501), transaction(at(2026, 1, 1, 20), amount=501)),
    ],
)
def test_a_rule_speaks_on_one_side_of_its_line_alone(code: str, breaking: Transaction, keeping: Transaction) -> None:
    assert RULES[code](breaking, settings())
    assert not RULES[code](keeping, settings())


def test_the_weights_and_thresholds_of_the_settings_decide() -> None:
    reasons = ("foreign_card_high_amount", "night_ceiling")

    assert Findings(reasons[:1], settings()).verdict == "review"
    assert Findings(reasons, settings()).verdict == "declined"
    assert Findings(reasons, settings(weights={"night_ceiling": 10})).verdict == "review"
    assert Findings(reasons[:1], settings(review_from=51, weights=dict.fromkeys(STRICT, 51))).verdict == "approved"


def test_a_decision_keeps_what_it_takes_to_explain_it() -> None:
    held = msgspec.structs.replace(settings(), version=7)
    decision = judge(transaction(amount=10_001), held).decision(NOON)

    assert (decision.verdict, decision.reasons, decision.score) == ("declined", ["amount_over_limit"], 100)
    assert (decision.settings_version, decision.decided_at) == (7, NOON)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": "Acme"}, "id"),
        ({"id": "acme\n"}, "id"),
        ({"country": "Germany"}, "country"),
        ({"currencies": {}}, "currencies"),
        ({"currencies": {"XXX": {"amount_limit": 1, "foreign_card_review_above": 0}}}, "'XXX' is no currency"),
        ({"card_velocity": {"window_seconds": 600, "count": 21}}, "card_velocity.count"),
        ({"card_velocity": {"window_seconds": 30, "count": 3}}, "duplicate_window_seconds is 60"),
        ({"card_velocity": {"window_seconds": 600, "count": 3, "amounts": {"ZZZ": 1}}}, "'ZZZ' is no currency"),
        ({"merchant_velocity": {"window_seconds": 1, "count": 3}}, "merchant_velocity.window_seconds"),
        ({"blocked_bins": ["4x"]}, "blocked_bins"),
        ({"blocked_bins": ["4001-4000"]}, "'4001-4000'"),
        ({"blocked_bins": ["400-4000"]}, "'400-4000'"),
        ({"night": {"timezone": "Berlin", "from_hour": 22, "to_hour": 6}}, "night.timezone is 'Berlin'"),
        ({"weights": {"too_late": 1}}, "weights has 'too_late'"),
        ({"weights": {"velocity_card_count": 10}}, "weights.velocity_card_count is 10"),
        ({"review_from": 60}, "weights.velocity_card_unknown is 50"),
        ({"review_from": 90, "decline_from": 80}, "decline_from is 80"),
        ({"webhook_url": "http://example.com/"}, "https"),
        ({"webhook_url": "https://user@example.com/"}, "user name"),
        ({"webhook_url": "https://example.com:port/"}, "no URL"),
        ({"limit": 3}, "limit"),
    ],
)
def test_settings_that_cannot_be_worked_with_are_refused_by_name(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        settings(**changes)

    assert told in f"{caught.value}"
    assert "merchant '" in f"{caught.value}"


def test_every_reason_has_a_weight_and_every_rule_its_reason() -> None:
    assert WEIGHTS.keys() >= RULES.keys() | STRICT
    assert settings(weights={"duplicate": 1}).weights == {**WEIGHTS, "duplicate": 1}


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=12),
    st.integers(1, 20),
    st.integers(1, 4),
    st.integers(1, 20),
)
def test_no_window_ever_holds_more_than_its_limit_in_whatever_order_they_come(
    uses: list[tuple[int, int]], window: int, most: int, most_amount: int
) -> None:
    counted: list[Counted] = []
    for moment, amount in uses:
        new = Counted(moment, 1, {"EUR": amount})
        if not any(exceeded(new, counted, window, most, {"EUR": most_amount})):
            counted.append(new)

    for start in range(61):
        inside = [entry for entry in counted if start <= entry.at < start + window]
        assert len(inside) <= most
        assert sum(entry.amounts["EUR"] for entry in inside) <= most_amount


def test_an_amount_in_another_currency_is_no_part_of_the_sum() -> None:
    earlier = [Counted(0, 1, {"EUR": 9})]

    assert exceeded(Counted(1, 1, {"EUR": 2}), earlier, 10, 5, {"EUR": 10, "USD": 10}) == (False, True)
    assert exceeded(Counted(1, 1, {"USD": 2}), earlier, 10, 5, {"EUR": 10, "USD": 10}) == (False, False)


def test_a_comparison_says_what_was_held_against_what() -> None:
    limits = {"window_seconds": 60, "count": 5, "amounts": {"EUR": 900}}
    case = Comparison(transaction(), settings(merchant_velocity=limits), "one beside it", "three of the merchant's")

    assert {code: BY_CODE[code].compared(case) for code in ("country_not_allowed", "night_ceiling")} == {
        "country_not_allowed": "card of DE; taken from DE, US",
        "night_ceiling": "14:00 in Europe/Berlin, night from 22 to 6; 400 EUR, ceiling 500",
    }
    assert {code: BY_CODE[code].compared(case) for code in BY_CODE if "velocity_merchant" in code} == {
        "velocity_merchant_count": "limit 5 in 60 s; three of the merchant's",
        "velocity_merchant_amount": "400 EUR, limit 900 in 60 s; three of the merchant's",
        "velocity_merchant_unknown": (
            "came 2026-07-01T12:00:00.000Z; found a day later, or where its time is forgotten"
        ),
    }
    assert {
        code: BY_CODE[code].compared(case) for code in BY_CODE if "velocity_card" in code or code == "duplicate"
    } == {
        "duplicate": "the same amount within 60 s; one beside it",
        "velocity_card_count": "limit 3 in 600 s; one beside it",
        "velocity_card_amount": "no limit in EUR; one beside it",
        "velocity_card_unknown": "came 2026-07-01T12:00:00.000Z; found a day later, or where its time is forgotten",
    }


def test_a_comparison_says_so_where_there_is_nothing_to_hold_against() -> None:
    case = Comparison(transaction(), settings(night=None, card_countries=[]), "", "")
    in_yen = Comparison(transaction(currency="JPY"), settings(), "", "")

    assert BY_CODE["country_not_allowed"].compared(case) == "card of DE; taken from everywhere"
    assert BY_CODE["night_ceiling"].compared(case) == "the merchant has no night"
    assert BY_CODE["night_ceiling"].compared(in_yen) == "no ceiling in JPY"
    assert BY_CODE["velocity_merchant_count"].compared(case) == "no limit of the merchant's own"
    assert BY_CODE["velocity_merchant_amount"].compared(case) == "no limit of the merchant's own"


def test_a_night_within_a_day_begins_with_its_first_hour_and_ends_before_its_last() -> None:
    held = settings(night={"timezone": "UTC", "from_hour": 1, "to_hour": 5})
    hours = {hour for hour in range(24) if RULES["night_ceiling"](transaction(at(2026, 7, 1, hour), amount=501), held)}

    assert hours == {1, 2, 3, 4}


def test_settings_at_the_edge_of_what_can_be_worked_with_are_taken() -> None:
    assert settings(card_velocity={"window_seconds": 60, "count": 3}).duplicate_window_seconds == 60
    assert settings(blocked_bins=["4000-4000"]).blocked_bins == ["4000-4000"]
