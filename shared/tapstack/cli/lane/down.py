"""Destroy the four layers in reverse order, stop what runs, and take away what the lane has written."""

import argparse

from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.lane import deployment
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--force", action="store_true", help="drop the lane as it is, without destroying the layers")


def run(options: argparse.Namespace) -> int:
    """Take the lane down."""
    lane = Lane()
    if not lane.folder.exists():
        say(f"nothing is up in {lane.folder}")
        return 0
    with lane.locked("down"):
        if not options.force and lane.emulator.running() and lane.is_up:
            lane.start()
            for layer in reversed(LAYERS):
                _destroy(lane, layer)
        lane.remove()
    say(f"the lane in {lane.folder} is down: nothing runs, nothing is left")
    return 0


def _destroy(lane: Lane, layer: str) -> None:
    try:
        deployment.destroy(lane, layer)
    except UserError as error:
        raise UserError(f"{error}. To drop the lane as it is: nox -s down -- --force") from error
