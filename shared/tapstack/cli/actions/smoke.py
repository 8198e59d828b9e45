"""Sends the probe's transactions through an environment, and says which step does not go as it must."""

import dataclasses
import json
import time
from collections.abc import Sequence
from typing import Any, Final

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.console.words import shortened
from tapstack.operate.smoke.run import Done, SmokeRun, StepFailedError

_LOGS: Final = {"submit": "validator", "replay": "validator", "conflict": "validator"}
"""Step to the function whose log says more; of the others the transaction's own lines do."""


def smoke(stack: str, *, seconds: float, certificate: str | None, if_up: bool, as_json: bool) -> int:
    """Make a smoke run and print its steps, as they come or all together as data.

    Args:
        stack: the stacks' name.
        seconds: the most that it may take.
        certificate: a file in PEM with the client's certificate and its key, where the API asks for one.
        if_up: do nothing where the API, or its probe, is not up yet.
        as_json: print it as data.

    Raises:
        UserError: a step did not go as it must; it names the step, what was expected and the next command.
    """
    done: list[Done] = []
    began = time.monotonic()
    with account_of(stack) as account:
        if if_up and not account.has_probe:
            say(f"stack {stack!r} has no API with a probe yet: nothing to see")
            return DONE
        try:
            run = account.smoke_run(seconds=seconds, certificate=certificate, told=done.append)
        except OSError as error:
            raise UserError(f"{shortened(certificate or '')} is no certificate with its key in PEM: {error}") from error
        failed = None
        try:
            run.run()
        except StepFailedError as error:
            failed = error
        finally:
            run.api.close()
    took = time.monotonic() - began
    if as_json:
        print(json.dumps(_document(stack, run, done, failed, took), indent=2))
    else:
        _print(done, failed)
    if failed:
        raise UserError(
            f"smoke run of stack {stack!r}: step {failed.step} failed after {failed.seconds:.1f} s: expected "
            f"{failed.expected}, found {failed.found}; look at: {_next(failed, stack)}"
        )
    say(f"stack {stack!r} takes, decides and tells of transactions, seen in {took:.1f} s")
    return DONE


def _next(failed: StepFailedError, stack: str) -> str:
    """Give the command that says more of a step that failed."""
    if function := _LOGS.get(failed.step):
        return command("logs", function, stack=stack)
    if not failed.transaction_id:
        return command("logs", stack=stack)
    if failed.step in {"decide", "decline"} and "pending" not in failed.found:
        return command("explain", failed.transaction_id, stack=stack)
    return command("logs", "--transaction", failed.transaction_id, stack=stack)


def _print(done: Sequence[Done], failed: StepFailedError | None) -> None:
    rows = [(step.step, step.found, f"{step.seconds:.2f}") for step in done]
    if failed:
        rows.append((failed.step, "failed", f"{failed.seconds:.2f}"))
    print_table(("step", "found", "seconds"), rows, right=("seconds",))


def _document(
    stack: str, run: SmokeRun, done: Sequence[Done], failed: StepFailedError | None, took: float
) -> dict[str, Any]:
    return {
        "stack": stack,
        "ok": failed is None,
        "seconds": round(took, 3),
        "transactions": [name for name in (run.approved, run.declined) if name],
        "steps": [{**dataclasses.asdict(step), "seconds": round(step.seconds, 3)} for step in done],
        "failed": failed
        and {
            "step": failed.step,
            "seconds": round(failed.seconds, 3),
            "expected": failed.expected,
            "found": failed.found,
            "next": _next(failed, stack),
        },
    }
