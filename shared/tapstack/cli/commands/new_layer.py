"""`tapstack new-layer`."""

import click


@click.command
@click.argument("name")
@click.option("--reads", metavar="LAYER,…", default="", help="The layers whose contracts it reads.")
@click.option(
    "--owner",
    "owners",
    metavar="@TEAM",
    multiple=True,
    help="Who reviews changes of it; may be given more than once.  [default: @tapstack/NAME]",
)
def command(*, name: str, reads: str, owners: tuple[str, ...]) -> int:
    """Make a new layer.

    A project, its contract, its test, and its place among the others. NAME is lower-case letters, digits and hyphens,
    such as audit-log.
    """
    from tapstack.cli.actions.new_layer import new_layer

    return new_layer(name, reads, owners)
