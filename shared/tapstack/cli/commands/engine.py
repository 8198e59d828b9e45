"""`tapstack engine`."""

import click


@click.command
def command() -> int:
    """Find, install or build the Pulumi engine.

    Prints its version, the way it was come by, and its path.
    """
    from tapstack.cli.actions.engine import engine

    return engine()
