"""Delete one layer's resources from the lane."""

import argparse

from tapstack_local import deployment
from tapstack_local.commands.arguments import add_layer, layer_named
from tapstack_local.lane import Lane


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_layer(parser)


def run(options: argparse.Namespace) -> int:
    """Destroy the layer."""
    layer = layer_named(options.layer)
    lane = Lane()
    with lane.locked("destroy-" + layer):
        lane.require_running()
        lane.start()
        deployment.destroy(lane, layer)
    return 0
