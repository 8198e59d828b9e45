"""Deploys and destroys layers wave by wave, until the first failure, with their progress shown."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import Step, say, steps
from tapstack.console.words import counted
from tapstack.deploy.plan import LayerPlan, Plan, losses_of
from tapstack.deploy.plan_report import loss_line
from tapstack.engine.environment import Environment
from tapstack.engine.events import Operation, Report
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.stack import LayerStack, Listener
from tapstack.layers import BY_NAME, waves

Run = Callable[[LayerStack, Listener], Report]

_VERBS: Final = {"create": "creating", "update": "updating", "delete": "deleting", "replace": "replacing"}


def deploy(environment: Environment, plan: Plan, *, may_lose_data: bool) -> Mapping[str, Report]:
    """Deploy the layers of a plan; those it found to change nothing are left alone, unless one before them changed.

    A layer that follows a changed one is previewed again before it is deployed: its plan was made before that change.

    Args:
        environment: where.
        plan: what to deploy, and in which order.
        may_lose_data: go on where a data-bearing resource is deleted or replaced.

    Returns:
        Layer to what its deployment did; layers left alone are not in it.

    Raises:
        UserError: a layer failed, or would lose data and must not; the message says which are up and how to go on.
    """
    done: dict[str, Report] = {}
    kept: list[str] = []
    for wave in plan.waves:
        working = [layer for layer in wave if not layer.is_idle or _follows(layer, done)]
        idle = [layer.layer for layer in wave if layer not in working]
        for layer in idle:
            say(f"{layer:<14}unchanged")
        kept += idle
        again = [] if may_lose_data else _planned_too_early(working, done)
        run = partial(_up, environment, again)
        outcomes = _run_shown(environment, [layer.layer for layer in working], "pulumi up", run)
        done |= {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, Report)}
        if failed := _failures(outcomes):
            raise UserError(_halt(environment, plan, failed, [*done, *kept]))
    return done


def deploy_all(environment: Environment) -> dict[str, Report]:
    """Deploy all layers as their programs are, with no plan before it.

    Returns:
        Layer to what its deployment did, in the order of deployment.

    Raises:
        UserError: a layer failed; those that deployed beside it are up, those after it were not begun.
    """
    done: dict[str, Report] = {}
    for wave in waves():
        outcomes = _run_shown(environment, wave, "pulumi up", lambda stack, listener: stack.up(listener=listener))
        if failed := _failures(outcomes):
            raise UserError("; ".join(map(str, failed.values())))
        done |= {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, Report)}
    return done


def destroy_waves(environment: Environment, order: Sequence[Sequence[str]]) -> None:
    """Delete the resources of layers, wave by wave in the order given; a layer without any is left alone.

    Raises:
        UserError: a layer failed; the message says which are gone and how to go on.
    """
    gone: list[str] = []
    for wave in order:
        failed = _failures(_run_shown(environment, wave, "pulumi destroy", _destroy))
        gone += [layer for layer in wave if layer not in failed]
        if failed:
            left = [layer for later in order for layer in later if layer not in gone]
            raise UserError(
                f"{'; '.join(map(str, failed.values()))}. Destroyed: {', '.join(gone) or 'none'}; still there: "
                f"{', '.join(left)}. Fix it and go on: {command('destroy', *left, stack=environment.name)}"
            )


def _run_shown(
    environment: Environment, layers: Sequence[str], doing: str, run: Run
) -> Mapping[str, Report | UserError]:
    """Run the engine on layers side by side, each with its progress and a closing line.

    Returns:
        Layer to what the engine did, or the error it ended with.
    """
    if not layers:
        return {}
    with steps(layers, doing) as current:

        def one(layer: str) -> Report:
            report = run(environment.stack(layer), _progress_on(current[layer]))
            current[layer].result = report.summary()
            current[layer].close()
            return report

        return side_by_side(environment, layers, one)


def _progress_on(current: Step) -> Listener:
    """Make a listener that tells on a step what the engine does."""

    def tell(operation: Operation, report: Report) -> None:
        verb = _VERBS.get(operation.op, operation.op)
        current.note(f"{verb} {operation.name} ({counted(len(report.finished), 'resource')} done)")

    return tell


def _failures(outcomes: Mapping[str, Report | UserError]) -> dict[str, UserError]:
    return {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, UserError)}


def _destroy(stack: LayerStack, listener: Listener) -> Report:
    return stack.destroy(listener=listener) if stack.resources() else Report()


def _up(environment: Environment, again: Sequence[str], stack: LayerStack, listener: Listener) -> Report:
    """Deploy a layer, previewed once more where it is among `again`."""
    if stack.layer in again:
        _require_no_loss(environment, stack)
    return stack.up(listener=listener)


def _follows(layer: LayerPlan, done: Mapping[str, Report]) -> bool:
    upstream = [done[read] for read in BY_NAME[layer.layer].reads if read in done]
    return any(report.changes or report.changes_outputs for report in upstream)


def _planned_too_early(working: Sequence[LayerPlan], done: Mapping[str, Report]) -> list[str]:
    return [layer.layer for layer in working if layer.waits_for or _follows(layer, done)]


def _require_no_loss(environment: Environment, stack: LayerStack) -> None:
    if losses := losses_of(stack.preview()):
        agree = command("up", stack.layer, "--accept-data-loss", stack=environment.name)
        told = "; ".join(loss_line(stack.layer, loss) for loss in losses)
        raise UserError(f"{told}. Where that is meant: {agree}")


def _halt(environment: Environment, plan: Plan, failed: Mapping[str, UserError], up: Sequence[str]) -> str:
    later = [layer.layer for layer in plan.layers if layer.layer not in failed and layer.layer not in up]
    told = "; ".join(map(str, failed.values()))
    state = [f"up: {', '.join(up) or 'none'}", f"failed: {', '.join(failed)}"]
    state += [f"not begun: {', '.join(later)}"] if later else []
    again = command("up", *failed, *later, stack=environment.name)
    return f"{told}. {'; '.join(state).capitalize()}. Fix it and go on: {again}"
