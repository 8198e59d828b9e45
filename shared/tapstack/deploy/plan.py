"""What a deployment of an environment would do, layer by layer: from real previews and from what is deployed."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.words import counted, listed
from tapstack.contracts.contract import contract_of
from tapstack.deploy.borders.holds import Hold, holds_of, replaced_in_place
from tapstack.deploy.contracts.evolution import breaks_of_deployed
from tapstack.deploy.contracts.snapshots import snapshot_of
from tapstack.deploy.data_loss import Loss, losses_of
from tapstack.deploy.previews import Previews
from tapstack.deploy.restorable import in_the_way
from tapstack.engine.environment import Environment
from tapstack.engine.events import Report
from tapstack.engine.failures import EngineError
from tapstack.engine.rewrites import Rewrite
from tapstack.engine.state import LayerState, not_looked_at, plain, require_settled, states_of
from tapstack.engine.words import LEFT_ALONE, word_for
from tapstack.layers import BY_NAME, LAYERS, downstream, waves
from tapstack.program.export_names import ENVIRONMENT_OUTPUT, READS_OUTPUT, VERSION_OUTPUT

KINDS: Final = ("create", "update", "replace", "delete")
_OF_EVERY_CONTRACT: Final = frozenset({VERSION_OUTPUT, ENVIRONMENT_OUTPUT, READS_OUTPUT})


@dataclasses.dataclass(frozen=True)
class Change:
    """What happens to one resource in the cloud.

    Attributes:
        kind: `create`, `update`, `replace`, `delete`, `import`, …
        type: the resource's type.
        name: its logical name.
        properties: those that make the difference, as far as the provider says.
    """

    kind: str
    type: str
    name: str
    properties: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class LayerPlan:
    """What the plan does to one layer.

    Attributes:
        layer: the layer.
        wave: layers of one wave deploy side by side; the first is 1.
        because: why it is in the plan, such as files that have changed; empty where all layers were asked for.
        changes: resources per kind of change, `KINDS` first and in that order, then others that there are: `import`,
            `read` (another stack's outputs, which the state keeps), `options` (what is written of it to the state
            alone); None where it is not known.
        resources: what happens to each resource, in the order in which it is found out.
        holds: what it deletes and other layers hold.
        in_place: the names of what it deletes before it makes what replaces it.
        rewrites: what is written to the state alone, resource by resource: options, aliases, providers' settings.
        previewed_on: the upstream layers whose outputs were taken as they would be, not as they are.
        waits_for: the upstream layers that have to be up before its changes are known: they cannot be previewed.
        lacks: layers before it, near or far, that are neither up nor in the plan: it cannot be deployed without them.
        losses: what it takes from data, or from what protects it.
        outputs: the contract's outputs that change, or may change, to the layers that would see it.
        new_outputs: outputs that come beside those there are.
        rewrites_exports: whether anything that the stack exports changes, what it says of its contract included.
        breaks: what deployed layers read of this layer's contract, and this checkout no longer gives them.
        unseen: the layers that may read this one's contract and of which it cannot be known, each in a line.
        in_the_way: what AWS would refuse although the preview went well, each in a line with the way out.
        error: why its preview failed.
        refused: why its preview failed, where the layers that it waits for may change that.
        violations: what policies have against it, each in a line; where they are mandatory, `error` says so.
        exemptions: what of it is exempt from controls, each with its reason and owner.
    """

    layer: str
    wave: int
    because: Sequence[str] = ()
    changes: Mapping[str, int] | None = None
    resources: Sequence[Change] = ()
    holds: Sequence[Hold] = ()
    in_place: Sequence[str] = ()
    rewrites: Sequence[Rewrite] = ()
    previewed_on: Sequence[str] = ()
    waits_for: Sequence[str] = ()
    lacks: Sequence[str] = ()
    losses: Sequence[Loss] = ()
    outputs: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    new_outputs: Sequence[str] = ()
    rewrites_exports: bool = False
    breaks: Sequence[str] = ()
    unseen: Sequence[str] = ()
    in_the_way: Sequence[str] = ()
    error: str | None = None
    refused: str | None = None
    violations: Sequence[str] = ()
    exemptions: Sequence[str] = ()

    @property
    def is_idle(self) -> bool:
        """Whether deploying the layer is known to change nothing; what others hold is not deleted."""
        if self.changes is None:
            return False
        return not (self.waits_for or self.error or self.rewrites_exports or self.makes)

    @property
    def is_provisional(self) -> bool:
        """Whether it was made before a layer that it follows is as it will be, or could not be made yet."""
        return bool(self.waits_for or self.previewed_on)

    @property
    def kept(self) -> Sequence[Hold]:
        """What others hold of that which can be deleted later: where there is any, nothing is deleted."""
        return [hold for hold in self.holds if not hold.at_once]

    @property
    def makes(self) -> bool:
        """Whether it does anything beside deleting what others hold."""
        return any(count for kind, count in (self.changes or {}).items() if kind != "delete" or not self.kept)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a deployment would do.

    Attributes:
        stack: the stacks' name.
        since: the revision that changes are counted from; None plans all that was asked for.
        layers: the layers in the order they deploy.
        unreadable: layers of which neither the state nor the index of reads could be read; which outputs they read is
            taken from the contracts.
        at: the revision that the one layer's program is taken from; None for this checkout.
    """

    stack: str
    since: str | None
    layers: Sequence[LayerPlan]
    unreadable: Sequence[str] = ()
    at: str | None = None

    @property
    def waves(self) -> list[list[LayerPlan]]:
        """The layers by wave, in order."""
        numbers = sorted({plan.wave for plan in self.layers})
        return [[plan for plan in self.layers if plan.wave == number] for number in numbers]

    @property
    def names(self) -> list[str]:
        """The layers' names, in the order in which they deploy."""
        return [plan.layer for plan in self.layers]

    @property
    def losses(self) -> list[tuple[str, Loss]]:
        """All that is taken from data, each with its layer."""
        return [(plan.layer, loss) for plan in self.layers for loss in plan.losses]

    @property
    def obstacles(self) -> list[str]:
        """What keeps the plan from being carried out.

        That is what is not up, previews that failed, contracts that break, readers that cannot be looked at, and what
        AWS would refuse.
        """
        told = []
        for plan in self.layers:
            if plan.lacks:
                together = {*plan.lacks, *(each.layer for each in self.layers)}
                with_them = command("up", *(name for name in LAYERS if name in together), stack=self.stack)
                are = "is" if len(plan.lacks) == 1 else "are"
                told.append(
                    f"{plan.layer}: {', '.join(plan.lacks)} {are} not up, and not in this plan; deploy all: {with_them}"
                )
            if plan.error:
                told.append(f"{plan.layer}: {plan.error}")
            told += plan.breaks
            told += (f"{plan.layer}: {line}" for line in (*plan.unseen, *plan.in_the_way))
        return told

    def as_data(self) -> dict[str, Any]:
        """Give the plan as JSON-able data."""
        return {**dataclasses.asdict(self), "waves": [[plan.layer for plan in wave] for wave in self.waves]}


