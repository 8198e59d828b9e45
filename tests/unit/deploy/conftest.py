"""An environment whose engine is a script of what it would report."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import pytest

from tapstack.account_names import project_name
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.contracts.contract import contract_of
from tapstack.engine.environment import Environment
from tapstack.engine.events import Operation, Report
from tapstack.engine.failures import EngineError, NoStackError
from tapstack.engine.stack import LayerStack
from tapstack.layers import LAYERS
from tapstack.program.previewed import Previewed

TABLE = "aws:dynamodb/table:Table"


def operation(op: str, kind: str = TABLE, name: str = "velocity", *differs: str) -> Operation:
    return Operation(op, kind, f"urn:pulumi:dev::project::{kind}::{name}", differs)


def state(
    layer: str, outputs: Mapping[str, Any] = MappingProxyType({}), seen: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """A state with one table, the stack's outputs, and what the layer saw of the layers it reads."""
    references = [
        {
            "type": "pulumi:pulumi:StackReference",
            "custom": True,
            "urn": f"urn:reference::{name}",
            "inputs": {"name": f"organization/{project_name(name)}/dev"},
            "outputs": {"outputs": dict(saw)},
        }
        for name, saw in seen.items()
    ]
    reads = {
        name: {"version": 1, "fields": {field: kind_of(name, field) for field in saw}} for name, saw in seen.items()
    }
    stack = {
        "type": "pulumi:pulumi:Stack",
        "custom": False,
        "urn": f"urn:stack::{layer}",
        "outputs": {**outputs, "contract_reads": reads},
    }
    return {"resources": [stack, *references, {"type": TABLE, "custom": True, "urn": f"urn:{TABLE}::velocity"}]}


def kind_of(layer: str, field: str) -> str:
    """The type a field has, or had before it was taken out of the contract."""
    schema = contract_of(layer).schema()
    return schema[field].type if field in schema else "Arn"


class ScriptedStack(LayerStack):
    """A stack whose engine does what the script says."""

    script: "Script"

    def command(self, *arguments: str) -> str:
        if arguments[:2] == ("stack", "ls"):
            if self.script.lists is None:
                raise UserError(f"{self.layer}: AccessDenied")
            return json.dumps([{"name": name, "resourceCount": 2} for name in self.script.lists])
        assert arguments[:3] == ("stack", "export", "--stack"), arguments
        return json.dumps({"deployment": self.script.states[arguments[3].split("/")[1].partition("-")[2]]})

    def deployment(self) -> dict[str, Any]:
        if self.layer in self.script.forbidden:
            raise UserError(f"{self.layer}: AccessDenied")
        if self.layer not in self.script.states:
            raise NoStackError(f"{self.layer}: there is no stack 'dev'")
        return self.script.states[self.layer]

    def preview(self, *options: str, tells_secrets: bool = False, listener: Any = None) -> Report:
        return self._do("preview")

    def preview_after(self, upstream: Mapping[str, Previewed]) -> Report:
        self.script.handed_on[self.layer] = dict(upstream)
        return self._do("preview")

    def up(self, *options: str, listener: Any = None) -> Report:
        report = self._do("up")
        if not self.script.states.get(self.layer):
            self.script.states[self.layer] = state(self.layer)
        return report

    def expand(self, *options: str, listener: Any = None) -> Report:
        return self._do("expand")

    def compare(self, *options: str, listener: Any = None) -> Report:
        return self._do("compare")

    def preview_destroy(self, *options: str, listener: Any = None) -> Report:
        return self._do("preview_destroy")

    def destroy(self, *options: str, listener: Any = None) -> Report:
        return self._do("destroy")

    def _do(self, action: str) -> Report:
        self.script.calls.append((action, self.layer))
        told = self.script.reports.get((action, self.layer), Report(counts={"same": 3}))
        if isinstance(told, list):
            told = told.pop(0) if told[1:] else told[0]
        if isinstance(told, str):
            raise EngineError(self.layer, Report(errors=[told]), 255, self.logs)
        self.script.effects.get((action, self.layer), lambda: None)()
        return told


class Script(Environment):
    """An environment; fill `states` and `reports`, in which a list is told one after the other; read `calls`.

    `effects` are what actions that end well do beside, and `handed_on` is what the last preview of a layer was told
    that the layers before it would export.
    """

    name = "dev"

    def __init__(self, tmp_path: Any) -> None:
        super().__init__()
        self.states: dict[str, dict[str, Any]] = {}
        self.forbidden: set[str] = set()
        self.lists: list[str] | None = []
        self.reports: dict[tuple[str, str], Report | str | list[Report | str]] = {}
        self.effects: dict[tuple[str, str], Callable[[], None]] = {}
        self.calls: list[tuple[str, str]] = []
        self.handed_on: dict[str, dict[str, Previewed]] = {}
        self._folder = tmp_path

    def stack(self, layer: str) -> LayerStack:
        stack = ScriptedStack(layer=layer, name=self.name, folder=self._folder, logs=self._folder, environment={})
        object.__setattr__(stack, "script", self)
        return stack

    def require(self) -> None:
        return

    @contextmanager
    def opened(
        self, command: str, *, starts: bool, layers: Collection[str] = LAYERS, changes: bool = False
    ) -> Iterator[None]:
        yield

    @contextmanager
    def unchanged(self, layers: Collection[str] = LAYERS) -> Iterator[None]:
        yield

    def done(self, action: str) -> list[str]:
        """Which layers something was done to, in order."""
        return [layer for did, layer in self.calls if did == action]


@pytest.fixture
def script(tmp_path: Any) -> Script:
    return Script(tmp_path)


@pytest.fixture
def all_up(script: Script) -> Script:
    """All layers are up; compute and api-edge have seen the data layer's table as it is."""
    script.states |= {
        "network": state("network", {"vpc_id": "vpc-1"}),
        "data": state("data", {"key_arn": "arn:1", "velocity_table_name": "velocity"}),
        "compute": state("compute", {}, {"network": {"vpc_id": "vpc-1"}, "data": {"key_arn": "arn:1"}}),
        "api-edge": state("api-edge", {}, {"data": {"velocity_table_name": "velocity"}, "compute": {}}),
    }
    return script


RunCommand = Callable[..., int]


@pytest.fixture
def run_command(script: Script, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Run one of the commands on the scripted environment."""
    monkeypatch.setattr(environments, "environment_named", lambda _: script)
    return lambda command, *arguments: main(["--stack", script.name, command, *arguments])
