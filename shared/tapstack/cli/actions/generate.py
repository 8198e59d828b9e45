"""Writes what is made from code, or checks it."""

from collections.abc import Sequence

from tapstack.cli.statuses import DONE, FOUND
from tapstack.generate import writing


def generate(names: Sequence[str], *, check: bool) -> int:
    """Write or check, and name each file; the status is 2 where a check found one that differs."""
    status = DONE
    for told in writing.generate(names, check=check):
        print(told, flush=True)
        status = FOUND if check else DONE
    return status
