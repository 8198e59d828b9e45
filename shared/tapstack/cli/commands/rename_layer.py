"""`tapstack rename-layer`."""

import click

from tapstack.cli.parameters import takes_lane_only


@click.command
@click.argument("old")
@click.argument("new")
@takes_lane_only
def command(*, old: str, new: str, lane_only: bool) -> int:
    """Give a layer another name.

    Its project, contract, tests and entries, or nothing at all. The layer must be read by none and up nowhere: its
    stacks are those of the old name.
    """
    from tapstack.cli.actions.rename_layer import rename_layer

    return rename_layer(old, new, lane_only=lane_only)
