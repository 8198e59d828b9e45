"""`tapstack prune-versions`."""

import click

from tapstack.cli.parameters import takes_json, takes_layers, takes_stack


@click.command
@takes_layers
@click.option("--dry-run", is_flag=True, help="Tell what would be deleted, and change nothing.")
@takes_json
@takes_stack
def command(*, stack: str, layers: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Delete versions of functions that nobody needs.

    Kept are those that an alias points to, the one before, unless the network it is in is on its way out, and the
    newest. `up` does the same after each deployment, and then keeps the one before wherever it is.
    """
    from tapstack.cli.actions.prune_versions import prune_versions

    return prune_versions(stack, layers, dry_run=dry_run, as_json=as_json)
