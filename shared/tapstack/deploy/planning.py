"""Makes a plan from a command line, with its progress shown."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tapstack.cli.deploy.arguments import layers_of
from tapstack.console.progress import step
from tapstack.deploy.changes import changed_since
from tapstack.deploy.footprint import footprint
from tapstack.deploy.plan import Plan, make_plan
from tapstack.engine.environment import Environment
from tapstack.layers import LAYERS


def add_since(parser: argparse.ArgumentParser) -> None:
    """Let the command take a revision."""
    parser.add_argument(
        "--since", metavar="REV", help="only layers that use a file changed since this revision, and those that follow"
    )


@dataclass(frozen=True)
class Question:
    """What a plan is asked for.

    Attributes:
        layers: the layers to preview.
        because: layer to the files it uses that have changed.
        since: the revision that they have changed since.
    """

    layers: Sequence[str]
    because: Mapping[str, Sequence[str]]
    since: str | None


def question_of(options: argparse.Namespace) -> Question:
    """Find out what the options ask for; no environment is needed for that.

    Raises:
        UserError: a layer or the revision is not there.
    """
    layers = layers_of(options)
    if options.since is None:
        return Question(layers, {}, None)
    changed = changed_since(options.since)
    because = {layer: [path for path in changed if footprint(layer).covers(path)] for layer in LAYERS}
    return Question([layer for layer in layers if because[layer]], because, options.since)


def answer(environment: Environment, question: Question) -> Plan:
    """Make the plan, with its progress shown.

    Raises:
        UserError: the environment cannot be read, or is not settled.
    """
    with step("plan", f"previewing {', '.join(question.layers) or 'nothing'}") as current:
        plan = make_plan(environment, question.layers, question.because, question.since)
        previewed = sum(layer.changes is not None for layer in plan.layers)
        waiting = f", {len(plan.layers) - previewed} not yet known" if previewed < len(plan.layers) else ""
        current.result = f"{previewed} previewed{waiting}"
    return plan
