"""What several commands have in common on their command lines."""

import argparse
import difflib

from tapstack.layers import LAYERS
from tapstack_local.errors import LaneError


def add_layer(parser: argparse.ArgumentParser) -> None:
    """Let the command take a layer."""
    parser.add_argument("layer", help=f"one of {', '.join(LAYERS)}")


def layer_named(name: str) -> str:
    """Return the layer of that name.

    Raises:
        LaneError: there is none; the message names the nearest.
    """
    if name in LAYERS:
        return name
    near = difflib.get_close_matches(name.lower().replace("_", "-"), LAYERS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise LaneError(f"unknown layer {name!r}: {hint}the layers are {', '.join(LAYERS)}")
