"""Environments beside one another in a lane: one emulator and state backend, a stack name and a suffix each."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import yaml

from tapstack.layers import LAYERS, project_name
from tapstack_local.events import EventLog, Report
from tapstack_local.lane import Lane
from tapstack_local.stack_config import config_file


@dataclass(frozen=True)
class Environment:
    """One environment; its name is its stacks' name and its suffix.

    Attributes:
        lane: where it is.
        name: what tells it from others.
    """

    lane: Lane
    name: str

    def prepare(self) -> None:
        """Make its stacks, with the lane's own settings but for the suffix."""
        for layer in LAYERS:
            settings = yaml.safe_load(config_file(self.lane.projects, layer).read_text(encoding="utf-8"))
            settings["config"][f"{project_name(layer)}:environmentSuffix"] = self.name
            own = self.lane.projects / layer / f"Pulumi.{self.name}.yaml"
            own.write_text(yaml.safe_dump(settings), encoding="utf-8")
            self._pulumi(layer, "stack", "init", self.name)

    def up(self, layer: str, *options: str) -> Report:
        """Deploy a layer."""
        return self._run(layer, "up", "--skip-preview", "--yes", *options)

    def refresh(self, layer: str) -> Report:
        """Bring a layer's state in line with what the emulator has."""
        return self._run(layer, "refresh", "--skip-preview", "--yes")

    def destroy(self) -> None:
        """Delete all its layers' resources, in reverse order."""
        for layer in reversed(LAYERS):
            self._run(layer, "destroy", "--skip-preview", "--yes")

    def outputs(self, layer: str) -> dict[str, Any]:
        """Read a layer's outputs, secrets included."""
        outputs: dict[str, Any] = json.loads(self._pulumi(layer, "stack", "output", "--json", "--show-secrets"))
        return outputs

    def resources(self, layer: str) -> list[dict[str, Any]]:
        """List a layer's resources as its state has them."""
        exported: dict[str, Any] = json.loads(self._pulumi(layer, "stack", "export"))
        resources: list[dict[str, Any]] = exported["deployment"].get("resources") or []
        return [item for item in resources if item["custom"] and not item["type"].startswith("pulumi:")]

    def _run(self, layer: str, action: str, *options: str) -> Report:
        events = self.lane.folder / f"{self.name}-{layer}-{action}.jsonl"
        events.unlink(missing_ok=True)
        self._pulumi(layer, action, "--event-log", str(events), *options)
        log = EventLog(events)
        log.follow()
        return log.report

    def _pulumi(self, layer: str, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.lane.projects / layer,
            env=self.lane.environment() | {"PULUMI_STACK": self.name, "PULUMI_DEBUG_COMMANDS": "true"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"pulumi {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout
