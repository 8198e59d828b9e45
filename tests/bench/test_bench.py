"""The benchmark goes every path to its end, and what is the same in every run is documented; no time is asserted."""

from bench.measure import ratios, sizes
from bench.paths import BARE, DECIDE, LIST, NEW, REPLAY, WEBHOOK
from bench.report import FILE, render_units
from bench.units import used


def test_every_path_is_gone_and_its_calls_are_counted() -> None:
    measured = {one.name: one for one in ratios(rounds=1)}

    assert measured[BARE].median == 1
    assert {name: one.calls for name, one in measured.items()} == {
        BARE: 1,
        NEW: 1,
        REPLAY: 1,
        DECIDE: 2.5,
        LIST: 6,
        WEBHOOK: 0,
    }
    assert all(one.median > 0 for one in measured.values())


def test_the_documented_calls_and_units_are_those_counted() -> None:
    assert render_units(used()) in FILE.read_text(encoding="utf-8")


def test_every_functions_package_is_weighed() -> None:
    measured = sizes()

    assert [one.function for one in measured] == ["validator", "fraud_detector", "notifier"]
    assert all(one.files > 10 and one.deflated > 10_000 for one in measured)
