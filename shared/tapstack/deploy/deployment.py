"""Carries out a plan: wave by wave, until the first failure, and tells what is up and what is not."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tapstack.console.errors import UserError
from tapstack.console.progress import say, steps
from tapstack.deploy.plan import LayerPlan, Plan, losses_of
from tapstack.deploy.plan_report import loss_line
from tapstack.engine.environment import Environment
from tapstack.engine.events import Report
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.stack import LayerStack, Listener
from tapstack.lane.deployment import progress_on
from tapstack.layers import BY_NAME

Run = Callable[[LayerStack, Listener], Report]


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
        outcomes = run_shown(environment, [layer.layer for layer in working], "pulumi up", run)
        done |= {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, Report)}
        if failed := {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, UserError)}:
            raise UserError(_halt(environment, plan, failed, [*done, *kept]))
    return done


def run_shown(
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
            report = run(environment.stack(layer), progress_on(current[layer]))
            current[layer].result = report.summary()
            current[layer].close()
            return report

        return side_by_side(environment, layers, one)


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
        agree = environment.command("up", stack.layer, "--accept-data-loss")
        told = "; ".join(loss_line(stack.layer, loss) for loss in losses)
        raise UserError(f"{told}. Where that is meant: {agree}")


def _halt(environment: Environment, plan: Plan, failed: Mapping[str, UserError], up: Sequence[str]) -> str:
    later = [layer.layer for layer in plan.layers if layer.layer not in failed and layer.layer not in up]
    told = "; ".join(map(str, failed.values()))
    state = [f"up: {', '.join(up) or 'none'}", f"failed: {', '.join(failed)}"]
    state += [f"not begun: {', '.join(later)}"] if later else []
    again = environment.command("up", *failed, *later)
    return f"{told}. {'; '.join(state).capitalize()}. Mend it and go on: {again}"
