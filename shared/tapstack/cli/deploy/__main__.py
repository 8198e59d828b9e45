"""The teams' commands: `python -m tapstack.cli.deploy <command>`; the sessions of `noxfile.py` call them."""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from tapstack.cli.command_line import Parser, run_command
from tapstack.cli.deploy import contracts, destroy, drift, graph, new_layer, plan, touched, up
from tapstack.console.errors import UserError

_COMMANDS: Final[tuple[ModuleType, ...]] = (plan, up, destroy, drift, touched, new_layer, graph, contracts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status."""
    return run_command(
        Parser(prog="python -m tapstack.cli.deploy", description=__doc__),
        _COMMANDS,
        arguments,
        errors=(UserError,),
        interrupted="interrupted; run the same command again to go on",
    )


if __name__ == "__main__":
    sys.exit(main())
