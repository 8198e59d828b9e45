"""`tapstack backtest`."""

import click

from tapstack.cli.parameters import TIME, takes_json, takes_stack


@click.command
@click.option("--merchant", "merchant_id", required=True, metavar="ID", help="Whose history.")
@click.option("--settings", "file", metavar="FILE", help="The settings to try, JSON; - is stdin.")
@click.option("--since", type=TIME, metavar="TIME", help="Compare what came since then.  [default: all]")
@click.option("--picture", metavar="FILE", help="Draw scores and thresholds as SVG.")
@takes_json
@takes_stack
def command(
    *, stack: str, merchant_id: str, file: str | None, since: int | None, picture: str | None, as_json: bool
) -> int:
    """Try settings on the stored history, and write nothing.

    The rules and counts are the fraud-detector's own. Without --settings each transaction is decided again by those
    that were in force then; the status is 2 when something does not come out as it is stored, for no known cause.
    """
    from tapstack.cli.actions.backtest import backtest

    return backtest(stack, merchant_id, file=file, since=since, picture=picture, as_json=as_json)
