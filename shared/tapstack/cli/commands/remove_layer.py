"""`tapstack remove-layer`."""

import click

from tapstack.cli.parameters import takes_lane_only


@click.command
@click.argument("name")
@takes_lane_only
def command(*, name: str, lane_only: bool) -> int:
    """Take a layer out of the checkout.

    Its project, contract, tests and entries, or nothing at all. The layer must be read by none and up nowhere.
    """
    from tapstack.cli.actions.remove_layer import remove_layer

    return remove_layer(name, lane_only=lane_only)
