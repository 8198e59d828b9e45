"""Deletes layers' resources in reverse order; a layer that another still reads is left alone."""

from collections.abc import Mapping, Sequence

from tapstack.cli import environments
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.words import counted
from tapstack.deploy.agreement import require_agreement
from tapstack.deploy.deployment import destroy_waves
from tapstack.engine.environment import Environment
from tapstack.engine.state import LayerState, require_settled, states_of
from tapstack.layers import LAYERS, downstream, waves


def destroy(stack: str, layers: Sequence[str], *, yes: bool) -> int:
    """Ask where others depend on the stack, and destroy."""
    layers = layers or LAYERS
    environment = environments.environment_named(stack)
    with environment.opened("destroy", starts=False):
        states = states_of(environment)
        _require_unread(environment, layers, states)
        up = [layer for layer in layers if states[layer].is_up]
        if not up:
            say(f"nothing to do: {', '.join(layers)} of {stack} hold no resources")
            return 0
        require_settled(environment, states, up)
        order = list(reversed(waves(up)))
        require_agreement(environment, f"destroying {', '.join(layer for wave in order for layer in wave)}", given=yes)
        destroy_waves(environment, order)
    return 0


def _require_unread(environment: Environment, layers: Sequence[str], states: Mapping[str, LayerState]) -> None:
    for layer in layers:
        readers = [reader for reader in downstream(layer) if reader not in layers and states[reader].may_read(layer)]
        if states[layer].is_up and readers:
            fields = {reader: len(states[reader].reads.get(layer, {})) for reader in readers}
            named = " and ".join(
                f"{reader}@{environment.name} ({counted(count, 'output') if count else 'its state does not say what'})"
                for reader, count in fields.items()
            )
            first = command("destroy", *readers, stack=environment.name)
            raise UserError(f"{layer} is still read by {named}; nothing was destroyed. Destroy those first: {first}")