def make_plan(
    environment: Environment,
    layers: Iterable[str],
    because: Mapping[str, Sequence[str]],
    since: str | None,
    named: Collection[str] = LAYERS,
    forgotten: Mapping[str, LayerState] = MappingProxyType({}),
) -> Plan:
    """Preview layers and put together what would happen.

    A layer is previewed on what the layers before it would export: on an empty account all layers are, with the values
    that are known and without those that are not. Where a layer before it can be neither read nor previewed, it waits
    for that. Since a revision, layers that read an output which changes are taken in, as their resources may have to
    follow.

    Args:
        environment: where.
        layers: which layers were asked for.
        because: layer to why it is in the plan.
        since: the revision that `because` counts from.
        named: the layers that may be in the plan.
        forgotten: the states of layers that are up and no longer declared; they read as others do.

    Raises:
        UserError: a stack is not there, its last run was cut short, or the backend cannot be read.
    """
    asked = [name for name in BY_NAME if name in set(layers)]
    states = states_of(environment, {*asked, *(read for layer in asked for read in BY_NAME[layer].reads)})
    require_settled(environment, states, asked)
    previews = Previews(environment, states)
    previews.add(asked)
    planned: dict[str, LayerPlan] = {}
    broken = _broken(environment.name, {**states, **forgotten})
    reasons = {layer: list(because.get(layer, ())) for layer in BY_NAME}
    for layer in BY_NAME:
        if layer not in asked and not (since and layer in named and reasons[layer]):
            continue
        if layer not in asked and _is_ready(states[layer]):
            # It was not asked for itself, and follows an output that changes.
            previews.add([layer])
        report = previews.reports.get(layer)
        if report is None:
            waits_for = previews.missing(layer) or [name for name in BY_NAME[layer].reads if name in planned]
            plan = LayerPlan(layer, 0, reasons[layer], waits_for=waits_for)
        else:
            plan = _planned(layer, reasons[layer], report, states, previews.upstream(layer))
            moving = [name for name in BY_NAME[layer].reads if name in planned and planned[name].waits_for]
            if plan.error and moving and not plan.violations:
                # It was held against what is exported now, and will be deployed against something else.
                plan = LayerPlan(layer, 0, reasons[layer], waits_for=moving, refused=plan.error)
            elif not plan.error and isinstance(report, Report):
                plan = dataclasses.replace(
                    plan,
                    holds=holds_of(report, states[layer], [*states.values(), *forgotten.values()]),
                    in_place=replaced_in_place(report),
                    in_the_way=list(in_the_way(environment, layer, report, states[layer].resources)),
                )
        unseen = [not_looked_at(environment, states[name]) for name in downstream(layer) if not states[name].is_known]
        planned[layer] = plan = dataclasses.replace(
            plan,
            lacks=[name for name in _absent(layer, states) if name not in asked],
            breaks=broken[layer],
            unseen=unseen,
        )
        for output, readers in plan.outputs.items():
            for reader in readers:
                reasons[reader].append(f"{layer}.{output} changes")
    places = {layer: place for place, wave in enumerate(waves(planned), start=1) for layer in wave}
    return Plan(
        environment.name,
        since,
        [dataclasses.replace(plan, wave=places[layer]) for layer, plan in planned.items()],
        [layer for layer, state in states.items() if not state.is_known],
    )


