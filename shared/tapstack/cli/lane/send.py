"""Post transactions from a JSON Lines file or stdin through the API and follow each to its decision and webhook."""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console

from tapstack.cli.lane.outputs import outputs_of
from tapstack.console.errors import UserError
from tapstack.console.progress import bar
from tapstack.lane import summary
from tapstack.lane.lane import Lane
from tapstack.lane.sending import CONCURRENCY, Api, Outcome, check_webhooks, send_all
from tapstack.lane.transactions_file import STDIN, Line, read_lines

_EDGE = "api-edge"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("file", nargs="?", default=STDIN, help="JSON Lines, one request body a line; - is stdin")
    parser.add_argument("--merchant", default="globex", help="whose API key to use (default: globex)")
    parser.add_argument(
        "--concurrency", type=int, default=CONCURRENCY, help=f"how many at once (default: {CONCURRENCY})"
    )


def run(options: argparse.Namespace) -> int:
    """Send them; the status is 1 when one was not accepted, not decided or not told of."""
    if options.concurrency < 1:
        raise UserError(f"--concurrency {options.concurrency}: at least 1 is needed")
    lane = Lane()
    lane.require_running()
    lines = read_lines(options.file)
    outcomes = send(lane, [(options.merchant, line) for line in lines], concurrency=options.concurrency)
    summary.print_table(outcomes, Console())
    return 1 if summary.failures(outcomes) else 0


def send(lane: Lane, jobs: Sequence[tuple[str, Line]], *, concurrency: int = CONCURRENCY) -> list[Outcome]:
    """Send transactions, each for its merchant, with a progress bar on a terminal.

    Raises:
        UserError: the API is not deployed, a merchant has no key, or the webhook receiver is not running.
    """
    edge = outputs_of(lane, show_secrets=True).get(_EDGE, {})
    if "transactions_url" not in edge:
        raise UserError(f"layer {_EDGE!r} is not up in this lane; run: nox -s local")
    keys = edge["api_keys"]
    if not lane.receiver.running():
        raise UserError("the webhook receiver is not running; run: nox -s local")
    with ExitStack() as stack:
        apis: dict[str, Api] = {}
        for merchant in dict.fromkeys(merchant for merchant, _ in jobs):
            if merchant not in keys:
                raise UserError(f"unknown merchant {merchant!r}; the merchants are {', '.join(sorted(keys))}")
            apis[merchant] = Api(edge["transactions_url"], merchant, keys[merchant])
            stack.callback(apis[merchant].close)
        progress = stack.enter_context(bar())
        task = progress.add_task("decided", total=len(jobs))
        outcomes = send_all(
            [(apis[merchant], line) for merchant, line in jobs],
            told=lambda _: progress.advance(task),
            concurrency=concurrency,
        )
        progress.update(task, description="waiting for webhooks")
        return check_webhooks(outcomes, lane.receiver)
