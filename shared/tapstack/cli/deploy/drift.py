"""Tell what differs between state, cloud and program, and which layers read outputs that have changed since."""

import argparse
import dataclasses
import json
from collections.abc import Iterator
from typing import Final

from rich.console import Console

from tapstack.cli.deploy.arguments import add_layers, add_stack, layers_of
from tapstack.console.progress import say, step
from tapstack.deploy.drift import Difference, LayerDrift, find_drift
from tapstack.engine.environment import Environment, environment_named

DRIFTED: Final = 2
"""The status where something has drifted, for a job to tell it from an error."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_stack(parser)
    add_layers(parser)
    parser.add_argument("--json", action="store_true", help="print what was found as one JSON list")


def run(options: argparse.Namespace) -> int:
    """Print what has drifted; the status is 0 where nothing has, 2 where something has."""
    layers = layers_of(options)
    environment = environment_named(options.stack)
    with environment.opened("drift", starts=False), step("drift", f"comparing {', '.join(layers)}") as current:
        found = find_drift(environment, layers)
        current.result = f"{len(found)} compared, {len(layers) - len(found)} not up"
    if options.json:
        print(json.dumps([dataclasses.asdict(drift) for drift in found], indent=2))
    else:
        _print(found, Console())
    for drift in found:
        for line in _next_steps(drift, environment):
            say(f"{drift.layer}: {line}")
    return 0 if all(drift.is_none for drift in found) else DRIFTED


def _next_steps(drift: LayerDrift, environment: Environment) -> Iterator[str]:
    if drift.stale or drift.program:
        yield f"to bring it up to date: {environment.command('up', drift.layer)}"
    if drift.cloud:
        by_hand = f"(cd projects/{drift.layer} && pulumi {{}} --stack {environment.name})"
        yield f"to keep what the cloud has: {by_hand.format('refresh')}"
        yield f"to put it back: {by_hand.format('up --refresh')}"


def _print(found: list[LayerDrift], console: Console) -> None:
    for drift in found:
        lines = [f"cloud      {_told(difference)}" for difference in drift.cloud]
        lines += [f"program    {_told(difference)}" for difference in drift.program]
        lines += [f"stale      {name} has changed since this layer was deployed" for name in drift.stale]
        for line in lines or ["as it should be"]:
            console.print(f"{drift.layer:<14}{line}", highlight=False, markup=False, soft_wrap=True)


def _told(difference: Difference) -> str:
    properties = f": {', '.join(difference.properties)}" if difference.properties else ""
    return f"{difference.kind} {difference.name!r} ({difference.type}){properties}"
