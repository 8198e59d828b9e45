"""`tapstack drift`."""

import click

from tapstack.cli.parameters import takes_json, takes_layers, takes_stack


@click.command
@takes_layers
@takes_json
@takes_stack
def command(*, stack: str, layers: tuple[str, ...], as_json: bool) -> int:
    """Compare state, cloud and program.

    Finds too which layers read outputs that have changed since. The status is 2 when something has drifted.
    """
    from tapstack.cli.actions.drift import drift

    return drift(stack, layers, as_json=as_json)
