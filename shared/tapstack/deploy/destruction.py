"""What the destruction of layers would delete, from real previews."""

from collections.abc import Sequence

from tapstack.console.errors import UserError
from tapstack.console.progress import step
from tapstack.deploy.data_loss import losses_of
from tapstack.deploy.plan import KINDS, LayerPlan, Plan, changes_of
from tapstack.engine.environment import Environment
from tapstack.engine.events import Report
from tapstack.engine.failures import EngineError
from tapstack.engine.side_by_side import side_by_side


def destruction(environment: Environment, order: Sequence[Sequence[str]]) -> Plan:
    """Preview the destruction of layers that have resources.

    Args:
        environment: where they are.
        order: the layers, in groups, those first that no other of them reads.

    Raises:
        UserError: a stack cannot be previewed.
    """
    layers = [layer for group in order for layer in group]
    with step("plan", f"previewing the destruction of {', '.join(layers)}") as current:
        reports = side_by_side(environment, layers, lambda layer: environment.stack(layer).preview_destroy())
        current.result = f"{len(reports)} previewed"
    planned = [_planned(layer, wave, reports[layer]) for wave, names in enumerate(order, start=1) for layer in names]
    return Plan(environment.name, None, planned)


def _planned(layer: str, wave: int, report: Report | UserError) -> LayerPlan:
    if isinstance(report, UserError):
        if not isinstance(report, EngineError):
            raise report
        return LayerPlan(layer, wave, error=f"{report}".removeprefix(f"{layer}: "))
    return LayerPlan(
        layer,
        wave,
        changes=dict.fromkeys(KINDS, 0) | report.changes,
        resources=changes_of(report),
        losses=losses_of(report),
    )
