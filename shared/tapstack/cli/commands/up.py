"""`tapstack up`."""

import click

from tapstack.cli.parameters import (
    require_one_layer,
    takes_accepted,
    takes_at,
    takes_layers,
    takes_since,
    takes_stack,
    takes_yes,
)


@click.command
@takes_layers
@takes_since
@takes_at
@takes_yes
@takes_accepted(whole_layers=False)
@takes_stack
def command(
    *, stack: str, layers: tuple[str, ...], since: str | None, at: str | None, yes: bool, accepted: tuple[str, ...]
) -> int:
    """Deploy layers in order, or go on after a failure.

    All of them where none is named; side by side those that can be. The plan is shown first, and must be agreed to;
    what it would take from data, by name. With --at a layer is rolled back: its program is that of a revision, held to
    what the deployed layers read.
    """
    require_one_layer(layers, since, at)
    from tapstack.cli.actions.up import up

    return up(stack, layers, since=since, at=at, yes=yes, accepted=accepted)
