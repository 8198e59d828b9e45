"""Tables on the console, without lines."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from tapstack.console.output import console
from tapstack.console.words import NONE

_MOST_ROWS: Final = 200
_USUAL_WIDTH: Final = 80


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[str] = (),
    whole: Collection[str] = (),
    stderr: bool = False,
) -> None:
    """Print a table, the first two hundred rows of it.

    On a terminal, cells are folded to its width; in a file or a pipe each row is one line.

    Args:
        headings: of the columns.
        rows: a cell for each heading.
        right: the headings of the columns that are aligned to the right, such as those of numbers; a count of nothing
            is a dot in them.
        whole: the headings of the columns that are folded only where the terminal is narrower than 80 columns, such as
            those of ids, which are copied from it.
        stderr: print it there, not on stdout.
    """
    rows = list(rows)
    output = console(stderr=stderr)
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in headings:
        kept = heading in whole and output.width >= _USUAL_WIDTH
        table.add_column(heading, justify="right" if heading in right else "left", overflow="fold", no_wrap=kept)
    for row in rows[:_MOST_ROWS]:
        cells = zip(headings, row, strict=True)
        table.add_row(*(Text(NONE if value == 0 and heading in right else f"{value}") for heading, value in cells))
    if output.is_terminal:
        output.print(table)
    else:
        with output.capture() as captured:
            output.print(table)
        # Files are compared and sent on: they get no blanks at the ends of lines.
        output.out("\n".join(line.rstrip() for line in captured.get().splitlines()))
    if len(rows) > _MOST_ROWS:
        output.print(f"… and {len(rows) - _MOST_ROWS} more")


def duration(milliseconds: int) -> str:
    """Write how long something took or is ago, in its largest unit."""
    seconds = max(milliseconds, 0) // 1000
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
