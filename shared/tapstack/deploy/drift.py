"""How an environment has drifted: cloud from state, program from state, and layers from what they read."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from tapstack.console.errors import UserError
from tapstack.engine.environment import Environment
from tapstack.engine.events import Operation
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.state import LayerState, is_secret, require_settled, states_of
from tapstack.layers import BY_NAME

_AS_IT_WAS: Final = frozenset({"same", "read", "refresh"})


@dataclasses.dataclass(frozen=True)
class Difference:
    """A resource that is not as the state has it.

    Attributes:
        kind: what an update would do to it, or has been done: `update`, `delete`, `create`, `replace`.
        type: the resource's type.
        name: its logical name.
        properties: those that differ, as far as the provider says.
    """

    kind: str
    type: str
    name: str
    properties: Sequence[str]


@dataclasses.dataclass(frozen=True)
class LayerDrift:
    """How one layer has drifted.

    Attributes:
        layer: the layer.
        cloud: resources that somebody changed or deleted behind the state's back.
        program: resources that the program of this checkout would change.
        stale: upstream outputs (`data.key_arn`) that have changed since the layer was last deployed.
    """

    layer: str
    cloud: Sequence[Difference]
    program: Sequence[Difference]
    stale: Sequence[str]

    @property
    def is_none(self) -> bool:
        """Whether nothing has drifted."""
        return not (self.cloud or self.program or self.stale)


def find_drift(environment: Environment, layers: Sequence[str]) -> list[LayerDrift]:
    """Compare layers with the cloud and with their programs; neither state nor cloud is changed.

    Layers that hold no resources are left out.

    Raises:
        UserError: a layer cannot be compared, or its stack's last run was cut short.
    """
    states = states_of(environment, {*layers, *(read for layer in layers for read in BY_NAME[layer].reads)})
    up = [layer for layer in layers if states[layer].is_up]
    require_settled(environment, states, up)

    def compare(layer: str) -> LayerDrift:
        stack = environment.stack(layer)
        cloud = _differences(stack.compare().finished)
        program = _differences(stack.preview().finished)
        return LayerDrift(layer, cloud, program, _stale(states[layer], states))

    found = []
    for outcome in side_by_side(environment, up, compare).values():
        if isinstance(outcome, UserError):
            raise outcome
        found.append(outcome)
    return found


def _differences(operations: Sequence[Operation]) -> list[Difference]:
    return [
        Difference(operation.op, operation.type, operation.name, operation.differs)
        for operation in operations
        if operation.op not in _AS_IT_WAS and not operation.type.startswith("pulumi:")
    ]


def _stale(state: LayerState, states: Mapping[str, LayerState]) -> list[str]:
    stale: list[str] = []
    for upstream, fields in state.reads.items():
        seen, now = state.seen_of(upstream) or {}, states[upstream].outputs
        # The ciphertext of a secret differs each time.
        changed = (name for name in fields if seen.get(name) != now.get(name) and not is_secret(now.get(name)))
        stale += [f"{upstream}.{name}" for name in changed]
    return stale
