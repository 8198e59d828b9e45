"""Shows the functions' logs, and goes on with them."""

import json
import time
from typing import Final

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.transactions import transaction_of
from tapstack.cli.statuses import DONE, INTERRUPTED
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.operate.account import Account
from tapstack.operate.logs import FUNCTIONS, MOST_EVENTS, Event, FunctionLogs
from transactions.clock import iso, now

_BACK_MS: Final = 600_000
_EVERY_SECONDS: Final = 2.0


def show_logs(
    stack: str, function: str | None, *, follow: bool, since: int | None, transaction: str | None, as_json: bool
) -> int:
    """Print them, the oldest event first.

    Args:
        stack: the stacks' name.
        function: whose; None for all functions'.
        follow: go on until a Ctrl-C; the status is that of an interrupted command then.
        since: from when on, in milliseconds since the epoch; None for ten minutes ago, or for when the transaction was
            made.
        transaction: only what names the transaction of this id.
        as_json: print each event as a line of JSON, metrics and Lambda's own too.
    """
    with account_of(stack) as account:
        if transaction is not None:
            made = transaction_of(account, transaction).created_at
            since = made if since is None else since
        since = now() - _BACK_MS if since is None else since
        functions = FUNCTIONS if function is None else (function,)
        groups = {each: account.log_group(each) for each in functions}
        logs = FunctionLogs(account.logs, groups, transaction or "")
        if follow:
            return _follow(logs, since, as_json=as_json)
        return _show(account, logs, function, since, as_json=as_json)


def _show(account: Account, logs: FunctionLogs, function: str | None, since: int, *, as_json: bool) -> int:
    count, shown, last = 0, 0, since
    for event in logs.read(since):
        count, last = count + 1, event.at
        shown += _print(event, as_json=as_json)
    if count == MOST_EVENTS:
        on = command("logs", *([function] if function else []), "--since", iso(last), stack=account.stack)
        say(f"these are the first {count} events; to go on: {on}")
    elif not shown:
        say(f"nothing was logged since {iso(since)}; look further back with --since, such as --since 2h")
    return DONE


def _follow(logs: FunctionLogs, since: int, *, as_json: bool) -> int:
    follower = logs.follow(since)
    try:
        while True:
            for event in follower.more(now()):
                _print(event, as_json=as_json)
            time.sleep(_EVERY_SECONDS)
    except KeyboardInterrupt:
        # That is how it is meant to end.
        return INTERRUPTED


def _print(event: Event, *, as_json: bool) -> bool:
    """Print an event; tell whether it was shown."""
    if as_json:
        message = event.text if event.fields is None else event.fields
        document = {"at": iso(event.at), "function": event.function, "message": message}
        print(json.dumps(document, ensure_ascii=False), flush=True)
        return True
    if event.is_routine:
        return False
    first, *below = event.lines
    print(f"{iso(event.at)}  {event.function:<14}  {first}", *below, sep="\n", flush=True)
    return True
