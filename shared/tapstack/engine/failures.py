"""Errors of the engine's runs and commands: what it says, and what to do."""

import re
from pathlib import Path
from typing import Final, Protocol

from tapstack.account_names import project_name
from tapstack.console.errors import UserError
from tapstack.console.hints import by_hand, command
from tapstack.engine.events import Report

_NO_STACK: Final = "no stack named"
_LOCKED: Final = "the stack is currently locked"
_DAMAGED: Final = re.compile(
    r"failed to load checkpoint: .*\b(json|JSON)\b|unexpected end of JSON input|invalid character"
)
"""What the engine says, in the words of Go's JSON decoder, of a state that is no JSON."""
_TORN: Final = re.compile(r"failed to load checkpoint: (EOF\b|blob \(key .*(\bEOF\b|invalid character))")
"""What it says of a state in a folder whose attributes were cut short, be the state itself whole."""


class Stack(Protocol):
    """A layer's stack, as errors name it."""

    @property
    def layer(self) -> str:
        """Whose it is."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def is_unreachable(self) -> bool:
        """Whether its backend does not answer."""


class NoStackError(UserError):
    """The backend has no such stack."""


class EngineError(UserError):
    """The engine ended with an error; the message is the first one it reported.

    Attributes:
        layer: whose stack it was.
        report: what the engine did before and after.
    """

    def __init__(self, layer: str, report: Report, status: int, log: Path) -> None:
        first, *others = report.errors or [f"the engine ended with status {status} and gave no reason; see {log}"]
        more = f" (and {len(others)} more in {log})" if others else ""
        super().__init__(f"{layer}: {first}{more}")
        self.layer = layer
        self.report = report


def failure(stack: Stack, message: str) -> UserError:
    """Make an error of what the engine said of a stack, with what to do."""
    if _NO_STACK in message:
        return NoStackError(
            f"{stack.layer}: there is no stack {stack.name!r}; correct the name, or make it: "
            f"{by_hand(stack.layer, 'stack', 'init', stack.name, stack=stack.name)}"
        )
    if _TORN.search(message):
        return UserError(
            f"{stack.layer}: the attributes beside the state of stack {stack.name!r} were cut short by a kill, and "
            "the engine does not read it; the state itself is whole. Have them taken away, and go on: "
            f"{command('up', stack.layer, stack=stack.name)}"
        )
    if _DAMAGED.search(message):
        kept = f".pulumi/stacks/{project_name(stack.layer)}/{stack.name}.json"
        return UserError(
            f"{stack.layer}: the state of stack {stack.name!r} is cut short or damaged: {message}; put the last "
            f"good one back at {kept} of the backend: {kept}.bak, or in a bucket an earlier version of it"
        )
    if stack.is_unreachable:
        return UserError(
            f"{stack.layer}: the state backend of stack {stack.name!r} cannot be read: {message}; set "
            "PULUMI_BACKEND_URL, or run `pulumi login <url>`, and see that its credentials are in this shell"
        )
    return UserError(f"{stack.layer}: {message}")


def run_failure(stack: Stack, report: Report, status: int, output: Path) -> UserError:
    """Make an error of a run that failed.

    Args:
        stack: what it was of.
        report: what the engine did.
        status: what it ended with.
        output: what it printed.
    """
    first = report.errors[0] if report.errors else ""
    is_damaged = bool(_DAMAGED.search(first)) and not report.started
    if _NO_STACK in first or is_damaged or (first and not report.started and stack.is_unreachable):
        return failure(stack, first)
    if _LOCKED in first:
        holder = next((line for line in output.read_text("utf-8", "replace").splitlines() if "created by" in line), "")
        held = f"another update holds the lock of stack {stack.name!r}{_lock_holder(holder)}"
        cancel = by_hand(stack.layer, "cancel", "--stack", stack.name, stack=stack.name)
        report.errors[:] = [f"{held}; wait until it has ended. If its process is gone: {cancel}"]
    return EngineError(stack.layer, report, status, output)


def error_lines(text: str) -> list[str]:
    """Take the errors from what the engine printed."""
    return [line.removeprefix("error: ").strip() for line in text.splitlines() if line.startswith("error: ")]


def _lock_holder(line: str) -> str:
    """Take `, created by user@host (pid 1) at …` from the engine's remark on a lock."""
    _, found, holder = line.partition("created by ")
    return f", taken by {holder}" if found else ""
