"""`tapstack`: one command line for the lane, the layers, operations and the checkout."""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from tapstack.cli.parameters import STACK, UnknownNameError, Verbs
from tapstack.cli.sections import SECTIONS, VERBS, section_of
from tapstack.cli.statuses import DONE, ERROR, INTERRUPTED, PIPE_CLOSED, USAGE
from tapstack.console.errors import UserError
from tapstack.console.hints import LANE, command, name_program

_NAME: Final = "tapstack"
_COMPLETION: Final = "_TAPSTACK_COMPLETE"

_EPILOG: Final = """\
\b
Exit statuses:
  0    done
  1    error, told in one line on stderr
  2    found something: drift, a contract that breaks, a plan that cannot
       be carried out, a decision that differs, something left to do
  64   the command line is wrong
  130  interrupted; 141 where nobody reads the output to its end

\b
Completion of verbs, layers and stacks, for bash (or zsh, fish):
  eval "$({completion}=bash_source {program})"
"""


class _Verbs(Verbs):
    """Knows its commands by the table, and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        found: click.Command = importlib.import_module(VERBS[cmd_name].module).command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, found, rest = super().resolve_command(ctx, args)
        stack = ctx.params.get("stack")
        if name and found and stack not in {None, LANE} and all(each.name != "stack" for each in found.params):
            where = "the lane alone" if section_of(name).title == "Lane" else "the checkout, not on a stack"
            raise click.UsageError(f"{name} works on {where}; leave --stack {stack} out", ctx)
        return name, found, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for section in SECTIONS:
            with formatter.section(section.title):
                formatter.write_dl([(f"{verb.name:<12}", verb.summary) for verb in section.verbs])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.epilog = _EPILOG.format(completion=_COMPLETION, program=command())
        super().format_epilog(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            # The parser does not say at whose options it stopped.
            if error.ctx is None:
                error.ctx = click.Context(self, info_name=ctx.invoked_subcommand, parent=ctx)
            raise
        except KeyboardInterrupt:
            say = section_of(f"{ctx.invoked_subcommand}").after_interrupt.format(down=command("down"))
            print(f"interrupted; {say}", file=sys.stderr)
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
    options_metavar="[--stack NAME]",
    subcommand_metavar="VERB [LAYER]...",
)
@click.option(
    "--stack",
    type=STACK,
    metavar="NAME",
    help="The stack to work on; it may stand after the verb too.  [default: local, the lane's]",
)
@click.version_option(package_name=_NAME, message="%(prog)s %(version)s")
def tapstack(stack: str | None) -> None:
    """Card transactions on AWS: layers that are deployed, operated and tried out on this machine."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name.

    Args:
        arguments: None takes those of the process.

    Returns:
        The exit status, one of `tapstack.cli.statuses`.
    """
    if instruction := os.environ.get(_COMPLETION):
        from click.shell_completion import shell_complete  # noqa: PLC0415 - for the shell alone

        return shell_complete(tapstack, {}, _NAME, _COMPLETION, instruction)
    name_program()
    # Whoever ends a command from outside wants it to leave things in order, as at a Ctrl-C.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads, such as `head`, has had enough; the rest is to go nowhere when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


def _run(arguments: list[str]) -> int:
    try:
        with tapstack.make_context(_NAME, arguments) as context:
            return int(tapstack.invoke(context) or DONE)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.UsageError as error:
        print(f"error: {_told(error)}", file=sys.stderr)
        return USAGE
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return ERROR


def _told(error: click.UsageError) -> str:
    """Write what is wrong with a command line as one line, with where its help is."""
    if isinstance(error, UnknownNameError):
        return error.message
    told = error.message if isinstance(error, click.NoSuchOption) else error.format_message()
    told = " ".join(told.split()).rstrip(".")
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        told += f": did you mean {' or '.join(error.possibilities)}?"
    path = error.ctx.command_path if error.ctx else _NAME
    return (
        f"{told[:1].lower()}{told[1:]}{'' if told.endswith('?') else ';'} see: {command(*path.split()[1:], '--help')}"
    )
