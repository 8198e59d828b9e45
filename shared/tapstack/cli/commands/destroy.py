"""`tapstack destroy`."""

import click

from tapstack.cli.parameters import takes_layers, takes_stack, takes_yes


@click.command
@takes_layers
@takes_yes
@takes_stack
def command(*, stack: str, layers: tuple[str, ...], yes: bool) -> int:
    """Delete layers in reverse order.

    All of them where none is named; none that another layer still reads.
    """
    from tapstack.cli.actions.destroy import destroy

    return destroy(stack, layers, yes=yes)
