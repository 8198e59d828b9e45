"""Asks before something is changed where others depend on it."""

import sys

from tapstack.console.errors import UserError
from tapstack.engine.environment import Environment


def require_agreement(environment: Environment, change: str, *, given: bool) -> None:
    """Go on only if the change is agreed to; on the lane nobody is asked.

    Args:
        environment: whose change it is.
        change: what will happen, in words.
        given: it was agreed to on the command line.

    Raises:
        UserError: it was not agreed to, or there is nobody to ask.
    """
    if given or not environment.asks:
        return
    if not sys.stdin.isatty():
        raise UserError(f"{change} changes stack {environment.name!r}, and nobody is there to ask; agree with --yes")
    print(f"{change}; type {environment.name} to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != environment.name:
        raise UserError("not agreed to; nothing was changed")
