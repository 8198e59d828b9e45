"""A lane: one emulator, one state backend and the projects' stacks in it, in one folder."""

import json
import os
import shlex
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.hints import command, shell_for
from tapstack.console.progress import say, step
from tapstack.engine.backend.store import FileStore
from tapstack.engine.holder import Holder
from tapstack.engine.install import Engine, find_engine
from tapstack.engine.locks import LockTakenError, acquire, held_by, locked
from tapstack.engine.loopback import without_proxy
from tapstack.engine.policies import policy_pack
from tapstack.lane import stack_config
from tapstack.lane.background import Running
from tapstack.lane.emulator import Emulator
from tapstack.lane.plugins import Plugins
from tapstack.lane.receiver import Receiver
from tapstack.lane.stack import LaneStack
from tapstack.layers import PROJECTS
from tapstack.program.shell import SHELL_VARIABLE
from tapstack.providers import SETTINGS

# Guards nothing: the secrets in a lane's state are those of the emulator in its folder.
_PASSPHRASE: Final = "tapstack-local"  # noqa: S105
_STAND_INS: Final = ("aws", "random")
# Credentials and settings of the user's that must reach neither an engine nor a function in the lane.
_NOT_INHERITED: Final = ("AWS_", "PULUMI_", "PYTHON")


