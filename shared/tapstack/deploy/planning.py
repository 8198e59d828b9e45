"""Makes a plan, with its progress shown."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.progress import say, step
from tapstack.deploy.changes import changed_since, ignored_settings
from tapstack.deploy.footprint import footprint
from tapstack.deploy.forgotten import forgotten_in
from tapstack.deploy.plan import Plan, make_plan
from tapstack.deploy.revisions.promises import held_to_promises
from tapstack.deploy.revisions.tree import Revision, program_at
from tapstack.engine.environment import Environment
from tapstack.layers import LAYERS


@dataclass(frozen=True)
class Question:
    """What a plan is asked for.

    Attributes:
        layers: the layers to preview.
        named: the layers that the plan may hold: no other is taken in, whatever it would follow.
        because: layer to the files it uses that have changed.
        since: the revision that they have changed since.
        at: the revision to take the program of the one layer from; None for this checkout.
    """

    layers: Sequence[str]
    named: Sequence[str]
    because: Mapping[str, Sequence[str]]
    since: str | None
    at: str | None = None


def question(layers: Sequence[str], since: str | None, at: str | None = None) -> Question:
    """Find out which layers are asked for; no environment is needed for that.

    Args:
        layers: those that were named; none stands for all.
        since: leave out those that use no file which has changed since this revision.
        at: take the program of the one layer that is named from this revision.

    Raises:
        UserError: the revision is not there.
    """
    layers = layers or LAYERS
    if since is None:
        return Question(layers, layers, {}, None, at)
    changed = changed_since(since)
    because = {layer: [path for path in changed if footprint(layer).covers(path)] for layer in layers}
    return Question([layer for layer in layers if because[layer]], layers, because, since)


def _with_saved_settings(environment: Environment, asked: Question) -> Question:
    """Ask for the layers too whose settings git ignores, where they were saved since the layer was last deployed."""
    if asked.since is None:
        return asked
    because = {layer: list(paths) for layer, paths in asked.because.items()}
    for path in ignored_settings():
        layer, file = Path(path).parts[1:]
        if layer in because and file == f"Pulumi.{environment.name}.yaml" and path not in because[layer]:
            deployed = _last_deployed(environment, layer)
            if deployed is not None and (CHECKOUT / path).stat().st_mtime > deployed:
                because[layer].append(path)
    return dataclasses.replace(asked, layers=[layer for layer in asked.named if because[layer]], because=because)


def _last_deployed(environment: Environment, layer: str) -> float | None:
    """Tell when a layer's state was last written, in seconds since the epoch; None where it has none."""
    try:
        manifest = environment.stack(layer).deployment().get("manifest")
    except UserError:  # the plan says so, if it needs the state
        return None
    return datetime.fromisoformat(manifest["time"]).timestamp() if manifest else None


@contextmanager
def programs_of(environment: Environment, asked: Question) -> Iterator[Revision | None]:
    """Take the program of the layer that was asked for from its revision during a `with` block; mostly there is none.

    Raises:
        UserError: there is no such revision, the layer was not there yet, or its environment cannot be made.
    """
    if asked.at is None:
        yield None
        return
    (layer,) = asked.layers
    with program_at(environment, layer, asked.at) as revision:
        yield revision


def answer(environment: Environment, asked: Question, revision: Revision | None = None) -> Plan:
    """Make the plan, with its progress shown; `revision` is what `programs_of` gave.

    Raises:
        UserError: the environment cannot be read, or is not settled.
    """
    asked = _with_saved_settings(environment, asked)
    with step("plan", f"previewing {', '.join(asked.layers) or 'nothing'}") as current:
        forgotten = forgotten_in(environment)
        plan = make_plan(environment, asked.layers, asked.because, asked.since, asked.named, forgotten=forgotten.states)
        if revision:
            plan = held_to_promises(environment, plan, revision, forgotten.states)
        previewed = sum(layer.changes is not None for layer in plan.layers)
        waiting = f", {len(plan.layers) - previewed} not yet known" if previewed < len(plan.layers) else ""
        current.result = f"{previewed} previewed{waiting}"
    for note in forgotten.notes(environment.name):
        say(note)
    return plan
