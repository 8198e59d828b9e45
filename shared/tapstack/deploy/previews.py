"""Previews of layers, each on what the layers before it would export, be they up, half made or not begun.

On an empty account network and data are previewed as they are, compute on what these two would export, and api-edge on
what data and compute would.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.engine.environment import Environment
from tapstack.engine.events import UNKNOWN, Report
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.state import LayerState
from tapstack.layers import BY_NAME, waves
from tapstack.program.previewed import Previewed

_MASKED: Final = "[secret]"
"""How the engine's events write a secret."""


class Previews:
    """The previews of one plan.

    Attributes:
        reports: layer to what its preview told; the layers that nobody asked for are among them, where others are
            previewed on what they would export. A layer whose upstream neither exports nor can be previewed is not.
    """

    def __init__(self, environment: Environment, states: Mapping[str, LayerState]) -> None:
        """Begin without any; `states` are those of all layers."""
        self.reports: dict[str, Report | UserError] = {}
        self._on: dict[str, Mapping[str, Previewed]] = {}
        self._environment = environment
        self._states = states

    def add(self, layers: Collection[str]) -> None:
        """Preview layers, those first that they read and that export nothing yet.

        Layers that were previewed before, and read one of them that would export something else, are previewed again.
        """
        wanted = {*layers, *self._unborn(layers)}
        # On what is deployed all can be previewed at once, and mostly that is what they stay on.
        begun = wanted - self.reports.keys()
        self._run({name: {} for name in BY_NAME if name in begun and self._stands(name) and not self._changed(name)})
        for wave in waves({*wanted, *self.reports}):
            changed = {name: self._changed(name) for name in wave if not self.missing(name)}
            self._run({name: on for name, on in changed.items() if name not in self._on or self._on[name] != on})

    def missing(self, layer: str) -> list[str]:
        """Name the layers that a layer reads, and of which neither a stack nor a preview tells what they export."""
        told = {name for name, report in self.reports.items() if not isinstance(report, UserError)}
        return [name for name in BY_NAME[layer].reads if not self._states[name].exports and name not in told]

    def upstream(self, layer: str) -> list[str]:
        """Name the layers before a layer whose outputs, as they would be, it was previewed on."""
        return list(self._on.get(layer, ()))

    def _run(self, layers: Mapping[str, Mapping[str, Previewed]]) -> None:
        """Preview layers, each on what layers before it would export."""

        def preview(layer: str) -> Report:
            stack = self._environment.stack(layer)
            return stack.preview_after(layers[layer]) if layers[layer] else stack.preview()

        self.reports |= side_by_side(self._environment, list(layers), preview)
        self._on |= layers

    def _unborn(self, layers: Iterable[str]) -> set[str]:
        """Find the layers before some others that export nothing, and whose stacks are there to preview."""
        found: set[str] = set()
        for layer in layers:
            for name in BY_NAME[layer].reads:
                state = self._states[name]
                if state.is_readable and not state.missing and not state.exports:
                    found |= {name, *self._unborn([name])}
        return found

    def _stands(self, layer: str) -> bool:
        return all(self._states[name].exports for name in BY_NAME[layer].reads)

    def _changed(self, layer: str) -> dict[str, Previewed]:
        """Say what the layers that a layer reads would export, of those that would export something else than now."""
        read = {name: self.reports.get(name) for name in BY_NAME[layer].reads}
        return {
            name: would_export(report)
            for name, report in read.items()
            if isinstance(report, Report) and report.changes_outputs
        }


def would_export(report: Report) -> Previewed:
    """Take from a preview what the layer would export."""
    known, unknown, secret, unchanged = {}, [], [], []
    unmade = {name for name, value in report.outputs_after.items() if _has(value, UNKNOWN)}
    for name, value in report.outputs_after.items():
        if report.outputs_before.get(name, UNKNOWN) == value and name not in {*report.writes.outputs, *unmade}:
            unchanged.append(name)
        elif _has(value, _MASKED):
            secret.append(name)
        elif name in unmade:
            unknown.append(name)
        else:
            known[name] = value
    return Previewed(known=known, unknown=tuple(unknown), secret=tuple(secret), unchanged=tuple(unchanged))


def _has(value: Any, text: str) -> bool:
    """Tell whether a value is a text, or holds it at any depth."""
    if isinstance(value, Mapping):
        return any(_has(item, text) for item in value.values())
    return any(_has(item, text) for item in value) if isinstance(value, list) else value == text
