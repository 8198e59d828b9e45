"""What a run of transactions came to, as a table."""

import statistics
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from tapstack.lane.sending import Outcome

_FAILED: Final = "failed"
_ORDER: Final = ("approved", "declined", "review", _FAILED)
_MOST_FAILURES: Final = 20


def failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Pick the transactions that were not accepted, not decided, or not told of."""
    return [outcome for outcome in outcomes if outcome.problem]


def print_table(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print a line per decision, and a line per failure below (the first 20)."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("outcome")
    for heading in ("transactions", "webhooks", "median s", "slowest s"):
        table.add_column(heading, justify="right")
    for kind in sorted({_kind(outcome) for outcome in outcomes}, key=_place):
        of_kind = [outcome for outcome in outcomes if _kind(outcome) == kind]
        seconds = [outcome.seconds for outcome in of_kind]
        timed = kind != _FAILED
        table.add_row(
            kind,
            str(len(of_kind)),
            str(sum(outcome.webhook for outcome in of_kind)),
            f"{statistics.median(seconds):.2f}" if timed else "",
            f"{max(seconds):.2f}" if timed else "",
        )
    console.print(table)
    failed = failures(outcomes)
    for outcome in failed[:_MOST_FAILURES]:
        where = f" ({outcome.transaction_id})" if outcome.transaction_id else ""
        console.print(f"line {outcome.line.number}{where}: {outcome.problem}", markup=False, highlight=False)
    if len(failed) > _MOST_FAILURES:
        console.print(f"… and {len(failed) - _MOST_FAILURES} more")


def _kind(outcome: Outcome) -> str:
    return _FAILED if outcome.problem else outcome.status


def _place(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind)
