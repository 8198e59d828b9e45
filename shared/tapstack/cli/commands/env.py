"""`tapstack env`."""

import click


@click.command
def command() -> int:
    """Print the settings that make `pulumi` by hand work on the lane.

    For a shell to evaluate: eval "$(tapstack env)"
    """
    from tapstack.cli.actions.env import env

    return env()
