"""The engine's process: in a session of its own, and ended in good order whatever becomes of the command."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

# After a Ctrl-C the engine finishes what is under way and writes the state.
_WIND_UP_SECONDS: Final = 60.0
# The shell has the lane's lock for its stdin and waits. The engine does not get it: should it be killed, the plugins it
# leaves behind would hold on to it for minutes.
_RUN_LOCKED: Final = 'trap : INT; pulumi "$@" </dev/null; exit $?'


@contextmanager
def engine_process(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    lock: int | None,
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the engine in a session of its own: a Ctrl-C reaches it once, from here, and it ends in good order.

    Args:
        arguments: the action and its options.
        folder: the project's folder.
        environment: the engine's whole environment.
        lock: a lane's lock, for the engine's shell to hold too; None where no lane is locked.
        stdout: where it prints.
        stderr: where it prints its errors.
    """
    process = None
    try:
        process = subprocess.Popen(
            ["sh", "-c", _RUN_LOCKED, "sh", *arguments],
            cwd=folder,
            # The engine's event log is one of its debugging commands.
            env={**environment, "PULUMI_DEBUG_COMMANDS": "true"},
            stdin=subprocess.DEVNULL if lock is None else lock,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        yield process
    finally:
        if process:
            _wind_up(process)


def _wind_up(process: "subprocess.Popen[bytes]") -> None:
    """End an engine that still runs, and what one that was killed has left."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(_WIND_UP_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    # Plugins are in process groups of their own, and wait for minutes for an engine that is gone. Where there is no
    # /proc, that is what they do.
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getsid(int(entry.name)) == process.pid:
                os.kill(int(entry.name), signal.SIGKILL)
