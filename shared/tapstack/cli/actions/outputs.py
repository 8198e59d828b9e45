"""Prints what the layers of an environment export."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tapstack.cli import environments
from tapstack.console.errors import UserError
from tapstack.console.hints import LANE, command
from tapstack.engine.environment import Environment
from tapstack.engine.failures import NoStackError
from tapstack.layers import LAYERS


def outputs(stack: str, layers: Sequence[str], *, show_secrets: bool) -> int:
    """Print one JSON object, keyed by layer; nothing else goes to stdout."""
    environment = environments.environment_named(stack)
    with environment.unchanged(layers or LAYERS):
        found = outputs_of(environment, layers or LAYERS, show_secrets=show_secrets)
    print(json.dumps(found, indent=2))
    return 0


def outputs_of(
    environment: Environment, layers: Sequence[str] = LAYERS, *, show_secrets: bool
) -> dict[str, dict[str, Any]]:
    """Read the outputs of those layers that have a stack.

    Raises:
        UserError: none has, or a stack cannot be read.
    """

    def read(layer: str) -> dict[str, Any] | None:
        try:
            return environment.stack(layer).outputs(show_secrets=show_secrets)
        except NoStackError:
            return None

    with ThreadPoolExecutor(len(layers)) as pool:
        found = dict(zip(layers, pool.map(read, layers), strict=True))
    up = {layer: values for layer, values in found.items() if values is not None}
    if not up:
        missing = "no layer" if len(layers) == len(LAYERS) else f"no layer of {', '.join(layers)}"
        how = command("local") if environment.name == LANE else command("up", stack=environment.name)
        where = "in this lane" if environment.name == LANE else f"as {environment.name}"
        raise UserError(f"{missing} is deployed {where}; run: {how}")
    return up
