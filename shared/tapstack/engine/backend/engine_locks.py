"""The engine's own locks on stacks, in backends in folders and buckets: whose they are, and whether those still work.

The engine keeps an object for each run that changes a stack, with who runs it, and removes it when the run has ended. A
run that was killed leaves it there.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from tapstack.engine.backend.attributes import objects
from tapstack.engine.backend.keys import engine_locks_prefix
from tapstack.engine.backend.store import Store
from tapstack.engine.holder import has_ended


@dataclass(frozen=True)
class EngineLock:
    """One run of the engine that changes a stack, or did when it was killed.

    Attributes:
        user: whose it is.
        host: the machine.
        pid: the engine's process there.
        since: when it took the lock, in ISO 8601.
    """

    user: str
    host: str
    pid: int
    since: str

    @property
    def is_gone(self) -> bool:
        """Whether the run is known to have ended: it was on this machine, and its process is no engine any more."""
        return has_ended(self.host, self.pid, is_another=_is_another)

    def __str__(self) -> str:
        """Say whose it is: `ada@laptop (pid 12) since 2026-01-02T03:04:05Z`."""
        return f"{self.user}@{self.host} (pid {self.pid}) since {self.since}"


def engine_locks(store: Store, layer: str, stack: str) -> list[EngineLock]:
    """List the engine's locks on a layer's stack; more than one where they came at the same moment.

    Raises:
        StoreError: the backend's objects cannot be listed or read.
    """
    # One that is not in its place yet holds the engine up as well: to it, whatever is there is a lock.
    keys = objects(store.versions(engine_locks_prefix(layer, stack)))
    contents = map(store.read, keys)
    return [_parsed(content) for content in contents if content is not None]


def _parsed(content: bytes) -> EngineLock:
    try:
        told = json.loads(content)
        return EngineLock(told["username"], told["hostname"], int(told["pid"]), told["timestamp"])
    except (ValueError, TypeError, LookupError):
        return EngineLock("somebody", "some machine", 0, "an unknown time")


def _is_another(pid: int) -> bool:
    """Tell whether a process is known to be none of the engine's: its number was given again, or it waits to be reaped.

    Where there is no /proc, none is known to be.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    name, _, rest = status.partition("(")[2].rpartition(")")
    return not name.startswith("pulumi") or rest.split()[0] == "Z"
