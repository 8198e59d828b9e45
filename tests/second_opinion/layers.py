"""The four layers on moto: up, planned, looked at for drift, and down."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from second_opinion.moto import Moto
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.console.hints import LANE
from tapstack.engine.events import Report
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import copy_projects
from tapstack.layers import LAYERS

Say = Callable[[str], None]
# What an engine's run reports although nothing is changed.
_LOOKS = frozenset({"same", "read", "refresh"})


@contextmanager
def lane_on_moto(folder: Path) -> Iterator[Lane]:
    """Make a lane whose AWS is moto, of the checkout's projects copied into an empty folder."""
    copy_projects(folder)
    lane = Lane(folder / "lane", folder)
    lane.emulator = Moto(lane.folder)
    try:
        lane.start(real_provider=False)
        yield lane
    finally:
        lane.remove()


def faults(lane: Lane, say: Say) -> Iterator[str]:
    """Take the layers up and down, and tell what is not as it is on the lane.

    Raises:
        EngineError: a layer does not go up, or does not go down.
    """
    for layer in LAYERS:
        made = lane.stack(layer).up()
        say(f"{layer}: {len(_changes(made))} resources up")
    for layer in LAYERS:
        again = lane.stack(layer).preview()
        yield from (f"{layer}: a second up would {change}" for change in _changes(again))
    with patch.object(environments, "environment_named", lambda _: LaneEnvironment(lane)):
        if (status := main(["--stack", LANE, "drift"])) != 0:
            yield f"drift ends with status {status}, where nobody has changed anything"
    for layer in reversed(LAYERS):
        lane.stack(layer).destroy()
        yield from (f"{layer}: still there: {left}" for left in lane.stack(layer).resources())
    say("nothing to do, no drift, all down")


def _changes(report: Report) -> list[str]:
    return [f"{change.op} {change.urn.rpartition('::')[2]}" for change in report.started if change.op not in _LOOKS]
