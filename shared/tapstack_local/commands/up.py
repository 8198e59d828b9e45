"""Deploy one layer into the lane, starting the lane where it is not up."""

import argparse

from tapstack_local import deployment
from tapstack_local.commands.arguments import add_layer, layer_named
from tapstack_local.lane import Lane


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_layer(parser)


def run(options: argparse.Namespace) -> int:
    """Deploy the layer."""
    layer = layer_named(options.layer)
    lane = Lane()
    with lane.locked("up-" + layer):
        lane.start()
        deployment.up(lane, layer)
    return 0
