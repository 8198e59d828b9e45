"""`tapstack send`."""

import click

from tapstack.cli.parameters import WholeNumber, takes_json


@click.command
@click.argument("file", default="-", metavar="[FILE]")
@click.option("--merchant", default="globex", metavar="ID", show_default=True, help="Whose API key to use.")
@click.option(
    "--concurrency",
    type=WholeNumber("number of transactions", 1),
    default=8,
    metavar="N",
    show_default=True,
    help="How many at once.",
)
@takes_json
def command(*, file: str, merchant: str, concurrency: int, as_json: bool) -> int:
    """Send transactions and follow each to its decision and webhook.

    FILE is in JSON Lines, one request body a line; stdin is read where it is left out or -. The status is 1 when a
    transaction was not accepted, not decided or not told of.
    """
    from tapstack.cli.actions.send import send_file

    return send_file(file, merchant=merchant, concurrency=concurrency, as_json=as_json)
