"""File locks: one process at a time for a lane, a cache entry or a background process."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Who asks whether a lock is held (`is_held`) holds it for an instant.
_PROBE_SECONDS: Final = 0.2


class LockTakenError(Exception):
    """Another process holds the lock.

    Attributes:
        holder: what that process wrote into the lock file when it took the lock, perhaps empty.
    """

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is locked by {holder or 'another process'}")
        self.holder = holder


def acquire(path: Path, *, blocking: bool, holder: str = "") -> int:
    """Take the exclusive lock on a file and return its descriptor; closing the descriptor gives the lock back.

    Args:
        path: the lock file; it and its folder are made when missing.
        blocking: wait for the lock, or fail at once.
        holder: a few words on who holds it, for the error message of the others.

    Raises:
        LockTakenError: not blocking, and another process holds it.
    """
    deadline = time.monotonic() + _PROBE_SECONDS
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except BlockingIOError:
            current = os.pread(descriptor, 1024, 0).decode("utf-8", "replace")
            os.close(descriptor)
            if time.monotonic() < deadline:
                time.sleep(0.01)
                continue
            raise LockTakenError(path, current) from None
        # `down` deletes the folder with the lock in it: a lock on a deleted file excludes nobody.
        if _is_still_there(descriptor, path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, holder.encode(), 0)
            return descriptor
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, blocking: bool = True, holder: str = "") -> Iterator[None]:
    """Hold the exclusive lock on a file for the length of a `with` block.

    Raises:
        LockTakenError: not blocking, and another process holds it.
    """
    descriptor = acquire(path, blocking=blocking, holder=holder)
    try:
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Tell whether a process holds the lock on a file right now."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def held_by(path: Path) -> str | None:
    """Tell who holds the lock on a file right now, in the words of that process; None where nobody does."""
    if not is_held(path):
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace") or "another process"
    except FileNotFoundError:
        return None


def _is_still_there(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
