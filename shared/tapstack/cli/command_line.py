"""What command lines have in common: a module is a command, and whatever goes wrong is one line on stderr."""

import argparse
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Final, NoReturn

_INTERRUPTED: Final = 128 + signal.SIGINT
_PIPE_CLOSED: Final = 128 + signal.SIGPIPE


class Parser(argparse.ArgumentParser):
    """Tells what is wrong with a command line in one line."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"error: {message}; see: {self.prog} --help\n")


def run_command(
    parser: Parser,
    modules: Iterable[ModuleType],
    arguments: Sequence[str] | None,
    *,
    errors: tuple[type[Exception], ...],
    interrupted: str,
) -> int:
    """Run the command that the arguments name.

    Args:
        parser: the program's.
        modules: the commands; each has `configure` for its arguments and `run`, and its docstring is its help.
        arguments: None takes those of the process.
        errors: those whose message is written for the user.
        interrupted: what is told after a Ctrl-C.

    Returns:
        The command's status, 1 after an error that is told in one line on stderr, 2 for a wrong command line, 130 after
        a Ctrl-C, 141 where nobody reads stdout to its end.
    """
    commands = parser.add_subparsers(metavar="command", required=True)
    for module in modules:
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        summary = (module.__doc__ or "").strip()
        command = commands.add_parser(name, help=summary, description=summary)
        module.configure(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    # Whoever ends a command from outside wants it to leave things in order, as at a Ctrl-C.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads, such as `head`, has had enough; the rest is to go nowhere when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except errors as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return _INTERRUPTED
    return status
