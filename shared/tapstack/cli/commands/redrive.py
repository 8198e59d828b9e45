"""`tapstack redrive`."""

import click

from tapstack.cli.parameters import takes_json, takes_stack


@click.command
@click.option("--merchant", metavar="ID", help="Only this merchant's.")
@click.option("--dry-run", is_flag=True, help="Tell what would be sent, and change nothing.")
@takes_json
@takes_stack
def command(*, stack: str, merchant: str | None, dry_run: bool, as_json: bool) -> int:
    """Send notifications that could not be delivered again.

    The dead letters go back into their queue. The status is 2 when one of those that are meant stays a dead letter.
    """
    from tapstack.cli.actions.redrive import redrive

    return redrive(stack, merchant, dry_run=dry_run, as_json=as_json)
