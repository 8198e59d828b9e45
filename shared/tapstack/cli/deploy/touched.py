"""Name the layers that use a file which has changed since a revision; no cloud is asked."""

import argparse
import json

from tapstack.deploy.changes import changed_since
from tapstack.deploy.footprint import touched
from tapstack.layers import BY_NAME, LAYERS


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--since", metavar="REV", help="a revision of git; without one, everything counts as new")
    parser.add_argument("--downstream", action="store_true", help="name those too that read a touched layer")
    parser.add_argument("--json", action="store_true", help="print a JSON list instead of lines")


def run(options: argparse.Namespace) -> int:
    """Print the layers in the order they deploy."""
    layers = touched(LAYERS, changed_since(options.since)) if options.since else LAYERS
    if options.downstream:
        layers = with_downstream(layers)
    for line in [json.dumps(layers)] if options.json else layers:
        print(line)
    return 0


def with_downstream(layers: tuple[str, ...]) -> tuple[str, ...]:
    """Add the layers that read one of `layers`, and those that read them: what they read may change."""
    named: set[str] = set()
    for layer in LAYERS:
        if layer in layers or named.intersection(BY_NAME[layer].reads):
            named.add(layer)
    return tuple(layer for layer in LAYERS if layer in named)
