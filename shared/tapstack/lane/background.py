"""Processes that outlive the command that started them: the emulator and the webhook receiver."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

from tapstack.engine.locks import acquire, is_held
from tapstack.engine.loopback import without_proxy

_STOP_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Running:
    """A background process that is alive.

    Attributes:
        pid: its process id, which is also its process group's.
        url: where it answers.
        started: epoch seconds; together with the pid it tells one life of the process from the next.
    """

    pid: int
    url: str
    started: float


class BackgroundProcess:
    """One named process of a lane, with its log, its lock and what is known about it in the lane's folder.

    The process inherits the lock's descriptor, so the lock is held exactly as long as it lives: a pid that another
    program has been given since cannot be mistaken for it, not even after a reboot.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Describe the process; nothing is started.

        Args:
            folder: the lane's folder.
            name: the process's name there: `<name>.json`, `<name>.lock`, `<name>.log`.
        """
        self.name = name
        self.log = folder / f"{name}.log"
        self._lock = folder / f"{name}.lock"
        self._record = folder / f"{name}.json"

    def running(self) -> Running | None:
        """Return the live process, or None when there is none."""
        if not is_held(self._lock):
            return None
        return self.last()

    def last(self) -> Running | None:
        """Return the process that was started last, alive or not; None when there never was one."""
        try:
            return Running(**json.loads(self._record.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def start(self, command: Sequence[str | Path], url: str, environment: Mapping[str, str]) -> Running:
        """Start the process in a session of its own, so that a Ctrl-C at the terminal does not reach it.

        Args:
            command: program and arguments.
            url: where it will answer.
            environment: its whole environment.

        Raises:
            LockTakenError: it is running already.
        """
        descriptor = acquire(self._lock, blocking=False, holder=self.name)
        try:
            with self._open_log() as log:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self.log.parent,
                    env={**environment, **without_proxy(environment)},
                    start_new_session=True,
                    pass_fds=(descriptor,),
                )
        finally:
            os.close(descriptor)
        running = Running(process.pid, url, time.time())
        self._record.write_text(json.dumps(asdict(running)), encoding="utf-8")
        return running

    def stop(self) -> bool:
        """End the process and its children, first asking, then not; return whether there was one to end."""
        running = self.running()
        if running is None:
            return False
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            _signal_group(running.pid, wanted)
            deadline = time.monotonic() + _STOP_SECONDS
            while is_held(self._lock) and time.monotonic() < deadline:
                _reap(running.pid)
                time.sleep(0.02)
            if not is_held(self._lock):
                break
        # The leader is gone; what is left of its group are workers that did not notice.
        _signal_group(running.pid, signal.SIGKILL)
        _reap(running.pid)
        return True

    def _open_log(self) -> BinaryIO:
        """Open the log to write to its end; nobody but its owner may read it, as it has what functions print."""
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "ab")

    def last_log_line(self) -> str:
        """The last line of the log that is not blank, for error messages."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing in its log")


def _signal_group(group: int, wanted: signal.Signals) -> None:
    try:
        os.killpg(group, wanted)
    except (ProcessLookupError, PermissionError):
        return


def _reap(pid: int) -> None:
    """Collect the exit status when the process is a child of this one, as it is in tests."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
