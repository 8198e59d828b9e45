"""What a run of transactions came to, as tables."""

import statistics
from collections.abc import Sequence
from typing import Final

from tapstack.console import table
from tapstack.lane.sending import Outcome

_FAILED: Final = "failed"
_APPROVED: Final = "approved"
_ORDER: Final = (_FAILED, "review", "declined", _APPROVED)
_NUMBERS: Final = ("transactions", "webhooks", "median s", "slowest s")
_FEW: Final = 20
"""So many transactions are told one by one."""


def failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Pick the transactions that were not accepted, not decided, or not told of."""
    return [outcome for outcome in outcomes if outcome.problem]


def print_run(outcomes: Sequence[Outcome]) -> None:
    """Print a few transactions one by one; of many a line per decision, and those that were not simply approved."""
    if len(outcomes) <= _FEW:
        print_transactions(outcomes)
        return
    print_table(outcomes)
    if others := [outcome for outcome in outcomes if _kind(outcome) != _APPROVED]:
        print()
        print_transactions(sorted(others, key=lambda outcome: _place(_kind(outcome))))


def print_table(outcomes: Sequence[Outcome], *, stderr: bool = False) -> None:
    """Print a line per decision."""
    rows = []
    for kind in sorted({_kind(outcome) for outcome in outcomes}, key=_place, reverse=True):
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


def print_transactions(outcomes: Sequence[Outcome], *, stderr: bool = False) -> None:
    """Print a line per transaction: its line in the file, its id, what became of it, after how long, and why.

    One whose webhook did not come has failed, so there is nothing to tell of the webhooks of the others.
    """
    rows = [
        (
            outcome.line.number,
            outcome.transaction_id or "-",
            _kind(outcome),
            f"{outcome.seconds:.2f}" if outcome.status else "",
            outcome.problem or ", ".join(outcome.reasons),
        )
        for outcome in outcomes
    ]
    headings = ("line", "transaction", "outcome", "s", "why")
    table.print_table(headings, rows, right=("line", "s"), whole=("transaction",), stderr=stderr)


def _kind(outcome: Outcome) -> str:
    return _FAILED if outcome.problem else outcome.status


def _place(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind) if kind in _ORDER else -1, kind)
