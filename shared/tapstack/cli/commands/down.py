"""`tapstack down`."""

import click


@click.command
@click.option("--force", is_flag=True, help="Drop the lane as it is, without destroying the layers.")
def command(*, force: bool) -> int:
    """Destroy the lane's layers and stop what runs.

    Whatever the lane has written is taken away.
    """
    from tapstack.cli.actions.down import down

    return down(force=force)
