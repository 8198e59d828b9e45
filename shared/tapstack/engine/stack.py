"""One layer's stack on any backend: the engine's commands on it, and what its state says."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.engine.events import EventLog, Operation, Report
from tapstack.engine.run_log import run_log

_POLL_SECONDS: Final = 0.1
# After a Ctrl-C the engine finishes what is under way and writes the state.
_WIND_UP_SECONDS: Final = 60.0
# The shell has the lane's lock for its stdin and waits. The engine does not get it: should it be killed, the plugins it
# leaves behind would hold on to it for minutes.
_RUN_LOCKED: Final = 'trap : INT; pulumi "$@" </dev/null; exit $?'
_NO_STACK: Final = "no stack named"
_LOCKED: Final = "the stack is currently locked"

Listener = Callable[[Operation, Report], None]


class NoStackError(UserError):
    """The backend has no such stack."""


class EngineError(UserError):
    """The engine ended with an error; the message is the first one it reported.

    Attributes:
        layer: whose stack it was.
        report: what the engine did before and after.
    """

    def __init__(self, layer: str, report: Report, status: int, log: Path) -> None:
        first, *others = report.errors or [f"the engine ended with status {status} and gave no reason; see {log}"]
        more = f" (and {len(others)} more in {log})" if others else ""
        super().__init__(f"{layer}: {first}{more}")
        self.layer = layer
        self.report = report


@dataclass(frozen=True, kw_only=True)
class LayerStack:
    """The stack of one layer in one environment.

    Attributes:
        layer: the layer.
        name: the stack's name.
        folder: its project's folder.
        logs: where the engine's output and event log go, in a folder for each run.
        environment: the engine's whole environment.
        lock: a lane's lock, for the engine to hold too: the lane is busy until the engine has ended, whatever became
            of the command; None where no lane is locked.
        stop: once it is set, an engine at work is told to end in good order.
    """

    layer: str
    name: str
    folder: Path
    logs: Path
    environment: Mapping[str, str]
    lock: int | None = None
    stop: threading.Event = field(default_factory=threading.Event, compare=False)

    def up(self, *options: str, listener: Listener | None = None) -> Report:
        """Deploy the layer without a preview before it; `options` are handed to `pulumi up`.

        Raises:
            EngineError: the deployment failed; what was made by then is in the state.
        """
        return self._run("up", "--skip-preview", "--yes", *options, listener=listener)

    def preview(self, *options: str, listener: Listener | None = None) -> Report:
        """Tell what `up` would do.

        Raises:
            EngineError: the program or a provider refused.
        """
        return self._run("preview", *options, listener=listener)

    def refresh(self, *options: str, listener: Listener | None = None) -> Report:
        """Bring the state in line with what the emulator has.

        Raises:
            EngineError: a provider could not read a resource.
        """
        return self._run("refresh", "--skip-preview", "--yes", *options, listener=listener)

    def compare(self, *options: str, listener: Listener | None = None) -> Report:
        """Tell how the cloud differs from the state, and change neither.

        Raises:
            EngineError: a provider could not read a resource.
        """
        return self._run("refresh", "--preview-only", *options, listener=listener)

    def destroy(self, *options: str, listener: Listener | None = None) -> Report:
        """Delete the layer's resources; the stack stays, empty.

        Raises:
            EngineError: a resource was not deleted; it is still in the state.
        """
        return self._run("destroy", "--skip-preview", "--yes", *options, listener=listener)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Read the stack's outputs; a secret is the text `[secret]` unless asked for.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        options = ("--show-secrets",) if show_secrets else ()
        outputs: dict[str, Any] = json.loads(self.command("stack", "output", "--json", "--stack", self.name, *options))
        return outputs

    def exists(self) -> bool:
        """Tell whether there is a stack, empty or not.

        Raises:
            UserError: the backend cannot be read.
        """
        try:
            self.deployment()
        except NoStackError:
            return False
        return True

    def deployment(self) -> dict[str, Any]:
        """Read the state, secrets encrypted: `resources` with their inputs, outputs and dependencies, and more.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        exported = json.loads(self.command("stack", "export", "--stack", self.name))
        return exported["deployment"] or {}

    def resources(self) -> list[str]:
        """List the URNs of the resources in the state, the stack's own and providers left out.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        return [item["urn"] for item in self.deployment().get("resources") or () if is_made(item)]

    def pending(self) -> list[str]:
        """List the URNs of the operations whose end the engine has not seen.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        return [item["resource"]["urn"] for item in self.deployment().get("pending_operations") or ()]

    def command(self, *arguments: str) -> str:
        """Run another of the engine's commands in the project's folder and return what it prints.

        Raises:
            UserError: it failed; the message is the engine's.
        """
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise self._failure("; ".join(_error_lines(done.stderr)) or done.stdout.strip())
        return done.stdout

    def _failure(self, message: str) -> UserError:
        if _NO_STACK in message:
            return NoStackError(
                f"{self.layer}: there is no stack {self.name!r}; correct the name, or make it: "
                f"(cd projects/{self.layer} && pulumi stack init {self.name})"
            )
        if self.is_unreachable:
            return UserError(
                f"{self.layer}: the state backend of stack {self.name!r} cannot be read: {message}; set "
                "PULUMI_BACKEND_URL, or run `pulumi login <url>`, and see that its credentials are in this shell"
            )
        return UserError(f"{self.layer}: {message}")

    @cached_property
    def is_unreachable(self) -> bool:
        """Whether the backend does not even answer which stacks it has; asked once."""
        done = subprocess.run(
            ["pulumi", "stack", "ls", "--json", "--non-interactive"],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            check=False,
        )
        return done.returncode != 0

    def _run(self, action: str, *options: str, listener: Listener | None) -> Report:
        started = time.monotonic()
        with run_log(self.logs, f"{self.layer}-{action}") as files:
            log = EventLog(files.events)
            arguments = [action, "--non-interactive", "--stack", self.name, "--event-log", str(files.events), *options]
            with self._engine(arguments, files.stream.fileno()) as process:
                running = True
                while running:
                    running = process.poll() is None
                    for operation in log.follow():
                        if listener:
                            listener(operation, log.report)
                    if running and self.stop.wait(_POLL_SECONDS):
                        raise KeyboardInterrupt
        log.report.seconds = time.monotonic() - started
        if process.returncode:
            if not log.report.errors:
                log.report.errors.extend(_error_lines(files.output.read_text(encoding="utf-8", errors="replace")))
            raise self._engine_failure(log.report, process.returncode, files.output)
        if not log.is_whole:
            missing = "the engine ended well, but its event log has no summary, and does not tell all it did"
            log.report.errors.insert(0, f"{missing}; see {files.events}")
            raise EngineError(self.layer, log.report, process.returncode, files.output)
        return log.report

    def _engine_failure(self, report: Report, status: int, output: Path) -> UserError:
        first = report.errors[0] if report.errors else ""
        if _NO_STACK in first or (first and not report.started and self.is_unreachable):
            return self._failure(first)
        if _LOCKED in first:
            holder = next(
                (line for line in output.read_text("utf-8", "replace").splitlines() if "created by" in line), ""
            )
            held = f"another update holds the lock of stack {self.name!r}{_lock_holder(holder)}"
            cancel = f"(cd projects/{self.layer} && pulumi cancel --stack {self.name})"
            report.errors[:] = [f"{held}; wait until it has ended. If its process is gone: {cancel}"]
        return EngineError(self.layer, report, status, output)

    @contextmanager
    def _engine(self, arguments: Sequence[str], output: int) -> Iterator[subprocess.Popen[bytes]]:
        """Run the engine in a session of its own: a Ctrl-C reaches it once, from here, and it ends in good order."""
        process = None
        try:
            process = subprocess.Popen(
                ["sh", "-c", _RUN_LOCKED, "sh", *arguments],
                cwd=self.folder,
                # The engine's event log is one of its debugging commands.
                env={**self.environment, "PULUMI_DEBUG_COMMANDS": "true"},
                stdin=subprocess.DEVNULL if self.lock is None else self.lock,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            yield process
        finally:
            if process:
                _wind_up(process)


def _wind_up(process: subprocess.Popen[bytes]) -> None:
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


def is_made(item: Mapping[str, Any]) -> bool:
    """Tell whether a resource of a state is one of a cloud's, and not of the engine's own."""
    return bool(item["custom"]) and not item["type"].startswith("pulumi:")


def _lock_holder(line: str) -> str:
    """Take `, created by user@host (pid 1) at …` from the engine's remark on a lock."""
    _, found, holder = line.partition("created by ")
    return f", taken by {holder}" if found else ""


def _error_lines(text: str) -> list[str]:
    return [line.removeprefix("error: ").strip() for line in text.splitlines() if line.startswith("error: ")]
