"""`tapstack contracts`."""

import click

from tapstack.cli.parameters import may_take_stack, takes_json


@click.command
@click.option("--base", metavar="REV", help="Compare with the snapshots of this revision of git too.")
@click.option("--note-reads", "note", is_flag=True, help="Note what deployed layers read, where all teams may look.")
@takes_json
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
@may_take_stack("Check what is deployed under this name too.")
def command(*, stack: str | None, base: str | None, note: bool, as_json: bool, quiet: bool) -> int:
    """Show who reads which output, and what a change breaks.

    The status is 2 when something is wrong with the contracts of this checkout, or a layer's reads cannot be known.
    """
    if as_json and quiet:
        raise click.UsageError("--json and --quiet exclude each other", click.get_current_context())
    from tapstack.cli.actions.contracts import contracts

    return contracts(stack, base=base, note=note, as_json=as_json, quiet=quiet)
