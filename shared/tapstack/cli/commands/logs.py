"""`tapstack logs`."""

import click

from tapstack.cli.parameters import FUNCTION, TIME, takes_stack


@click.command
@click.argument("function", required=False, type=FUNCTION, metavar="[FUNCTION]")
@click.option("--follow", is_flag=True, help="Go on with what is logged from now on, until Ctrl-C.")
@click.option(
    "--since",
    type=TIME,
    metavar="TIME",
    help="How far to look back, such as 90s, 10m, 2h, 3d, or a moment, such as 2026-01-31T12:00:00Z.  "
    "[default: 10m; with --transaction: when it was made]",
)
@click.option("--transaction", metavar="ID", help="Only what names this transaction; the validator's log names none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, with metrics and Lambda's own events.")
@takes_stack
def command(
    *, stack: str, function: str | None, follow: bool, since: int | None, transaction: str | None, as_json: bool
) -> int:
    """Show what the functions have logged.

    The oldest first, of all functions or of FUNCTION: validator, fraud-detector or notifier.
    """
    from tapstack.cli.actions.logs import show_logs

    return show_logs(stack, function, follow=follow, since=since, transaction=transaction, as_json=as_json)
