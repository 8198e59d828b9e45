"""What a run of transactions came to, as a table."""

import statistics
import sys
from collections.abc import Sequence
from typing import Final

from tapstack.console import table
from tapstack.lane.sending import Outcome

_FAILED: Final = "failed"
_ORDER: Final = ("approved", "declined", "review", _FAILED)
_NUMBERS: Final = ("transactions", "webhooks", "median s", "slowest s")
_MOST_FAILURES: Final = 20


def failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Pick the transactions that were not accepted, not decided, or not told of."""
    return [outcome for outcome in outcomes if outcome.problem]


def print_table(outcomes: Sequence[Outcome], *, stderr: bool = False) -> None:
    """Print a line per decision, and a line per failure below (the first 20)."""
    rows = []
    for kind in sorted({_kind(outcome) for outcome in outcomes}, key=_place):
        of_kind = [outcome for outcome in outcomes if _kind(outcome) == kind]
        seconds = [outcome.seconds for outcome in of_kind]
        timed = kind != _FAILED
        rows.append(
            (
                kind,
                len(of_kind),
                sum(outcome.webhook for outcome in of_kind),
                f"{statistics.median(seconds):.2f}" if timed else "",
                f"{max(seconds):.2f}" if timed else "",
            )
        )
    table.print_table(("outcome", *_NUMBERS), rows, right=_NUMBERS, stderr=stderr)
    stream = sys.stderr if stderr else sys.stdout
    failed = failures(outcomes)
    for outcome in failed[:_MOST_FAILURES]:
        where = f" ({outcome.transaction_id})" if outcome.transaction_id else ""
        print(f"line {outcome.line.number}{where}: {outcome.problem}", file=stream)
    if len(failed) > _MOST_FAILURES:
        print(f"… and {len(failed) - _MOST_FAILURES} more", file=stream)


def _kind(outcome: Outcome) -> str:
    return _FAILED if outcome.problem else outcome.status


def _place(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind)
