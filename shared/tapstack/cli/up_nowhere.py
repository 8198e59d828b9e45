"""Sees that a layer is up nowhere before it is renamed or taken out: its stacks would be known to nobody."""

import subprocess
import tempfile
from collections.abc import Mapping

from tapstack.console.errors import UserError
from tapstack.console.hints import LANE, command
from tapstack.deploy.forgotten import stacks_of_layer
from tapstack.engine.environment import BackendEnvironment
from tapstack.lane.lane import Lane


def require_up_nowhere(layer: str, *, lane_only: bool) -> None:
    """Refuse to go on where a stack of the layer holds anything, in the lane or on the backend of this shell.

    Raises:
        UserError: one does, with the command that takes it down; or the backend cannot be read.
    """
    lane = Lane()
    up = [(LANE, "")] if lane.folder.exists() and lane.stack(layer).resources() else []
    if not lane_only:
        # Of no stack in particular: only where the engine is, and which backend this shell is logged in to.
        environment = BackendEnvironment(LANE).stack(layer).environment
        found = stacks_of_layer(layer, _listed(layer, environment))
        up += [(stack.name, f" on {_backend(environment)}") for stack in found]
    if up:
        told = ", ".join(f"{layer}@{stack}{where}" for stack, where in up)
        first = "; ".join(command("destroy", layer, stack=stack) for stack, _ in up)
        raise UserError(f"{told} is up; nothing was changed. Destroy it first: {first}")


def _backend(environment: Mapping[str, str]) -> str:
    return environment.get("PULUMI_BACKEND_URL") or "the backend of this shell"


def _listed(layer: str, environment: Mapping[str, str]) -> str:
    # Outside of every project: the names come in full.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["pulumi", "stack", "ls", "--all", "--json", "--non-interactive"],
            cwd=folder,
            env={name: value for name, value in environment.items() if name != "PULUMI_STACK"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0].removeprefix("error: ")
        raise UserError(
            f"whether {layer!r} is up cannot be seen: {reason}; set PULUMI_BACKEND_URL or run `pulumi login <url>`, or "
            "say --lane-only where it was deployed to no other backend"
        )
    return done.stdout
