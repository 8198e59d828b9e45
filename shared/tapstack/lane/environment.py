"""The lane as an environment: its stacks, its lock, and the emulator as their AWS."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tapstack.console.errors import UserError
from tapstack.console.hints import LANE, command, shell_for
from tapstack.engine.environment import AwsEndpoint, Environment
from tapstack.engine.stack import LayerStack
from tapstack.lane.emulator.server import emulated_aws
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS


class LaneEnvironment(Environment):
    """The lane on this machine."""

    name = LANE

    def __init__(self, lane: Lane) -> None:
        """Describe it; nothing is started."""
        super().__init__()
        self.shell = shell_for(LANE)
        self._lane = lane

    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""
        stack = self._lane.stack(layer, stop=self.stop)
        return replace(stack, folder=self.programs.get(layer) or stack.folder)

    def require(self) -> None:
        """See that the lane is up.

        Raises:
            UserError: it is not.
        """
        self._lane.require_running()

    @contextmanager
    def opened(
        self,
        command: str,
        *,
        starts: bool,
        layers: Collection[str] = LAYERS,  # noqa: ARG002 - a lane is locked as a whole
        changes: bool = False,
    ) -> Iterator[None]:
        """Lock the lane, and start it where it is not up and may be started.

        Raises:
            UserError: it is not up, or another command works on it.
        """
        with self._lane.locked(command, changes=changes):
            if not starts:
                self._lane.require_running()
            self._lane.start()
            yield

    @contextmanager
    def unchanged(self, layers: Collection[str] = LAYERS) -> Iterator[None]:  # noqa: ARG002 - a lane is one
        """See that the lane is up, and that no command changes it during a `with` block.

        Raises:
            UserError: it is not up, or is changed.
        """
        self._lane.require_running()
        with self._lane.unchanged():
            yield

    def explain(self, error: UserError) -> UserError:
        """Say so where the emulator has ended."""
        if self._lane.emulator.running():
            return error
        log = self._lane.emulator.log
        return UserError(f"the emulator ended meanwhile (its log: {log}); run again: {command('local')}")

    def aws_endpoint(self) -> AwsEndpoint:
        """Tell where the emulator answers; it takes any key.

        Raises:
            UserError: the lane is not up.
        """
        url = self._lane.require_running().url
        return emulated_aws(url)
