"""How an environment has drifted: cloud from state, program from state, and layers from what they read."""

import dataclasses
from collections.abc import Mapping, Sequence

from tapstack.console.errors import UserError
from tapstack.deploy.drift.additions import Found, additions, asked_of
from tapstack.deploy.drift.differences import Difference, differences
from tapstack.deploy.plan import changes_of
from tapstack.engine.environment import Environment
from tapstack.engine.events import Report
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.state import LayerState, is_secret, require_settled, states_of
from tapstack.layers import BY_NAME


@dataclasses.dataclass(frozen=True)
class LayerDrift:
    """How one layer has drifted.

    Attributes:
        layer: the layer.
        cloud: resources that somebody changed or deleted behind the state's back, and what was added to them.
        program: resources that the program of this checkout would change.
        stale: upstream outputs (`data.key_arn`) that have changed since the layer was last deployed.
        unseen: what could not be looked at, each with the reason.
    """

    layer: str
    cloud: Sequence[Difference] = ()
    program: Sequence[Difference] = ()
    stale: Sequence[str] = ()
    unseen: Sequence[str] = ()

    @property
    def is_none(self) -> bool:
        """Whether nothing has drifted, as far as could be looked at."""
        return not (self.cloud or self.program or self.stale)


def find_drift(environment: Environment, layers: Sequence[str]) -> list[LayerDrift]:
    """Compare layers with the cloud and with their programs; neither state nor cloud is changed, nor locked.

    Layers that hold no resources are left out.

    Raises:
        UserError: a state cannot be read, or a stack's last run was cut short.
    """
    states = states_of(environment, {*layers, *(read for layer in layers for read in BY_NAME[layer].reads)})
    up = [layer for layer in layers if states[layer].is_up]
    require_settled(environment, states, up)

    def compare(layer: str) -> LayerDrift:
        stack, state = environment.stack(layer), states[layer]
        readings = stack.compare().readings
        found = _additions(environment, state, states)
        return LayerDrift(
            layer,
            [*differences(readings, state.resources), *found.additions],
            _program(stack.preview()),
            _stale(state, states),
            found.unseen,
        )

    return [
        # What came of a layer is told beside what was found of the others.
        LayerDrift(layer, unseen=[f"{outcome}".removeprefix(f"{layer}: ")])
        if isinstance(outcome, UserError)
        else outcome
        for layer, outcome in side_by_side(environment, up, compare).items()
    ]


def _additions(environment: Environment, state: LayerState, states: Mapping[str, LayerState]) -> Found:
    everything = [resource for other in states.values() for resource in other.resources]
    unread = [other.layer for other in states.values() if not other.is_readable]
    return additions(state.resources, everything, unread, asked_of(environment, state.resources))


def _program(report: Report) -> list[Difference]:
    return [
        Difference(change.kind, change.type, change.name, change.properties)
        for change in changes_of(report)
        if not change.type.startswith("pulumi:")
    ]


def _stale(state: LayerState, states: Mapping[str, LayerState]) -> list[str]:
    stale: list[str] = []
    for upstream, fields in state.reads.items():
        seen, now = state.seen_of(upstream) or {}, states[upstream].outputs
        # The ciphertext of a secret differs each time.
        changed = (name for name in fields if seen.get(name) != now.get(name) and not is_secret(now.get(name)))
        stale += [f"{upstream}.{name}" for name in changed]
    return stale
