"""`tapstack label`."""

import click

from tapstack.cli.parameters import Verbs, may_take_stack, takes_stack


@click.group(cls=Verbs, no_args_is_help=False, subcommand_metavar="ACTION [ARGS]...")
@may_take_stack("The stack to work on; it may stand after the action too.  [default: local, the lane's]")
def command(*, stack: str | None) -> None:
    """Say what transactions turned out to be.

    An outcome is fraud, genuine or disputed, with its source and its time; of several the latest is in force.
    """


@command.command("import")
@click.argument("file")
@click.option("--skip-wrong", is_flag=True, help="Import the lines that are right, and leave out the others.")
@takes_stack
def import_file(*, stack: str, file: str, skip_wrong: bool) -> int:
    """Import a file of labels, CSV or JSON Lines, - for stdin.

    A line has merchant, transaction, outcome, source and at. Where a line is wrong, nothing is imported. A file may be
    imported again: what is in force already is passed over.
    """
    from tapstack.cli.actions import label

    return label.import_file(stack, file, skip_wrong=skip_wrong)
