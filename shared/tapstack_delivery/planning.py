"""Makes a plan from a command line, with its progress shown."""

import argparse

from tapstack.layers import LAYERS
from tapstack_delivery.changes import changed_since
from tapstack_delivery.commands.arguments import layers_of
from tapstack_delivery.environment import Environment
from tapstack_delivery.footprint import footprint
from tapstack_delivery.plan import Plan, make_plan
from tapstack_local.progress import step


def add_since(parser: argparse.ArgumentParser) -> None:
    """Let the command take a revision."""
    parser.add_argument(
        "--since", metavar="REV", help="only layers that use a file changed since this revision, and those that follow"
    )


def plan_asked_for(environment: Environment, options: argparse.Namespace) -> Plan:
    """Make the plan that the options ask for.

    Raises:
        DeliveryError, LaneError: the options do not fit, or the environment cannot be read.
    """
    layers = layers_of(options)
    because = changes_by_layer(options.since) if options.since else {}
    asked = [layer for layer in layers if because[layer]] if options.since else layers
    with step("plan", f"previewing {', '.join(asked) or 'nothing'}") as current:
        plan = make_plan(environment, asked, because, options.since)
        previewed = sum(layer.changes is not None for layer in plan.layers)
        waiting = f", {len(plan.layers) - previewed} not yet" if previewed < len(plan.layers) else ""
        current.result = f"{previewed} layers previewed{waiting}"
    return plan


def changes_by_layer(revision: str) -> dict[str, list[str]]:
    """Find for each layer the files it uses that have changed since a revision.

    Raises:
        DeliveryError: there is no such revision.
    """
    changed = changed_since(revision)
    return {layer: [path for path in changed if footprint(layer).covers(path)] for layer in LAYERS}
