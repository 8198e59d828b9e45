"""`tapstack touched`."""

import click

from tapstack.cli.parameters import takes_json


@click.command
@click.option("--since", metavar="REV", help="A revision of git; without one, everything counts as new.")
@click.option("--downstream", is_flag=True, help="Name those too that read a touched layer.")
@takes_json
def command(*, since: str | None, downstream: bool, as_json: bool) -> int:
    """Name the layers that use a file which has changed.

    In the order they deploy; no cloud is asked.
    """
    from tapstack.cli.actions.touched import name_touched

    return name_touched(since, with_downstream=downstream, as_json=as_json)
