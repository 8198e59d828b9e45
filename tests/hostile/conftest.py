"""How much hostile input there is, from which seed, and the table of what came of it.

`nox -s hostile` asks for much of it under a new seed; the default test run has a small share under always the same one.
"""

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

INPUTS = 1_000
SEED = 1
TALLY = "hostile"

Inputs = Callable[[str, float], Iterator[tuple[str, Random]]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--inputs", type=int, default=INPUTS, help="hostile inputs to the handlers in all")
    parser.addoption("--seed", type=int, default=SEED, help="makes the same inputs again")


@pytest.fixture(scope="session")
def amount(pytestconfig: pytest.Config) -> int:
    # Where pytest meets this file only while it collects, it does not know the options.
    return int(pytestconfig.getoption("--inputs", INPUTS))


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--seed", SEED))


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Iterator[Counter[tuple[str, str]]]:
    """Count inputs by entry point and by what came of them, for the table."""
    counts: Counter[tuple[str, str]] = Counter()
    yield counts
    record_property(TALLY, [(*key, count) for key, count in counts.items()])


@pytest.fixture
def inputs(amount: int, seed: int) -> Inputs:
    """Yield the entry point's share of inputs: a name to find it again by, and random numbers to make it from."""

    def draw(entry_point: str, share: float) -> Iterator[tuple[str, Random]]:
        with Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        ) as progress:
            for number in progress.track(range(round(amount * share)), description=entry_point):
                # Each input has random numbers of its own, so one can be made again without those before it.
                yield f"--seed {seed}, input {number}", Random(f"{seed}/{entry_point}/{number}")  # noqa: S311

    return draw


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, rows in report.user_properties:
                    if name == TALLY:
                        counts.update({(entry_point, result): count for entry_point, result, count in rows})
    if not counts:
        return
    results = sorted({result for _, result in counts})
    table = Table("entry point", "inputs", *results, title=f"--seed {config.getoption('--seed', SEED)}")
    for entry_point in dict.fromkeys(entry_point for entry_point, _ in counts):
        row = [counts[entry_point, result] for result in results]
        table.add_row(entry_point, f"{sum(row):,}", *(f"{count:,}" if count else "" for count in row))
    text = io.StringIO()
    Console(file=text, width=120).print(table)
    terminalreporter.write_line(f"\n{text.getvalue().rstrip()}")
