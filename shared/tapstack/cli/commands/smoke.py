"""`tapstack smoke`."""

import click

from tapstack.cli.parameters import DURATION, takes_json, takes_stack


@click.command
@click.option(
    "--within", type=DURATION, default="2m", metavar="DURATION", show_default=True, help="The most that it may take."
)
@click.option(
    "--certificate",
    metavar="FILE",
    help="The client's certificate and its key, in PEM, for an API that asks for one.",
)
@click.option("--if-up", is_flag=True, help="Do nothing where the API, or its probe, is not up yet.")
@takes_json
@takes_stack
def command(*, stack: str, within: int, certificate: str | None, if_up: bool, as_json: bool) -> int:
    """Send the probe's transactions through a deployed environment.

    They are submitted, replayed, decided and told of, each step timed. The first that does not go as it must is named,
    and the status is 1. No merchant hears of it; several at once do not disturb each other.
    """
    from tapstack.cli.actions.smoke import smoke

    return smoke(stack, seconds=within / 1000, certificate=certificate, if_up=if_up, as_json=as_json)
