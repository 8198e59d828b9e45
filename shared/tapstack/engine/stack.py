"""One layer's stack on any backend: the engine's commands on it, and what its state says."""

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tapstack.engine.events import EventLog, Operation, Report
from tapstack.engine.failures import EngineError, NoStackError, error_lines, failure, run_failure
from tapstack.engine.process import engine_process
from tapstack.engine.rewrites import read_writes
from tapstack.engine.run_log import RunLog, run_log
from tapstack.program import expansion, previewed

_POLL_SECONDS: Final = 0.1
_PREVIEW: Final = "preview"
_TELLING_ALL: Final = ("--json", "--show-sames", "--save-plan")

Listener = Callable[[Operation, Report], None]


@dataclass(frozen=True, kw_only=True)
class LayerStack:
    """The stack of one layer in one environment.

    Attributes:
        layer: the layer.
        name: the stack's name.
        folder: its project's folder.
        logs: where the engine's output and event log go, in a folder for each run.
        environment: the engine's whole environment.
        policies: the folder of a policy pack that judges what is previewed and deployed; None where there is none.
        lock: a lane's lock, for the engine to hold too: the lane is busy until the engine has ended, whatever became
            of the command; None where no lane is locked.
        stop: once it is set, an engine at work is told to end in good order.
    """

    layer: str
    name: str
    folder: Path
    logs: Path
    environment: Mapping[str, str]
    policies: Path | None = None
    lock: int | None = None
    stop: threading.Event = field(default_factory=threading.Event, compare=False)

    def up(self, *options: str, listener: Listener | None = None) -> Report:
        """Deploy the layer without a preview before it; `options` are handed to `pulumi up`.

        Raises:
            EngineError: the deployment failed, or broke a mandatory policy; what was made by then is in the state.
        """
        return self._run("up", "--skip-preview", "--yes", *self._judged(), *options, listener=listener)

    def expand(self, *options: str, listener: Listener | None = None) -> Report:
        """Deploy the layer, and delete nothing that could go afterwards.

        What is replaced stays beside its replacement, as a pending deletion of the state; what is taken out stays as it
        is. The next `up` deletes both. Only what has to go before its replacement can be made is deleted.

        Raises:
            EngineError: the deployment failed, or broke a mandatory policy; what was made by then is in the state.
        """
        expanding = replace(self, environment={**self.environment, expansion.VARIABLE: "true"})
        options = ("--skip-preview", "--yes", *self._judged(), *options)
        return expanding._run("up", *options, listener=listener, ending=expansion.ENDING)

    def preview(self, *options: str, tells_secrets: bool = False, listener: Listener | None = None) -> Report:
        """Tell what `up` would do, and what it would write to the state alone.

        Args:
            options: handed to `pulumi preview`.
            tells_secrets: whether the report's `plan` has secrets that would be written in the clear.
            listener: hears of operations.

        Raises:
            EngineError: the program or a provider refused, or a mandatory policy is broken.
        """
        secrets = ("--show-secrets",) if tells_secrets else ()
        return self._run(_PREVIEW, *self._judged(), *secrets, *options, listener=listener)

    def preview_after(self, upstream: Mapping[str, previewed.Previewed]) -> Report:
        """Tell what `up` would do once layers before it export something else than they do now.

        Args:
            upstream: layer to what it would export.

        Raises:
            EngineError: as for `preview`.
        """
        with tempfile.NamedTemporaryFile(prefix="tapstack-previewed-") as file:  # which its owner alone may read
            previewed.write(Path(file.name), upstream)
            told = {**self.environment, previewed.VARIABLE: file.name}
            return replace(self, environment=told).preview()

    def refresh(self, *options: str, listener: Listener | None = None) -> Report:
        """Bring the state in line with what the emulator has.

        Raises:
            EngineError: a provider could not read a resource.
        """
        return self._run("refresh", "--skip-preview", "--yes", *options, listener=listener)

    def compare(self, *options: str, listener: Listener | None = None) -> Report:
        """Tell how the cloud differs from the state, and change neither: the report's `readings`.

        A preview takes no lock of the stack; the engine's `refresh --preview-only` takes and writes one, which a role
        that only looks may not. What the program would change after such a refresh is in the report too.

        Raises:
            EngineError: a provider could not read a resource, or the program refused.
        """
        return self._run("preview", "--refresh", *options, listener=listener)

    def preview_destroy(self, *options: str, listener: Listener | None = None) -> Report:
        """Tell what `destroy` would do.

        Raises:
            EngineError: a resource is protected, or a provider refused.
        """
        return self._run("destroy", "--preview-only", *options, listener=listener)

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
        return self.export()["deployment"] or {}

    def made(self) -> list[dict[str, Any]]:
        """List the resources in the state as it has them, the stack's own and providers left out.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        return [item for item in self.deployment().get("resources") or () if is_made(item)]

    def resources(self) -> list[str]:
        """List the URNs of the resources in the state, the stack's own and providers left out.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        return [item["urn"] for item in self.made()]

    def pending(self) -> list[str]:
        """List the URNs of the operations whose end the engine has not seen.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        return [item["resource"]["urn"] for item in self.deployment().get("pending_operations") or ()]

    def export(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Read the state as `take_in` takes it back; secrets are encrypted unless asked for.

        Raises:
            NoStackError: there is no such stack.
            UserError: the backend cannot be read.
        """
        options = ("--show-secrets",) if show_secrets else ()
        exported: dict[str, Any] = json.loads(self.command("stack", "export", "--stack", self.name, *options))
        return exported

    def take_in(self, state: Mapping[str, Any]) -> None:
        """Write the state; the engine drops what it has of pending operations.

        Raises:
            UserError: the engine does not take it, or the backend cannot be written.
        """
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            self.command("stack", "import", "--stack", self.name, "--file", file.name)

    def unlock(self) -> None:
        """Take away the lock of a run that has ended without doing so.

        Raises:
            UserError: the backend cannot be written.
        """
        self.command("cancel", "--yes", "--stack", self.name)

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
            raise failure(self, "; ".join(error_lines(done.stderr)) or done.stdout.strip())
        return done.stdout

    def _judged(self) -> tuple[str, ...]:
        """The options that have what is done judged by the policy pack."""
        return ("--policy-pack", str(self.policies)) if self.policies else ()

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

    def _run(self, action: str, *options: str, listener: Listener | None, ending: str = "") -> Report:
        """Run the engine; a program that was to end with an error of its own, and did with no other, ended well."""
        started = time.monotonic()
        previews, missing = action == _PREVIEW, ""
        with run_log(self.logs, f"{self.layer}-{action}") as files, files.digest.open("wb") as digest:
            log = EventLog(files.events)
            arguments = [action, "--non-interactive", "--stack", self.name, "--event-log", str(files.events), *options]
            with engine_process(
                [*arguments, *_TELLING_ALL, str(files.plan)] if previews else arguments,
                folder=self.folder,
                environment=self.environment,
                lock=self.lock,
                stdout=digest if previews else files.stream,
                stderr=files.stream,
            ) as process:
                self._follow(process, log, listener)
            if previews:
                missing = self._take_writes(log.report, files, process.returncode)
        log.report.seconds = time.monotonic() - started
        if process.returncode and not _ended_as_meant(log.report, ending):
            if not log.report.errors:
                log.report.errors.extend(error_lines(files.output.read_text(encoding="utf-8", errors="replace")))
            raise run_failure(self, log.report, process.returncode, files.output)
        if not log.is_whole:
            missing = "its event log has no summary"
        if missing:
            told = f"the engine ended well, but {missing}, and does not tell all it did; see {files.events}"
            log.report.errors.insert(0, told)
            raise EngineError(self.layer, log.report, process.returncode, files.output)
        return log.report

    def _follow(self, process: subprocess.Popen[bytes], log: EventLog, listener: Listener | None) -> None:
        """Hear of each operation until the engine has ended.

        Raises:
            KeyboardInterrupt: it is to stop.
        """
        running = True
        while running:
            running = process.poll() is None
            for operation in log.follow():
                if listener:
                    listener(operation, log.report)
            if running and self.stop.wait(_POLL_SECONDS):
                raise KeyboardInterrupt

    def _take_writes(self, report: Report, files: RunLog, status: int) -> str:
        """Take what a preview would write to the state; return what is wrong with its answer, empty for nothing.

        What a preview prints is its digest, so the errors in it are kept where those of other runs are.
        """
        files.stream.write("".join(f"error: {error}\n" for error in report.errors).encode())
        files.stream.flush()
        if status:
            return ""
        try:
            report.digest, report.plan = (
                json.loads(file.read_text(encoding="utf-8")) for file in (files.digest, files.plan)
            )
            report.writes = read_writes(report.digest, report.plan)
        except ValueError:
            return "its digest is not whole"
        return ""


def _ended_as_meant(report: Report, ending: str) -> bool:
    """Tell whether a run failed with the error that its program was to end with, and no other; take it out."""
    if ending not in report.errors:
        return False
    report.errors.remove(ending)
    return not report.errors


def is_made(item: Mapping[str, Any]) -> bool:
    """Tell whether a resource of a state is one of a cloud's, and not of the engine's own."""
    return bool(item["custom"]) and not item["type"].startswith("pulumi:")
