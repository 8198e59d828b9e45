"""Tells what differs between state, cloud and program, and which layers read outputs that have changed since."""

import dataclasses
import json
from collections.abc import Iterator, Sequence

from tapstack.cli import environments
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say, step
from tapstack.deploy.drift.differences import Difference
from tapstack.deploy.drift.find import LayerDrift, find_drift
from tapstack.engine.environment import Environment
from tapstack.layers import LAYERS


def drift(stack: str, layers: Sequence[str], *, as_json: bool) -> int:
    """Print what has drifted; the status is 0 where nothing has, 2 where something has.

    Raises:
        UserError: nothing was found, but not everything could be looked at.
    """
    layers = layers or LAYERS
    environment = environments.environment_named(stack)
    opened = environment.opened("drift", starts=False, layers=layers)
    with opened, step("drift", f"comparing {', '.join(layers)}") as current:
        found = find_drift(environment, layers)
        current.result = f"{len(found)} compared, {len(layers) - len(found)} not up"
    if as_json:
        print(json.dumps([dataclasses.asdict(layer) for layer in found], indent=2))
    else:
        _print(found)
    for layer in found:
        for line in _next_steps(layer, environment):
            say(f"{layer.layer}: {line}")
    unseen = [f"{layer.layer}: {line}" for layer in found for line in layer.unseen]
    if unseen and all(layer.is_none for layer in found):
        raise UserError(unseen[0] + (f" (and {len(unseen) - 1} more)" if unseen[1:] else ""))
    return DONE if all(layer.is_none for layer in found) else FOUND


def _next_steps(drift: LayerDrift, environment: Environment) -> Iterator[str]:
    if drift.stale or drift.program:
        yield f"to bring it up to date: {command('up', drift.layer, stack=environment.name)}"
    if any(difference.where for difference in drift.cloud):
        yield "what others added stays there: take it away in AWS, or write it into the program and `pulumi import` it"
    if any(not difference.where for difference in drift.cloud):
        before = f"{environment.shell} && " if environment.shell else ""
        for purpose, action in (("keep what the cloud has", "refresh"), ("put it back", "up --refresh")):
            by_hand = f"(cd projects/{drift.layer} && pulumi {action} --stack {environment.name})"
            yield f"to {purpose}: {before}{by_hand}"


def _print(found: Sequence[LayerDrift]) -> None:
    for drift in found:
        lines = [f"cloud      {_told(difference)}" for difference in drift.cloud]
        lines += [f"program    {_told(difference)}" for difference in drift.program]
        lines += [f"stale      {name} has changed since this layer was deployed" for name in drift.stale]
        lines += [f"?          {line}" for line in drift.unseen]
        for line in lines or ["as it should be"]:
            print(f"{drift.layer:<14}{line}", flush=True)


def _told(difference: Difference) -> str:
    where = f" {difference.where}" if difference.where else ""
    more = ", ".join(difference.properties) or difference.detail
    return f"{difference.kind} {difference.name!r} ({difference.type}){where}{f': {more}' if more else ''}"
