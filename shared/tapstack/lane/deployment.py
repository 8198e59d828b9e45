"""Runs the engine on a layer with its progress shown."""

from collections.abc import Callable
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.progress import Step, step
from tapstack.engine.events import Operation, Report
from tapstack.engine.stack import EngineError, LayerStack, Listener
from tapstack.lane.lane import Lane

_VERBS: Final = {"create": "creating", "update": "updating", "delete": "deleting", "replace": "replacing"}


def up(lane: Lane, layer: str) -> Report:
    """Deploy a layer.

    Raises:
        UserError: the engine failed, or the emulator ended meanwhile.
    """
    return _show(lane, layer, "pulumi up", lambda stack, current: stack.up(listener=progress_on(current)))


def destroy(lane: Lane, layer: str) -> Report:
    """Delete a layer's resources; a layer without any is left alone.

    Raises:
        UserError: the engine failed, or the emulator ended meanwhile.
    """

    def run(stack: LayerStack, current: Step) -> Report:
        return stack.destroy(listener=progress_on(current)) if stack.resources() else Report()

    return _show(lane, layer, "pulumi destroy", run)


def _show(lane: Lane, layer: str, doing: str, run: Callable[[LayerStack, Step], Report]) -> Report:
    stack = lane.stack(layer)
    with step(layer, doing) as current:
        try:
            report = run(stack, current)
        except EngineError as error:
            if lane.emulator.running():
                raise
            raise UserError(
                f"{layer}: the emulator ended during {doing} (its log: {lane.emulator.log}); run again: nox -s local"
            ) from error
        current.result = report.summary()
    return report


def progress_on(current: Step) -> Listener:
    """Make a listener that tells on a step what the engine does."""

    def tell(operation: Operation, report: Report) -> None:
        verb = _VERBS.get(operation.op, operation.op)
        current.note(f"{verb} {operation.name} ({len(report.finished)} resources done)")

    return tell
