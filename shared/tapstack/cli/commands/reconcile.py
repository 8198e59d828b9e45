"""`tapstack reconcile`."""

import click

from tapstack.cli.parameters import WholeNumber, takes_json, takes_stack


@click.command
@click.option(
    "--older-than",
    type=WholeNumber("number of seconds", 0),
    default=300,
    metavar="SECONDS",
    show_default=True,
    help="How long a transaction may be pending.",
)
@click.option("--fix", is_flag=True, help="Heal what can be healed.")
@click.option("--dry-run", is_flag=True, help="With --fix: tell what it would do, and change nothing.")
@takes_json
@takes_stack
def command(*, stack: str, older_than: int, fix: bool, dry_run: bool, as_json: bool) -> int:
    """Find transactions that are stuck or not told of.

    With --fix they are put back on their way. What is pending for a shorter time is told, and left to be decided. The
    status is 2 when something remains to be done.
    """
    from tapstack.cli.actions.reconcile import reconcile

    return reconcile(stack, older_than, fix=fix and not dry_run, as_json=as_json)
