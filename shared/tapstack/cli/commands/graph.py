"""`tapstack graph`."""

from pathlib import Path

import click

from tapstack.cli.parameters import takes_stack


@click.command
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where layers.svg, layers.png, layers.mmd go.  [default: .tapstack/graph]",
)
@takes_stack
def command(*, stack: str, output: Path | None) -> int:
    """Draw layers, contracts and resources from the state.

    As SVG, PNG and Mermaid, with what crosses the layers' borders.
    """
    from tapstack.cli.actions.graph import graph

    return graph(stack, output=output)