class Lane:
    """One local lane; nothing is started or written until a method says so.

    Attributes:
        folder: everything the lane keeps.
        projects: the folder with the projects it deploys.
        emulator: its AWS.
        plugins: the stand-in providers of its engines.
        receiver: where its merchants' webhooks arrive.
    """

    def __init__(self, folder: Path | None = None, root: Path = CHECKOUT) -> None:
        """Describe a lane.

        Args:
            folder: its folder; None takes `TAPSTACK_LANE` from the environment, else `.tapstack/lane` below `root`.
            root: the tree whose `projects/` it deploys, with the virtual environment in `.venv`.
        """
        chosen = folder or Path(os.environ.get("TAPSTACK_LANE") or root / ".tapstack" / "lane")
        self.folder = chosen.absolute()
        self.projects = root / "projects"
        self._root = root
        self.emulator = Emulator(self.folder)
        self.plugins = Plugins(self.folder, root / SETTINGS)
        self.receiver = Receiver(self.folder)
        self._settings = self.folder / "lane.json"
        self._state = self.folder / "state"
        self._changes = self.folder / "changes.lock"
        self._lock: int | None = None

    @cached_property
    def engine(self) -> Engine:
        """The Pulumi engine.

        Raises:
            UserError: there is none to be had.
        """
        return find_engine()

    @contextmanager
    def locked(self, command: str, *, changes: bool = True) -> Iterator[None]:
        """Keep other commands from working on the lane during a `with` block.

        Args:
            command: who works on it, for others to read.
            changes: whether it may change the lane, so that those who only look at it are kept away too.

        Raises:
            UserError: one is at work, or the lane's folder cannot be written.
        """
        self._make_folder()
        holder = f"{Holder.of(command)}"
        with ExitStack() as held:
            try:
                self._lock = acquire(self.folder / "lane.lock", blocking=False, holder=holder)
                held.callback(self._unlock)
                if changes:
                    held.enter_context(locked(self._changes, blocking=False, holder=holder))
            except LockTakenError as error:
                raise self._busy(error.holder) from error
            yield

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """See that no command changes the lane during a `with` block.

        Raises:
            UserError: one does, or did meanwhile.
        """
        before = self._seen()
        yield
        if self._seen() != before:
            raise UserError(f"the lane in {self.folder} was changed while this command looked at it; run it again")

    def _seen(self) -> Mapping[str, str]:
        if holder := held_by(self._changes):
            raise self._busy(holder)
        return FileStore(self._state).versions(".pulumi/stacks/")

    def _busy(self, holder: str) -> UserError:
        return UserError(
            f"the lane in {self.folder} is busy with {holder or 'another command'}; wait until it has ended, or set "
            "TAPSTACK_LANE to the folder of a lane of your own"
        )

    def start(self, *, port: int | None = None, real_provider: bool | None = None) -> Running:
        """Make the lane ready to deploy into; what a run that was cut short has left of locks goes.

        The emulator's memory ends with its process: stacks of an emulator that has ended go with it.

        Args:
            port: the emulator's port; any free one when None.
            real_provider: deploy through the genuine AWS plugin instead of the stand-in; None keeps what the lane has.

        Raises:
            UserError: no engine, no emulator, the port is taken, the providers' settings are bad, or the lane is
                up with another provider.
        """
        self._check_owner()
        _ = self.engine  # which may take a while, and shows its own progress
        self._choose_provider(real=real_provider)
        self._make_folder()
        # It loads what it needs while the emulator and the first program do the same.
        self.plugins.start()
        try:
            running = self._start_emulator(port)
        except UserError:
            self.plugins.stop()
            raise
        self.write_files(running.url)
        return running

    def _start_emulator(self, port: int | None) -> Running:
        with step("emulator", "looking for it") as current:
            found = self.emulator.running()
            if found is None:
                self._drop_stacks("the emulator had ended")
            else:
                self._unlock_stacks()
            running = self.emulator.start(current, port)
            current.result = f"ministack at {running.url}{', found running' if found == running else ''}"
        return running

    def require_running(self) -> Running:
        """Return the emulator.

        Raises:
            UserError: the lane is not up.
        """
        if running := self.emulator.running():
            return running
        reason = "its emulator has ended" if self.emulator.log.exists() else "there is nothing in it"
        raise UserError(f"the lane in {self.folder} is not up: {reason}; run: {command('local')}")

    def write_files(self, endpoint: str) -> None:
        """Write the plugins' shims and the stacks' settings."""
        (self.folder / "pulumi-home").mkdir(parents=True, exist_ok=True)
        self._state.mkdir(exist_ok=True)
        self.plugins.write(name for name in _STAND_INS if name != "aws" or not self.has_real_provider)
        for project in PROJECTS:
            stack_config.write(self.projects, project, self.folder, endpoint)

    @property
    def has_real_provider(self) -> bool:
        """Whether the lane deploys through the genuine AWS plugin."""
        return self._settings.exists() and bool(json.loads(self._settings.read_text("utf-8"))["real_provider"])

    @property
    def is_up(self) -> bool:
        """Whether a stack of the lane has resources in it."""
        return any(self.stack(project).resources() for project in PROJECTS)

    def stack(self, layer: str, *, stop: threading.Event | None = None) -> LaneStack:
        """Return the stack of a layer, or of the bootstrap; once `stop` is set, an engine at work ends in good order.

        Raises:
            ValueError: `layer` is neither.
        """
        if layer not in PROJECTS:
            raise ValueError(f"unknown layer {layer!r}")
        return LaneStack(
            layer=layer,
            name=stack_config.STACK,
            folder=self.projects / layer,
            state=self._state,
            logs=self.folder / "logs",
            environment=self.environment(),
            policies=policy_pack(self._root),
            lock=self._lock,
            stop=stop or threading.Event(),
        )

    def environment(self) -> dict[str, str]:
        """The whole environment of an engine in this lane; nothing of the user's AWS or Pulumi settings."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        settings = self.settings()
        path = os.pathsep.join((*self.path(), os.environ.get("PATH", os.defpath)))
        return inherited | settings | {"PATH": path, SHELL_VARIABLE: shell_for(stack_config.STACK)}

    def settings(self) -> dict[str, str]:
        """The variables that point an engine at this lane."""
        plugins = {} if self.has_real_provider else {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
        return {
            **without_proxy(os.environ),
            # Attributes that a killed run leaves torn beside a state keep the engine from reading it.
            "PULUMI_BACKEND_URL": f"file://{self._state}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            "PULUMI_ERROR_OUTPUT_STRING": "true",
            "PULUMI_HOME": str(self.folder / "pulumi-home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": stack_config.STACK,
            **plugins,
        }

    def path(self) -> list[str]:
        """The folders that come first on an engine's `PATH`: plugins, engine, virtual environment."""
        return [str(folder) for folder in (self.plugins.path, *self.engine.folders, Path(sys.executable).parent)]

    def remove(self) -> None:
        """Stop what runs and take away all the lane has written, the stacks' settings included."""
        self.receiver.stop()
        self.plugins.stop()
        self.emulator.stop()
        for project in PROJECTS:
            file = stack_config.config_file(self.projects, project)
            if stack_config.owner(file) == self.folder:
                file.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_folder(self) -> None:
        """Make the lane's folder, for its owner alone: states whose passphrase anybody knows, logs, webhooks."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise UserError(
                f"the lane's folder {self.folder} cannot be written: {error.strerror}; make it writable, or set "
                "TAPSTACK_LANE to another folder"
            ) from error

    def _check_owner(self) -> None:
        for project in PROJECTS:
            file = stack_config.config_file(self.projects, project)
            owner = stack_config.owner(file)
            if owner and owner != self.folder and Emulator(owner).running():
                raise UserError(
                    f"{file} belongs to the lane in {owner}, which is up; end it first "
                    f"(TAPSTACK_LANE={shlex.quote(str(owner))} {command('down')}), or use another checkout"
                )

    def _choose_provider(self, *, real: bool | None) -> None:
        if real is None or real == self.has_real_provider:
            return
        if self.is_up and self.emulator.running():
            has = "genuine" if self.has_real_provider else "stand-in"
            raise UserError(
                f"this lane is up through the {has} AWS provider; before you change it, run: {command('down')}"
            )
        self._make_folder()
        self._settings.write_text(json.dumps({"real_provider": real}), encoding="utf-8")

    def _unlock_stacks(self) -> None:
        """Take away the locks of engines that were killed: who has the lane's lock knows that none is at work."""
        for stack in (self.stack(project) for project in PROJECTS):
            if stack.is_locked():
                stack.unlock()

    def _drop_stacks(self, reason: str) -> None:
        if self.is_up:
            say(f"{reason}: its stacks go with it, and the lane starts afresh")
        self.receiver.stop()
        shutil.rmtree(self._state, ignore_errors=True)
