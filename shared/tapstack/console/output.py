"""Where tables and progress go: a terminal, as wide as it is, or a file, in which nothing is folded or styled."""

import os
import sys
from typing import Final

from rich.console import Console

# Wider than any line: who reads a file or a pipe folds it himself.
_WIDTH_OF_A_FILE: Final = 10_000


def console(*, stderr: bool = False) -> Console:
    """Make a console on stdout or stderr.

    Under `NO_COLOR` (https://no-color.org) and on a dumb terminal it has neither colours nor bold type.
    """
    stream = sys.stderr if stderr else sys.stdout
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return Console(
        stderr=stderr,
        force_terminal=stream.isatty(),
        width=None if stream.isatty() else _WIDTH_OF_A_FILE,
        color_system=None if plain else "auto",
        highlight=False,
    )
