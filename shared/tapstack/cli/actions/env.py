"""Tells a shell how `pulumi` typed by hand works on the lane."""

import shlex

from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS


def env() -> int:
    """Print `export` lines for a shell; nothing else goes to stdout."""
    lane = Lane()
    lane.write_files(lane.require_running().url)
    stacks = [lane.stack(layer) for layer in LAYERS]
    if missing := [stack for stack in stacks if not stack.exists()]:
        with lane.locked("env"):
            for stack in missing:
                stack.init()
    for name, value in lane.settings().items():
        print(f"export {name}={shlex.quote(value)}")
    print(f'export PATH={shlex.quote(":".join(lane.path()))}:"$PATH"')
    return 0
