"""Where an emulator keeps its files: the unpacked package of every Lambda worker, a thousand small files each.

In memory where the machine has room there: on a disk, unpacking a package takes as long as starting the function, and
a minute goes by until those of fifty workers are removed.
"""

import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Final

# A file system in memory that every Linux has; elsewhere the lane's own folder does.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder below it is the user's alone
_ROOM: Final = 2**30


def scratch_folder(lane: Path) -> Path:
    """Choose the folder of a lane's emulator."""
    return _in_memory(lane) if _has_room(_MEMORY) else lane / "tmp"


def make_scratch(lane: Path) -> Path:
    """Make the folder of a lane's emulator, empty, whatever an earlier one has left."""
    remove_scratch(lane)
    folder = scratch_folder(lane)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def remove_scratch(lane: Path) -> None:
    """Take away what an emulator of the lane has left, in either place."""
    for folder in (_in_memory(lane), lane / "tmp"):
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory(lane: Path) -> Path:
    name = sha256(os.fsencode(lane.absolute())).hexdigest()[:16]
    return _MEMORY / f"tapstack-{os.getuid()}-{name}"


def _has_room(memory: Path) -> bool:
    """Tell whether there is such a place, with room in it, and whether libraries may be loaded from it."""
    try:
        status = os.statvfs(memory)
    except OSError:
        return False
    free = status.f_bavail * status.f_frsize
    return os.access(memory, os.W_OK) and not status.f_flag & os.ST_NOEXEC and free >= _ROOM