def _is_ready(state: LayerState) -> bool:
    """Tell whether a layer's stack can be previewed: it is there, for these credentials too, and its last run ended."""
    return state.is_readable and not state.missing and not state.pending


def _absent(layer: str, states: Mapping[str, LayerState]) -> list[str]:
    """Name the layers that have to be deployed before a layer, those that they read included, in order."""
    absent = set[str]()
    for name in reversed(LAYERS):
        if name == layer or name in absent:
            absent |= {read for read in BY_NAME[name].reads if states[read].is_known and not states[read].exports}
    return [name for name in BY_NAME if name in absent]


def _planned(
    layer: str,
    because: Sequence[str],
    report: Report | UserError,
    states: Mapping[str, LayerState],
    upstream: Sequence[str],
) -> LayerPlan:
    if isinstance(report, UserError):
        if not isinstance(report, EngineError):
            raise report
        return _failed(layer, because, report)
    before, after = report.outputs_before, report.outputs_after
    return LayerPlan(
        layer,
        0,
        because,
        dict.fromkeys(KINDS, 0) | _with_reads(report.changes, states, layer, upstream),
        previewed_on=upstream,
        resources=changes_of(report),
        rewrites=report.writes.rewrites,
        losses=losses_of(report),
        outputs=_changed_outputs(layer, report, states),
        new_outputs=[name for name in after if before and name not in before],
        rewrites_exports=report.changes_outputs,
        violations=[violation.message for violation in report.violations],
        exemptions=report.exemptions,
    )


def _with_reads(
    changes: Mapping[str, int], states: Mapping[str, LayerState], layer: str, upstream: Iterable[str]
) -> dict[str, int]:
    """Count the upstream layers too whose outputs the state keeps, and would keep anew once they have changed.

    A preview on what they would export still reads what they export now, and counts those that differ already.
    """
    kept = {name: seen for name in upstream if (seen := states[layer].seen_of(name)) is not None}
    anew = sum(plain(seen) == plain(states[name].outputs) for name, seen in kept.items())
    return {**changes, **({"read": changes.get("read", 0) + anew} if anew else {})}


def _failed(layer: str, because: Sequence[str], failure: EngineError) -> LayerPlan:
    """Plan a layer whose preview failed: because of policies alone, where there is no other error."""
    report = failure.report
    mandatory = [violation for violation in report.violations if violation.is_mandatory]
    error = f"{failure}".removeprefix(f"{layer}: ")
    if mandatory and set(report.errors) == {violation.message for violation in mandatory}:
        broken = listed(dict.fromkeys(violation.policy for violation in mandatory))
        error = f"{counted(len(mandatory), 'violation')} of mandatory policies ({broken}); each has its next step"
    return LayerPlan(
        layer,
        0,
        because,
        error=error,
        violations=[violation.message for violation in report.violations],
        exemptions=report.exemptions,
    )


def changes_of(report: Report) -> list[Change]:
    """List what a run does to resources; a replacement, of which the engine tells step by step, is one change.

    So is the deletion of what an earlier one has left.
    """
    return [
        *(
            Change(operation.op, operation.type, operation.name, operation.differs)
            for operation in report.finished
            if operation.op not in LEFT_ALONE and word_for(operation.op) == operation.op
        ),
        *(Change("delete", operation.type, operation.name) for operation in report.leftovers),
    ]


def _broken(stack: str, states: Mapping[str, LayerState]) -> dict[str, list[str]]:
    contracts = {layer: snapshot_of(layer) for layer in BY_NAME}
    deployed = {layer: state.outputs for layer, state in states.items() if state.is_up}
    found = breaks_of_deployed(contracts, deployed, stack)
    return {layer: [problem.text for problem in found if problem.layer == layer] for layer in BY_NAME}


def _changed_outputs(layer: str, report: Report, states: Mapping[str, LayerState]) -> dict[str, list[str]]:
    """Find the outputs that change, each with the layers whose deployed program reads it."""
    before, after = report.outputs_before, report.outputs_after
    changed = [
        name
        for name in before
        if name not in _OF_EVERY_CONTRACT
        # The events mask secrets: of one that changes they tell nothing.
        and (name not in after or before[name] != after[name] or name in report.writes.outputs)
    ]
    declared = contract_of(layer).schema()

    def reads(reader: str, name: str) -> bool:
        if states[reader].is_known:
            return name in states[reader].reads.get(layer, {})
        return name in declared and reader in declared[name].read_by

    return {name: [reader for reader in downstream(layer) if reads(reader, name)] for name in changed}
