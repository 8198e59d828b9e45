"""`tapstack destroy`."""

import click

from tapstack.cli.parameters import takes_accepted, takes_deployed_layers, takes_stack, takes_yes


@click.command
@takes_deployed_layers
@takes_yes
@takes_accepted(whole_layers=True)
@takes_stack
def command(*, stack: str, layers: tuple[str, ...], yes: bool, accepted: tuple[str, ...]) -> int:
    """Delete layers in reverse order.

    All of them where none is named; none that another layer still reads. A layer that is no longer in
    projects/layers.toml, and still is up, is one of them. What will be deleted is shown first, and must be agreed to;
    the data in it, by the layer's name.
    """
    from tapstack.cli.actions.destroy import destroy

    return destroy(stack, layers, yes=yes, accepted=accepted)
