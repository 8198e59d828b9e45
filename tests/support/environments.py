"""Environments beside one another in a lane: one emulator and state backend, a stack name and a suffix each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from tapstack.account_names import project_name
from tapstack.engine import environment
from tapstack.engine.stack import LayerStack
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.stack_config import config_file
from tapstack.layers import BOOTSTRAP, LAYERS


def write_settings(lane: Lane, name: str, projects: Sequence[str] = LAYERS, account: str | None = None) -> None:
    """Write the settings of projects' stacks of a name: the lane's own, but for the suffix, which is the name.

    Args:
        lane: where they are.
        name: of the environment.
        projects: whose stacks.
        account: the id of the account that its keys are of, where it is not the lane's own.
    """
    for layer in projects:
        settings = yaml.safe_load(config_file(lane.projects, layer).read_text(encoding="utf-8"))
        settings["config"][f"{project_name(layer)}:environmentSuffix"] = name
        if account:
            settings["config"]["aws:accessKey"] = account
        own = lane.projects / layer / f"Pulumi.{name}.yaml"
        own.write_text(yaml.safe_dump(settings), encoding="utf-8")


@dataclass(frozen=True)
class Environment:
    """One environment; its name is its stacks' name and its suffix.

    Attributes:
        lane: where it is.
        name: what tells it from others.
        account: the id of the account that it is in, where it is not the lane's own.
    """

    lane: Lane
    name: str
    account: str | None = None

    def prepare(self) -> None:
        """Make its stacks."""
        write_settings(self.lane, self.name, account=self.account)
        for layer in LAYERS:
            self.stack(layer).command("stack", "init", self.name)

    def bootstrap(self, **settings: str) -> None:
        """Deploy its bootstrap, and have its layers' roles bounded by the boundary that it makes."""
        write_settings(self.lane, self.name, [BOOTSTRAP], self.account)
        stack = self.stack(BOOTSTRAP)
        stack.command("stack", "init", self.name)
        for name, value in settings.items():
            stack.command("config", "set", name, value)
        stack.up()
        boundary = stack.outputs()["permissions_boundary"]
        for layer in LAYERS:
            self.stack(layer).command("config", "set", "permissionsBoundary", boundary)

    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""
        return LayerStack(
            layer=layer,
            name=self.name,
            folder=self.lane.projects / layer,
            logs=self.lane.folder / "logs" / self.name,
            environment=self.lane.environment() | {"PULUMI_STACK": self.name},
        )

    def operated(self) -> environment.Environment:
        """Return it as operators' commands work on it."""
        return _Operated(self)

    def destroy(self) -> None:
        """Delete all its layers' resources, in reverse order."""
        for layer in reversed(LAYERS):
            self.stack(layer).destroy()

    def resources(self, layer: str) -> list[dict[str, Any]]:
        """List a layer's resources as its state has them."""
        return self.stack(layer).made()


class _Operated(LaneEnvironment):
    """The lane, but for its stacks: those of an environment in it."""

    def __init__(self, own: Environment) -> None:
        super().__init__(own.lane)
        self.name = own.name
        self._own = own

    def stack(self, layer: str) -> LayerStack:
        return self._own.stack(layer)

    def aws_endpoint(self) -> environment.AwsEndpoint:
        endpoint = super().aws_endpoint()
        return replace(endpoint, access_key=self._own.account) if self._own.account else endpoint
