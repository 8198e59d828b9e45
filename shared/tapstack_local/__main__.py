"""The local lane's commands: `python -m tapstack_local <command>`; the sessions of `noxfile.py` call them."""

import argparse
import signal
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final, NoReturn

from tapstack_local.commands import destroy, down, engine, env, local, outputs, preview, send, up
from tapstack_local.errors import LaneError

_COMMANDS: Final[tuple[ModuleType, ...]] = (engine, local, down, outputs, send, up, preview, destroy, env)
_INTERRUPTED: Final = 128 + signal.SIGINT


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}; see: {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0, or 1 after an error that is told in one line on stderr, 2 for a wrong command line, 130 after a Ctrl-C.
    """
    parser = _Parser(prog="python -m tapstack_local", description=__doc__)
    commands = parser.add_subparsers(metavar="command", required=True)
    for module in _COMMANDS:
        name = module.__name__.rpartition(".")[2]
        summary = (module.__doc__ or "").strip()
        command = commands.add_parser(name, help=summary, description=summary)
        module.configure(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    # Whoever ends a command from outside wants it to leave things in order, as at a Ctrl-C.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        return int(options.run(options))
    except LaneError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on, or `nox -s down` to clear up", file=sys.stderr)
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
