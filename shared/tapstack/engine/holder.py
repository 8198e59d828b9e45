"""Who is at work: what a command tells of itself in the locks that it takes, for others to read."""

import getpass
import json
import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Self


@dataclass(frozen=True)
class Holder:
    """One run of a command.

    Attributes:
        command: its verb.
        user: whose it is.
        host: the machine.
        pid: the process there.
        since: when it took the lock, in ISO 8601, UTC.
        run: tells it from every other run.
    """

    command: str
    user: str
    host: str
    pid: int
    since: str
    run: str

    @classmethod
    def of(cls, command: str) -> Self:
        """Describe this process at work on a command."""
        since = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(command, _user(), socket.gethostname(), os.getpid(), since, uuid.uuid4().hex)

    @classmethod
    def parse(cls, content: bytes) -> Self | None:
        """Take one from a lock; None where it does not say."""
        try:
            holder = cls(**json.loads(content))
        except (ValueError, TypeError):
            return None
        return holder if isinstance(holder.pid, int) else None

    def content(self) -> bytes:
        """Write it into a lock."""
        return json.dumps(asdict(self)).encode()

    @property
    def is_gone(self) -> bool:
        """Whether it is known to have ended: it was on this machine, and there is no such process."""
        return has_ended(self.host, self.pid)

    def __str__(self) -> str:
        """Say who it is: `` `up` (pid 12, ada@laptop, since 2026-01-02T03:04:05+00:00)``."""
        return f"`{self.command}` (pid {self.pid}, {self.user}@{self.host}, since {self.since})"


def has_ended(host: str, pid: int, *, is_another: Callable[[int], bool] = lambda _: False) -> bool:
    """Tell whether a process is known to have ended; of another machine's nothing is known.

    Args:
        host: the machine it was on.
        pid: its number there.
        is_another: tells whether the process of that number is known to be another one now.
    """
    if host != socket.gethostname():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return is_another(pid)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in containers
        return f"{os.getuid()}"
