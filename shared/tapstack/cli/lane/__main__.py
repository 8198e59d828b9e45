"""The local lane's commands: `python -m tapstack.cli.lane <command>`; the sessions of `noxfile.py` call them."""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from tapstack.cli.command_line import Parser, run_command
from tapstack.cli.lane import down, engine, env, local, outputs, send
from tapstack.console.errors import UserError

_COMMANDS: Final[tuple[ModuleType, ...]] = (engine, local, down, outputs, send, env)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status."""
    return run_command(
        Parser(prog="python -m tapstack.cli.lane", description=__doc__),
        _COMMANDS,
        arguments,
        errors=(UserError,),
        interrupted="interrupted; run the same command again to go on, or `nox -s down` to clear up",
    )


if __name__ == "__main__":
    sys.exit(main())
