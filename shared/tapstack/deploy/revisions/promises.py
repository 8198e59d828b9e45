"""Holds a revision's program to what is deployed: what readers read of it, and what it reads itself.

The readers are those of today, deployed by their own teams. What they read was noted when they were deployed, so the
revision may promise anything else as long as they get that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tapstack.deploy.contracts.evolution import unmet
from tapstack.deploy.contracts.snapshots import Snapshot, read_texts
from tapstack.deploy.plan import Plan
from tapstack.deploy.revisions.tree import Revision
from tapstack.engine.environment import Environment
from tapstack.engine.state import LayerState, states_of
from tapstack.layers import BY_NAME
from tapstack.program.export_names import READS_OUTPUT, VERSION_OUTPUT


def held_to_promises(
    environment: Environment, plan: Plan, revision: Revision, forgotten: Mapping[str, LayerState]
) -> Plan:
    """Hold the plan of a revision's program to what is deployed, in place of what this checkout promises.

    Args:
        environment: where.
        plan: the plan, of the one layer.
        revision: its program.
        forgotten: the states of layers that are up and no longer declared; they read as others do.

    Raises:
        UserError: a state or a snapshot of the revision cannot be read.
    """
    states = {**states_of(environment, {revision.layer, *BY_NAME[revision.layer].reads}), **forgotten}
    broken = list(broken_promises(revision, states, environment.name))
    # A preview that fails for want of an output says less than the line on the output.
    layers = [replace(layer, breaks=broken, error=None if broken else layer.error) for layer in plan.layers]
    return replace(plan, layers=layers, at=revision.name)


def broken_promises(revision: Revision, states: Mapping[str, LayerState], stack: str) -> Iterator[str]:
    """Say in a line each what keeps a revision's program from being deployed beside what is.

    Args:
        revision: the program.
        states: the states of all layers that are deployed.
        stack: their stacks' name.

    Raises:
        UserError: a snapshot of the revision cannot be read.
    """
    texts = read_texts(revision.root)
    snapshots = {
        name: Snapshot.parse(text, f"{name}.json of {revision.commit}")
        for name, text in texts.items()
        if name == revision.layer or revision.layer in text
    }
    own = snapshots.get(revision.layer)
    for reader, state in states.items():
        read = (state.outputs.get(READS_OUTPUT) or {}).get(revision.layer) if state.is_up else None
        for what, wrong in unmet(own, read).items() if read else ():
            yield (
                f"{revision.program} {wrong}, and {reader}@{stack} reads {revision.layer}{what}; name a later "
                f"revision, or roll {reader} back first, to one that does not read it"
            )
    for name, snapshot in snapshots.items():
        wanted = [field for field, described in snapshot.fields.items() if revision.layer in described.read_by]
        upstream = states.get(name)
        if name != revision.layer and wanted and upstream and upstream.exports and upstream.is_readable:
            yield from _unanswered(revision, snapshot, wanted, upstream, stack)


def _unanswered(
    revision: Revision, snapshot: Snapshot, wanted: list[str], state: LayerState, stack: str
) -> Iterator[str]:
    """Say what the program reads of a layer before it that is not exported any more."""
    producer = f"{snapshot.layer}@{stack}"
    version = state.outputs.get(VERSION_OUTPUT)
    if version is not None and int(version) not in snapshot.understood:
        understood = " and ".join(map(str, snapshot.understood))
        yield (
            f"{revision.program} reads {snapshot.layer} as contract version {understood}, and {producer} exports "
            f"version {int(version)}; name a later revision"
        )
    for field in wanted:
        if field not in state.outputs:
            yield (
                f"{revision.program} reads {snapshot.layer}.{field}, which {producer} does not export any more; name a "
                f"later revision, or roll {snapshot.layer} back first"
            )
