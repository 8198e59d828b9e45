"""Files that commands read, or stdin."""

import sys
from pathlib import Path
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.words import shortened

STDIN: Final = "-"


def source_name(source: str) -> str:
    """Say what is read, as messages name it."""
    return "stdin" if source == STDIN else shortened(source)


def read_source(source: str, wanted: str) -> bytes:
    """Read a file, or stdin for `-`.

    Args:
        source: its path.
        wanted: what it has to be, such as `a JSON file`.

    Raises:
        UserError: it cannot be read; the message names it.
    """
    try:
        return sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        name = source_name(source)
        raise UserError(f"{name} cannot be read: {error.strerror}; give {wanted}, or - for stdin") from error
