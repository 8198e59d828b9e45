"""Deletes layers' resources in reverse order; a layer that another still reads is left alone.

A layer that `projects/layers.toml` no longer has is one of them for as long as it is up.
"""

from collections.abc import Mapping, Sequence

from tapstack.cli import environments
from tapstack.cli.parameters import UnknownNameError
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.words import counted, unknown
from tapstack.deploy.agreement import Consent, require_agreement
from tapstack.deploy.deployment import destroy_waves
from tapstack.deploy.destruction import destruction
from tapstack.deploy.forgotten import forgotten_in, reading_order, with_forgotten
from tapstack.deploy.interruptions.settling import settle
from tapstack.deploy.plan_report import order, print_plan
from tapstack.engine.environment import Environment
from tapstack.engine.noting import reads_noted
from tapstack.engine.state import LayerState, not_looked_at, require_settled, states_of
from tapstack.engine.words import NOTHING
from tapstack.layers import LAYERS, downstream


def destroy(stack: str, layers: Sequence[str], *, yes: bool, accepted: Sequence[str]) -> int:
    """Say what will be deleted, ask, and destroy; `accepted` is what may be lost, as `layer` or `layer.name`."""
    environment = environments.environment_named(stack)
    of_table = [layer for layer in layers if layer in LAYERS] or LAYERS
    opened = environment.opened("destroy", starts=False, layers=of_table, changes=True)
    with opened, reads_noted(environment, of_table):
        forgotten = forgotten_in(environment)
        known = (*LAYERS, *forgotten.states)
        named = (*layers, *(name.partition(".")[0] for name in accepted))
        if wrong := [layer for layer in named if layer not in known]:
            raise UnknownNameError(unknown("layer", wrong[0], known))
        go_on = ["destroy", *layers]
        layers = layers or known
        settle(environment, [layer for layer in layers if layer in LAYERS], yes=yes, go_on=go_on)
        states = {**states_of(environment, of_table), **forgotten.states}
        _require_unread(environment, layers, states)
        up = [layer for layer in layers if states[layer].is_up]
        if not up:
            say(f"{NOTHING}: {', '.join(layers)} of {stack} hold no resources")
            return 0
        require_settled(environment, states, up)
        with with_forgotten(environment, forgotten) as whole:
            plan = destruction(whole, reading_order(up, states))
            print_plan(plan, stderr=True, title=f"Destruction of {stack}: {order(plan)}")
            if plan.obstacles:
                raise UserError(f"{'; '.join(plan.obstacles)}. Nothing was destroyed")
            require_agreement(
                environment,
                f"destroying {', '.join(plan.names)}",
                plan.losses,
                Consent(yes, frozenset(accepted)),
                standing="Nothing was destroyed",
                go_on=["destroy", *(layer for layer in layers if layer in up)],
                by_layer=True,
            )
            destroy_waves(whole, [[layer.layer for layer in wave] for wave in plan.waves])
    return 0


def _require_unread(environment: Environment, layers: Sequence[str], states: Mapping[str, LayerState]) -> None:
    forgotten = [name for name in states if name not in LAYERS]
    for layer in (name for name in layers if states[name].is_up):
        others = [name for name in (*downstream(layer), *forgotten) if name not in layers]
        if unseen := [name for name in others if not states[name].is_known]:
            told = "; ".join(not_looked_at(environment, states[name]) for name in unseen)
            raise UserError(f"{layer}: {told}. Nothing was destroyed")
        readers = [reader for reader in others if states[reader].may_read(layer)]
        if readers:
            fields = {reader: len(states[reader].reads.get(layer, {})) for reader in readers}
            told = " and ".join(
                f"{reader}@{environment.name} ({counted(count, 'output') if count else 'its state does not say what'})"
                for reader, count in fields.items()
            )
            first = command("destroy", *readers, stack=environment.name)
            raise UserError(f"{layer} is still read by {told}; nothing was destroyed. Destroy those first: {first}")
