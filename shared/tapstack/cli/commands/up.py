"""`tapstack up`."""

import click

from tapstack.cli.parameters import takes_layers, takes_since, takes_stack, takes_yes


@click.command
@takes_layers
@takes_since
@takes_yes
@click.option("--accept-data-loss", is_flag=True, help="Go on where a table, a queue, a key or the like is taken away.")
@takes_stack
def command(*, stack: str, layers: tuple[str, ...], since: str | None, yes: bool, accept_data_loss: bool) -> int:
    """Deploy layers in order, or go on after a failure.

    All of them where none is named; side by side those that can be. The plan is shown first, and on any stack but the
    lane's it must be agreed to.
    """
    from tapstack.cli.actions.up import up

    return up(stack, layers, since=since, yes=yes, accept_data_loss=accept_data_loss)
