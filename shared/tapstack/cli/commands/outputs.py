"""`tapstack outputs`."""

import click

from tapstack.cli.parameters import takes_layers, takes_stack


@click.command
@takes_layers
@click.option("--show-secrets", is_flag=True, help="Print secret outputs instead of [secret].")
@takes_stack
def command(*, stack: str, layers: tuple[str, ...], show_secrets: bool) -> int:
    """Print the layers' outputs as one JSON object.

    Its keys are the layers.
    """
    from tapstack.cli.actions.outputs import outputs

    return outputs(stack, layers, show_secrets=show_secrets)
