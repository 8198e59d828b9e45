"""Where an emulator keeps its files: the unpacked package of every Lambda worker, a thousand small files each.

In memory where the machine has room there: on a disk, unpacking a package takes as long as starting the function, and
a minute goes by until those of fifty workers are removed.

Memory is scarcer than a disk. What an emulator that was killed has left there stays until its lane is started or taken
down; where that never happens, the next lane of the same user that starts an emulator takes it away.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from tapstack.engine.cache import cache_folder
from tapstack.engine.locks import locked

# A file system in memory that every Linux has; elsewhere the lane's own folder does.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder below it is the user's alone
_ROOM: Final = 2**30


def scratch_folder(lane: Path) -> Path:
    """Choose the folder of a lane's emulator."""
    return _in_memory(lane) if _has_room(_MEMORY) else lane / "tmp"


@contextmanager
def new_scratch(lane: Path) -> Iterator[Path]:
    """Make the folder of a lane's emulator, empty, whatever an earlier one has left; start it within the block.

    Folders in memory that no process uses go first.
    """
    # Between a folder's making and its emulator's start nobody uses it.
    with locked(cache_folder() / "emulator" / "scratch.lock"):
        _remove_unused()
        remove_scratch(lane)
        folder = scratch_folder(lane)
        folder.mkdir(mode=0o700, parents=True)
        yield folder


def remove_scratch(lane: Path) -> None:
    """Take away what an emulator of the lane has left, in either place."""
    for folder in (_in_memory(lane), lane / "tmp"):
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory(lane: Path) -> Path:
    name = sha256(os.fsencode(lane.absolute())).hexdigest()[:16]
    return _MEMORY / f"{_prefix()}{name}"


def _prefix() -> str:
    return f"tapstack-{os.getuid()}-"


def _remove_unused() -> None:
    left = [folder for folder in _MEMORY.glob(f"{_prefix()}*") if folder.is_dir() and not folder.is_symlink()]
    if left:
        told = _told_of_processes()
        for folder in left:
            if os.fsencode(folder) not in told:
                shutil.rmtree(folder, ignore_errors=True)


def _told_of_processes() -> bytes:
    """Give the variables, arguments and mapped files of the processes on this machine, as far as the user may.

    An emulator has its folder among its variables; a worker that outlives it runs, or has loaded, code from there.
    """
    told = b""
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("environ", "cmdline", "maps"):
            try:
                told += (process / name).read_bytes()
            except OSError:  # it has ended, or is somebody else's
                continue
    return told


def _has_room(memory: Path) -> bool:
    """Tell whether there is such a place, with room in it, and whether libraries may be loaded from it."""
    try:
        status = os.statvfs(memory)
    except OSError:
        return False
    free = status.f_bavail * status.f_frsize
    return os.access(memory, os.W_OK) and not status.f_flag & os.ST_NOEXEC and free >= _ROOM
