"""Delete layers' resources in reverse order; a layer that another still reads is left alone."""

import argparse

from tapstack.cli.deploy.arguments import add_layers, add_stack, layers_of
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.deploy.agreement import add_agreement, require_agreement
from tapstack.deploy.deployment import run_shown
from tapstack.engine.environment import Environment, environment_named
from tapstack.engine.state import LayerState, require_settled, states_of
from tapstack.layers import downstream, waves


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_stack(parser)
    add_layers(parser)
    add_agreement(parser)


def run(options: argparse.Namespace) -> int:
    """Ask where others depend on the stack, and destroy."""
    layers = layers_of(options)
    environment = environment_named(options.stack)
    with environment.opened("destroy", starts=False):
        states = states_of(environment)
        _require_unread(environment, layers, states)
        up = [layer for layer in layers if states[layer].is_up]
        if not up:
            say(f"nothing to do: {', '.join(layers)} of {options.stack} hold no resources")
            return 0
        require_settled(environment, states, up)
        order = list(reversed(waves(up)))
        require_agreement(
            environment, f"destroying {', '.join(layer for wave in order for layer in wave)}", given=options.yes
        )
        _destroy(environment, order)
    return 0


def _require_unread(environment: Environment, layers: list[str], states: dict[str, LayerState]) -> None:
    for layer in layers:
        readers = [
            reader
            for reader in downstream(layer)
            if reader not in layers and states[reader].is_up and states[reader].seen_of(layer) is not None
        ]
        if states[layer].is_up and readers:
            fields = {reader: len(states[reader].reads.get(layer, {})) for reader in readers}
            named = " and ".join(f"{reader}@{environment.name} ({count} outputs)" for reader, count in fields.items())
            first = environment.command("destroy", *readers)
            raise UserError(f"{layer} is still read by {named}; nothing was destroyed. Destroy those first: {first}")


def _destroy(environment: Environment, order: list[tuple[str, ...]]) -> None:
    gone: list[str] = []
    for wave in order:
        outcomes = run_shown(
            environment, wave, "pulumi destroy", lambda stack, listener: stack.destroy(listener=listener)
        )
        failed = {layer: outcome for layer, outcome in outcomes.items() if isinstance(outcome, UserError)}
        gone += [layer for layer in wave if layer not in failed]
        if failed:
            left = [layer for later in order for layer in later if layer not in gone]
            raise UserError(
                f"{'; '.join(map(str, failed.values()))}. Destroyed: {', '.join(gone) or 'none'}; still there: "
                f"{', '.join(left)}. Mend it and go on: {environment.command('destroy', *left)}"
            )
