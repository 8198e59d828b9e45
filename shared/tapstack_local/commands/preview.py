"""Tell what a deployment of one layer would change."""

import argparse

from tapstack_local import deployment
from tapstack_local.commands.arguments import add_layer, layer_named
from tapstack_local.lane import Lane


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_layer(parser)


def run(options: argparse.Namespace) -> int:
    """Preview the layer."""
    layer = layer_named(options.layer)
    lane = Lane()
    with lane.locked("preview-" + layer):
        lane.start()
        deployment.preview(lane, layer)
    return 0
