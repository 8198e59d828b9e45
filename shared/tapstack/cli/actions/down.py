"""Destroys the layers in reverse order, stops what runs, and takes away what the lane has written."""

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.deploy.deployment import destroy_waves
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.layers import waves


def down(*, force: bool) -> int:
    """Take the lane down; with `force` without destroying its layers."""
    lane = Lane()
    if not lane.folder.exists():
        say(f"nothing is up in {lane.folder}")
        return 0
    with lane.locked("down"):
        if not force and lane.emulator.running() and lane.is_up:
            lane.start()
            try:
                destroy_waves(LaneEnvironment(lane), list(reversed(waves())))
            except UserError as error:
                raise UserError(f"{error}. To drop the lane as it is: {command('down', '--force')}") from error
        lane.remove()
    say(f"the lane in {lane.folder} is down: nothing runs, nothing is left")
    return 0
