"""Deploys and destroys layers wave by wave, until the first failure, with their progress shown."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import Step, say, step, steps
from tapstack.console.words import counted
from tapstack.deploy.agreement import Consent, require_agreement
from tapstack.deploy.borders.clearing import clear_the_way
from tapstack.deploy.borders.turns import readers_of, stuck
from tapstack.deploy.interfaces import placed_functions, wait_for_interfaces
from tapstack.deploy.plan import LayerPlan, Plan, make_plan
from tapstack.deploy.plan_report import order, print_plan
from tapstack.engine.environment import Environment
from tapstack.engine.events import Operation, Report
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.stack import LayerStack, Listener
from tapstack.engine.words import UNCHANGED, word_for
from tapstack.layers import BY_NAME, waves

Run = Callable[[LayerStack, Listener], Report]


def deploy(
    environment: Environment,
    plan: Plan,
    consent: Consent,
    approved: Callable[[Collection[str]], None] = lambda _: None,
) -> Mapping[str, Report]:
    """Deploy the layers of a plan; those it found to change nothing are left alone, unless one before them changed.

    Whatever was not looked at is not deployed. A layer that follows a changed one, or waits for it, is previewed again
    just before: its plan was made before that change. What that shows anew is shown, and has to be agreed to.

    Args:
        environment: where.
        plan: what to deploy, and in which order.
        consent: what was agreed to of it.
        approved: is called with layers that are previewed again, and raises where they are not as was approved.

    Returns:
        Layer to what its deployment did; layers left alone are not in it.

    Raises:
        UserError: a layer failed, or what it would do was not agreed to; the message says which are up and how to go
            on.
    """
    done: dict[str, Report] = {}
    kept: list[str] = []
    expanded: dict[str, LayerPlan] = {}
    for wave in plan.waves:
        again = [layer for layer in wave if layer.is_provisional or _follows(layer.layer, plan, done)]
        now = [layer for layer in wave if layer not in again]
        if again:
            approved([layer.layer for layer in again])
            fresh, consent = _look_again(environment, plan, again, consent, [*done, *kept], expanded)
            now += fresh
        later = [layer.layer for layer in now if _can_wait(layer, plan)]
        working = [layer.layer for layer in now if not layer.is_idle and layer.layer not in later]
        idle = [layer.layer for layer in now if layer.is_idle]
        for layer in idle:
            say(f"{layer:<14}{UNCHANGED}")
        kept += [*idle, *later]
        expanded |= {layer.layer: layer for layer in now if layer.kept or layer.layer in later}
        outcomes = _run_shown(environment, working, "pulumi up", partial(_up, environment, now, plan.names))
        done |= {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, Report)}
        if failed := _failures(outcomes):
            told = "; ".join(map(str, failed.values()))
            standing, go_on = _standing(plan, [*done, *kept], failed, expanded)
            raise UserError(f"{told}. {standing}. Fix it and go on: {command(*go_on, stack=environment.name)}")
    return done | _contract(environment, plan, expanded, consent)


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
        failed = _failures(_run_shown(environment, wave, "pulumi destroy", partial(_destroy, environment)))
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
        done = counted(len(report.finished), "resource")
        current.note(f"{word_for(operation.op)} {operation.name} ({done} done)")

    return tell


def _failures(outcomes: Mapping[str, Report | UserError]) -> dict[str, UserError]:
    return {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, UserError)}


def _destroy(environment: Environment, stack: LayerStack, listener: Listener) -> Report:
    resources = stack.made()
    if not resources:
        return Report()
    first: Mapping[str, int] = {}
    if functions := placed_functions(resources):
        targets = [f"--target={urn}" for urn in functions]
        first = stack.destroy(*targets, "--target-dependents", listener=listener).counts
    wait_for_interfaces(environment, stack.layer, lambda left: say(f"{stack.layer:<14}{left}"))
    report = stack.destroy(listener=listener)
    report.counts = Counter(first) + Counter(report.counts)
    return report


def _up(
    environment: Environment,
    plans: Sequence[LayerPlan],
    deployed: Collection[str],
    stack: LayerStack,
    listener: Listener,
) -> Report:
    """Deploy a layer as far as its plan can be carried out: what others hold is not deleted."""
    plan = next(plan for plan in plans if plan.layer == stack.layer)
    if plan.kept:
        return stack.expand(listener=listener)
    if (plan.changes or {}).get("delete"):
        clear_the_way(environment, stack.layer, deployed, lambda told: say(f"{stack.layer:<14}{told}"))
    return stack.up(listener=listener)


def _contract(
    environment: Environment, plan: Plan, expanded: Mapping[str, LayerPlan], consent: Consent
) -> dict[str, Report]:
    """Delete what was kept for readers that have moved, the last layer's first: that may hold what others have kept.

    Raises:
        UserError: readers that were deployed hold it still, or it could not be deleted; the message says how to go on.
    """
    done: dict[str, Report] = {}
    for layer in reversed([name for name in plan.names if name in expanded]):
        if not set(readers_of(expanded[layer].kept)) <= set(plan.names):
            continue
        fresh, consent = _look_again(environment, plan, [expanded[layer]], consent, plan.names, expanded)
        (now,) = fresh
        if now.kept:
            raise UserError(stuck(environment.name, layer, now.kept))
        if not now.is_idle:
            outcomes = _run_shown(environment, [layer], "pulumi up", partial(_up, environment, fresh, plan.names))
            if failed := _failures(outcomes):
                again = command("up", *plan.names, stack=environment.name)
                raise UserError(
                    f"{failed[layer]}. The layers are up, and {layer} has not deleted all that it has replaced. "
                    f"Fix it and go on: {again}"
                )
            done |= {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Report)}
    return done


def _can_wait(layer: LayerPlan, plan: Plan) -> bool:
    """Tell whether all that a layer does is delete, and readers come after it: they may have versions in what goes."""
    changes = {kind for kind, count in (layer.changes or {}).items() if count}
    return (
        changes == {"delete"}
        and not (layer.outputs or layer.rewrites)
        and any(layer.layer in BY_NAME[name].reads for name in plan.names)
    )


def _follows(layer: str, plan: Plan, done: Mapping[str, Report]) -> bool:
    """Tell whether a layer reads one that was changed, be it a secret alone, of which the deployment tells nothing."""
    told = {planned.layer for planned in plan.layers if planned.outputs}
    upstream = [(read, done[read]) for read in BY_NAME[layer].reads if read in done]
    return any(report.changes or report.changes_outputs or read in told for read, report in upstream)


def _look_again(
    environment: Environment,
    plan: Plan,
    layers: Sequence[LayerPlan],
    consent: Consent,
    up: Sequence[str],
    expanded: Collection[str],
) -> tuple[Sequence[LayerPlan], Consent]:
    """Preview layers whose plan was made too early, and have agreed to what it did not show.

    Returns:
        Their plans as they are now, and what is agreed to.
    """
    names = [layer.layer for layer in layers]
    with step("plan", f"previewing {', '.join(names)}") as current:
        fresh = make_plan(environment, names, {}, None)
        current.result = f"{counted(len(names), 'layer')} previewed again: {', '.join(names)}"
    standing, go_on = _standing(plan, up, {}, expanded)
    if fresh.obstacles:
        told = "; ".join(fresh.obstacles)
        raise UserError(f"{told}. {standing}. Fix it and go on: {command(*go_on, stack=environment.name)}")
    planned = {layer.layer: layer for layer in layers}
    if any(_shows_more(layer, planned[layer.layer]) for layer in fresh.layers):
        print_plan(fresh, stderr=True)
        consent = require_agreement(environment, order(fresh), fresh.losses, consent, standing=standing, go_on=go_on)
    return fresh.layers, consent


def _shows_more(now: LayerPlan, before: LayerPlan) -> bool:
    """Tell whether a plan has something to agree to that an earlier one did not show."""
    if now.is_idle or (before.kept and _only_deletes(now, before)):
        return False
    return (now.changes, now.rewrites, now.losses) != (before.changes, before.rewrites, before.losses)


def _only_deletes(now: LayerPlan, before: LayerPlan) -> bool:
    """Tell whether a plan does nothing but delete what an earlier one would have replaced or deleted."""
    leaving = {(change.type, change.name) for change in before.resources if change.kind in {"delete", "replace"}}
    return not now.rewrites and all(
        change.kind == "delete" and (change.type, change.name) in leaving for change in now.resources
    )


def _standing(
    plan: Plan, up: Sequence[str], failed: Collection[str], expanded: Collection[str]
) -> tuple[str, list[str]]:
    """Say how things stand, and give the words of the command that goes on; what has expanded has to contract."""
    later = [layer for layer in plan.names if layer not in failed and layer not in up]
    standing = [f"up: {', '.join(layer for layer in plan.names if layer in up) or 'none'}"]
    standing += [f"failed: {', '.join(failed)}"] if failed else []
    standing += [f"not begun: {', '.join(later)}"] if later else []
    back = [layer for layer in plan.names if layer in expanded and layer not in {*failed, *later}]
    words = ["up", *back, *failed, *later, *(("--at", plan.at) if plan.at else ())]
    return "; ".join(standing).capitalize(), words
