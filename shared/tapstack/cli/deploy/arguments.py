"""What several commands have in common on their command lines."""

import argparse
import difflib

from tapstack.console.errors import UserError
from tapstack.layers import LAYERS


def add_stack(parser: argparse.ArgumentParser) -> None:
    """Let the command take the name of an environment's stacks."""
    parser.add_argument("stack", help="name of the stacks, the same in all layers; `local` is the lane")


def add_layers(parser: argparse.ArgumentParser) -> None:
    """Let the command take layers."""
    parser.add_argument("layers", nargs="*", metavar="layer", help=f"of {', '.join(LAYERS)} (default: all)")


def layers_of(options: argparse.Namespace) -> list[str]:
    """Return the layers that were named, or all.

    Raises:
        UserError: one of them is none.
    """
    return [layer_named(name) for name in dict.fromkeys(options.layers)] or list(LAYERS)


def layer_named(name: str) -> str:
    """Return the layer of that name.

    Raises:
        UserError: there is none; the message names the nearest.
    """
    if name in LAYERS:
        return name
    near = difflib.get_close_matches(name.lower().replace("_", "-"), LAYERS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UserError(f"unknown layer {name!r}: {hint}the layers are {', '.join(LAYERS)}")
