"""One layer's stack in a lane: the engine's commands on it, and what its state says."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tapstack.layers import project_name
from tapstack_local.errors import LaneError
from tapstack_local.events import EventLog, Operation, Report
from tapstack_local.stack_config import STACK

_POLL_SECONDS: Final = 0.1
# After a Ctrl-C the engine finishes what is under way and writes the state.
_WIND_UP_SECONDS: Final = 60.0
# The shell has the lane's lock for its stdin and waits. The engine does not get it: should it be killed, the plugins it
# leaves behind would hold on to it for minutes.
_RUN_LOCKED: Final = 'trap : INT; pulumi "$@" </dev/null; exit $?'

Listener = Callable[[Operation, Report], None]


class EngineError(LaneError):
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


@dataclass(frozen=True, slots=True)
class LayerStack:
    """The stack `local` of one layer in one lane.

    Attributes:
        layer: the layer.
        folder: its project's folder.
        state: the lane's state backend.
        logs: where the engine's output and event log go.
        environment: the engine's whole environment.
        lock: the lane's lock, for the engine to hold too: the lane is busy until the engine has ended, whatever became
            of the command; None where the lane is not locked.
    """

    layer: str
    folder: Path
    state: Path
    logs: Path
    environment: Mapping[str, str]
    lock: int | None = None

    def up(self, *options: str, listener: Listener | None = None) -> Report:
        """Deploy the layer without a preview before it; `options` are handed to `pulumi up`.

        Raises:
            EngineError: the deployment failed; what was made by then is in the state.
        """
        self.init()
        return self._run("up", "--skip-preview", "--yes", *options, listener=listener)

    def preview(self, *options: str, listener: Listener | None = None) -> Report:
        """Tell what `up` would do.

        Raises:
            EngineError: the program or a provider refused.
        """
        self.init()
        return self._run("preview", *options, listener=listener)

    def refresh(self, *options: str, listener: Listener | None = None) -> Report:
        """Bring the state in line with what the emulator has.

        Raises:
            EngineError: a provider could not read a resource.
        """
        return self._run("refresh", "--skip-preview", "--yes", *options, listener=listener)

    def destroy(self, *options: str, listener: Listener | None = None) -> Report:
        """Delete the layer's resources; the stack stays, empty.

        Raises:
            EngineError: a resource was not deleted; it is still in the state.
        """
        return self._run("destroy", "--skip-preview", "--yes", *options, listener=listener)

    def init(self) -> None:
        """Make the stack where it is not there yet."""
        if not self.exists():
            self.command("stack", "init", STACK)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Read the stack's outputs; a secret is the text `[secret]` unless asked for.

        Raises:
            LaneError: there is no such stack.
        """
        if not self.exists():
            raise LaneError(f"layer {self.layer!r} has no stack in this lane; run: nox -s up-{self.layer}")
        options = ("--show-secrets",) if show_secrets else ()
        outputs: dict[str, Any] = json.loads(self.command("stack", "output", "--json", *options))
        return outputs

    def exists(self) -> bool:
        """Tell whether there is a stack, empty or not."""
        return self._file.exists()

    def resources(self) -> list[str]:
        """List the URNs of the resources in the state, the stack's own and providers left out."""
        return [item["urn"] for item in self._latest().get("resources") or () if item["custom"] and _is_made(item)]

    def pending(self) -> list[str]:
        """List the URNs of the operations whose end the engine has not seen."""
        return [item["resource"]["urn"] for item in self._latest().get("pending_operations") or ()]

    def is_locked(self) -> bool:
        """Tell whether a run has left its lock in the state backend."""
        folder = self.state / ".pulumi" / "locks" / "organization" / project_name(self.layer) / STACK
        return any(folder.glob("*.json"))

    def unlock(self) -> None:
        """Take away the lock of a run that has ended without doing so."""
        self.command("cancel", "--yes", "--stack", STACK)

    def command(self, *arguments: str) -> str:
        """Run another of the engine's commands in the project's folder and return what it prints.

        Raises:
            LaneError: it failed; the message is the engine's.
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
            raise LaneError(f"{self.layer}: {'; '.join(_error_lines(done.stderr)) or done.stdout.strip()}")
        return done.stdout

    @property
    def _file(self) -> Path:
        return self.state / ".pulumi" / "stacks" / project_name(self.layer) / f"{STACK}.json"

    def _latest(self) -> dict[str, Any]:
        if not self.exists():
            return {}
        checkpoint = json.loads(self._file.read_text(encoding="utf-8"))["checkpoint"]
        return checkpoint.get("latest") or {}

    def _run(self, action: str, *options: str, listener: Listener | None) -> Report:
        self.logs.mkdir(parents=True, exist_ok=True)
        output = self.logs / f"{self.layer}-{action}.log"
        events = self.logs / f"{self.layer}-{action}.events.jsonl"
        events.unlink(missing_ok=True)
        arguments = [action, "--non-interactive", "--stack", STACK, "--event-log", str(events), *options]
        log = EventLog(events)
        started = time.monotonic()
        with output.open("wb") as stream, self._engine(arguments, stream.fileno()) as process:
            running = True
            while running:
                running = process.poll() is None
                for operation in log.follow():
                    if listener:
                        listener(operation, log.report)
                if running:
                    time.sleep(_POLL_SECONDS)
        log.report.seconds = time.monotonic() - started
        if process.returncode:
            if not log.report.errors:
                log.report.errors.extend(_error_lines(output.read_text(encoding="utf-8", errors="replace")))
            raise EngineError(self.layer, log.report, process.returncode, output)
        return log.report

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


def _is_made(item: Mapping[str, Any]) -> bool:
    return not item["type"].startswith("pulumi:")


def _error_lines(text: str) -> list[str]:
    return [line.removeprefix("error: ").strip() for line in text.splitlines() if line.startswith("error: ")]
