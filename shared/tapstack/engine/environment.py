"""An environment: the stacks of one name, on the local lane or on whatever backend this shell is logged in to."""

import abc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.engine.install import find_engine
from tapstack.engine.stack import LayerStack, NoStackError
from tapstack.lane.lane import Lane
from tapstack.lane.stack_config import STACK
from tapstack.layers import LAYERS


class Environment(abc.ABC):
    """The stacks of one name.

    Attributes:
        name: the stacks' name.
        asks: whether a change has to be agreed to.
        stop: set it, and the engines at work end in good order.
    """

    name: str
    asks: bool

    def __init__(self) -> None:
        self.stop = threading.Event()

    @abc.abstractmethod
    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""

    @abc.abstractmethod
    def opened(self, command: str, *, starts: bool) -> AbstractContextManager[None]:
        """Make the environment ready to be worked on during a `with` block.

        Args:
            command: who works on it, for others to read.
            starts: whether the work may begin with nothing there.

        Raises:
            UserError: it is not there, or others work on it.
        """

    @abc.abstractmethod
    def explain(self, error: UserError) -> UserError:
        """Say what stands behind an error of the engine, where the environment knows better."""

    def command(self, action: str, *layers: str) -> str:
        """Give the command line that does something to layers of this environment, or to all."""
        return " ".join(("nox -s", action, "--", self.name, *layers))


class LaneEnvironment(Environment):
    """The lane on this machine."""

    name = STACK
    asks = False

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self._lane = lane

    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""
        return self._lane.stack(layer, stop=self.stop)

    @contextmanager
    def opened(self, command: str, *, starts: bool) -> Iterator[None]:
        """Lock the lane, and start it where it is not up and may be started.

        Raises:
            UserError: it is not up, or another command works on it.
        """
        with self._lane.locked(command):
            if not starts:
                self._lane.require_running()
            self._lane.start()
            yield

    def explain(self, error: UserError) -> UserError:
        """Say so where the emulator has ended."""
        if self._lane.emulator.running():
            return error
        return UserError(f"the emulator ended meanwhile (its log: {self._lane.emulator.log}); run again: nox -s local")


class BackendEnvironment(Environment):
    """The stacks of one name on the backend that this shell is logged in to."""

    asks = True

    def __init__(self, name: str, root: Path = CHECKOUT) -> None:
        super().__init__()
        self.name = name
        self._root = root

    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""
        return LayerStack(
            layer=layer,
            name=self.name,
            folder=self._root / "projects" / layer,
            logs=self._root / ".tapstack" / "logs" / self.name,
            environment=self._variables,
            stop=self.stop,
        )

    @contextmanager
    def opened(self, command: str, *, starts: bool) -> Iterator[None]:  # noqa: ARG002 - each update takes its lock
        """See that the backend can be read; the engine locks each stack itself while it changes it.

        Raises:
            UserError: it cannot be read, or has no stack of this name at all.
        """
        refused = None
        for layer in LAYERS:
            try:
                if self.stack(layer).exists():
                    break
            except UserError as error:
                # A team's credentials may not be good for every layer's state; the next may be its own.
                refused = refused or error
        else:
            raise refused or NoStackError(
                f"there is no stack {self.name!r} of any layer on this backend; correct the name, or make them: "
                f"(cd projects/{LAYERS[0]} && pulumi stack init {self.name}), and so in each layer's folder"
            )
        yield

    def explain(self, error: UserError) -> UserError:
        """Leave the error as it is."""
        return error

    @cached_property
    def _variables(self) -> dict[str, str]:
        folders = [*map(str, find_engine().folders), str(Path(sys.executable).parent)]
        path = os.pathsep.join((*folders, os.environ.get("PATH", os.defpath)))
        ours = {"PATH": path, "PULUMI_STACK": self.name, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        return {**os.environ, **ours}


def environment_named(name: str) -> Environment:
    """Find the environment whose stacks have a name: `local` is the lane's."""
    return LaneEnvironment(Lane()) if name == STACK else BackendEnvironment(name)
