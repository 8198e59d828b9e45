"""What operators do with a deployed environment: `python -m tapstack.cli.operate <command>`, or the sessions of nox."""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.cli.command_line import Parser, run_command
from tapstack.cli.operate import explain, merchant, reconcile, redrive
from tapstack.console.errors import UserError
from transactions.errors import InvalidSettingsError
from transactions.merchants import SettingsChangedError

_COMMANDS: Final[tuple[ModuleType, ...]] = (merchant, explain, redrive, reconcile)
_ERRORS: Final = (UserError, InvalidSettingsError, SettingsChangedError, BotoCoreError, ClientError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status."""
    return run_command(
        Parser(prog="python -m tapstack.cli.operate", description=__doc__),
        _COMMANDS,
        arguments,
        errors=_ERRORS,
        interrupted="interrupted; what was taken from a queue is back in it; run the same command again to go on",
    )


if __name__ == "__main__":
    sys.exit(main())
