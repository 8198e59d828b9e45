"""Tables on the console, without lines."""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

_MOST_ROWS: Final = 200
_WIDTH_OF_A_FILE: Final = 240


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table, the first two hundred rows of it; numbers stand to the right."""
    rows = list(rows)
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for place, heading in enumerate(headings):
        numbers = bool(rows) and all(isinstance(row[place], int) for row in rows)
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    for row in rows[:_MOST_ROWS]:
        table.add_row(*(Text(f"{value}") for value in row))
    # What is piped or kept in a file is not to be folded for a terminal nobody has.
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE)
    console.print(table)
    if len(rows) > _MOST_ROWS:
        console.print(f"… and {len(rows) - _MOST_ROWS} more")


def duration(milliseconds: int) -> str:
    """Write how long something took or is ago, in its largest unit."""
    seconds = max(milliseconds, 0) // 1000
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
