"""Posts transactions through the lane's API and follows each to its decision and webhook."""

import dataclasses
import json
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from tapstack.cli.actions.lane_merchants import api_keys
from tapstack.cli.actions.outputs import outputs_of
from tapstack.cli.statuses import DONE, ERROR
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import bar, say
from tapstack.console.words import unknown
from tapstack.lane import summary
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.sending import CONCURRENCY, Api, Outcome, check_webhooks, send_all
from tapstack.lane.transactions_file import Line, read_lines
from tapstack.operate.account import Account

_EDGE = "api-edge"


def send_file(file: str, *, merchant: str, concurrency: int, as_json: bool) -> int:
    """Send the transactions of a file; the status is 1 when one was not accepted, not decided or not told of."""
    lane = Lane()
    lane.require_running()
    lines = read_lines(file)
    outcomes = send(lane, [(merchant, line) for line in lines], concurrency=concurrency)
    if as_json:
        print(json.dumps([as_data(outcome) for outcome in outcomes], indent=2))
    else:
        summary.print_run(outcomes)
        if decided := to_explain(outcomes):
            say(f"why it was decided like that: {command('explain', decided.transaction_id)} (--json has every id)")
        if stuck := next((one for one in outcomes if one.transaction_id and not one.status), None):
            say(f"what was logged of it: {command('logs', '--transaction', stuck.transaction_id)}")
    return ERROR if summary.failures(outcomes) else DONE


def send(lane: Lane, jobs: Sequence[tuple[str, Line]], *, concurrency: int = CONCURRENCY) -> list[Outcome]:
    """Send transactions, each for its merchant, with a progress bar on a terminal.

    Raises:
        UserError: the API is not deployed, a merchant has no key, or the webhook receiver is not running.
    """
    environment = LaneEnvironment(lane)
    edge = outputs_of(environment, show_secrets=False).get(_EDGE, {})
    if "transactions_url" not in edge:
        raise UserError(f"layer {_EDGE!r} is not up in this lane; run: {command('local')}")
    keys = api_keys(Account(environment))
    if not lane.receiver.running():
        raise UserError(f"the webhook receiver is not running; run: {command('local')}")
    with ExitStack() as stack:
        apis: dict[str, Api] = {}
        for merchant in dict.fromkeys(merchant for merchant, _ in jobs):
            if merchant not in keys:
                raise UserError(unknown("merchant", merchant, sorted(keys)))
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


def to_explain(outcomes: Sequence[Outcome]) -> Outcome | None:
    """Pick the decision that is worth explaining most: one that not everything was well with."""
    decided = [outcome for outcome in outcomes if outcome.status]
    return max(decided, key=lambda outcome: len(outcome.reasons), default=None)


def as_data(outcome: Outcome) -> dict[str, Any]:
    """Give an outcome as JSON-able data; of the line its number."""
    return {**dataclasses.asdict(outcome), "line": outcome.line.number, "seconds": round(outcome.seconds, 3)}
