"""Print all layers' outputs as one JSON object, keyed by layer."""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tapstack.console.errors import UserError
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--show-secrets", action="store_true", help="print secret outputs instead of [secret]")


def run(options: argparse.Namespace) -> int:
    """Print the object; nothing else goes to stdout."""
    lane = Lane()
    lane.require_running()
    print(json.dumps(outputs_of(lane, show_secrets=options.show_secrets), indent=2))
    return 0


def outputs_of(lane: Lane, *, show_secrets: bool) -> dict[str, dict[str, Any]]:
    """Read the outputs of every layer that has a stack.

    Raises:
        UserError: none has.
    """
    stacks = [stack for layer in LAYERS if (stack := lane.stack(layer)).exists()]
    if not stacks:
        raise UserError("no layer is deployed in this lane; run: nox -s local")
    with ThreadPoolExecutor(len(stacks)) as pool:
        outputs = pool.map(lambda stack: stack.outputs(show_secrets=show_secrets), stacks)
    return {stack.layer: found for stack, found in zip(stacks, outputs, strict=True)}
