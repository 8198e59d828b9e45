"""`tapstack up`."""

from pathlib import Path

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
@click.option(
    "--plan",
    "approved",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Deploy what `plan --save FILE` has saved, without asking, or nothing where anything differs.",
)
@takes_stack
def command(
    *,
    stack: str,
    layers: tuple[str, ...],
    since: str | None,
    at: str | None,
    yes: bool,
    accepted: tuple[str, ...],
    approved: Path | None,
) -> int:
    """Deploy layers in order, or go on after a failure.

    All of them where none is named; side by side those that can be. The plan is shown first, and must be agreed to;
    what it would take from data, by name. With --at a layer is rolled back: its program is that of a revision, held to
    what the deployed layers read.
    """
    require_one_layer(layers, since, at)
    if approved and (layers or since or at):
        raise click.UsageError(
            "--plan names its layers itself; leave LAYER, --since and --at out", click.get_current_context()
        )
    from tapstack.cli.actions.up import up, up_as_approved

    if approved:
        return up_as_approved(stack, approved, accepted=accepted)
    return up(stack, layers, since=since, at=at, yes=yes, accepted=accepted)
