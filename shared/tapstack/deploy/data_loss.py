"""What a run takes from data: found in its preview, and agreed to by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tapstack.deploy.data_bearing import DATA_BEARING
from tapstack.engine.events import UNKNOWN, Operation, Report
from tapstack.engine.words import OPTIONS, word_for

_TAKEN: Final = frozenset({"delete", "delete-replaced"})
_UPDATED: Final = frozenset({"update", "create"})


@dataclass(frozen=True)
class Loss:
    """What a change takes from one resource's data, or from what protects it.

    Attributes:
        kind: the change: `delete`, `replace`, `update`, `create`, or `options` where the state alone changes.
        type: the resource's type.
        name: its logical name.
        lost: what goes.
        property: the input or option that does it; empty where the resource goes as a whole.
    """

    kind: str
    type: str
    name: str
    lost: str
    property: str = ""


def losses_of(report: Report) -> list[Loss]:
    """Find what a run takes from data: whole resources first, then what updates do, then options that protect no more.

    A resource that is retained on deletion is forgotten, and loses nothing.
    """
    replaced = {operation.urn for operation in report.started if operation.op == "create-replacement"}
    gone = {operation.urn: operation for operation in report.started if operation.op in _TAKEN}
    losses = [
        Loss("replace" if urn in replaced else "delete", operation.type, operation.name, row.lost)
        for urn, operation in gone.items()
        if (row := DATA_BEARING.get(operation.type)) and row.lost and not operation.is_retained
    ]
    losses += [loss for operation in report.started if operation.op in _UPDATED for loss in _weakenings(operation)]
    return [*losses, *_loosened(report)]


def _weakenings(operation: Operation) -> Iterator[Loss]:
    row = DATA_BEARING.get(operation.type)
    if row is None:
        return
    if operation.op == "create" and (not row.subject or operation.inputs_after.get(row.subject) in {None, UNKNOWN}):
        return
    for weakening in row.weakenings:
        old, new = (_at(inputs, weakening.property) for inputs in (operation.inputs_before, operation.inputs_after))
        if weakening.is_done(old, new):
            yield Loss(
                word_for(operation.op), operation.type, operation.name, weakening.lost, property=weakening.property
            )


def _loosened(report: Report) -> Iterator[Loss]:
    for rewrite in report.writes.rewrites:
        for option in rewrite.loosened if rewrite.type in DATA_BEARING else ():
            kind = OPTIONS if rewrite.op == "same" else word_for(rewrite.op)
            yield Loss(kind, rewrite.type, rewrite.name, "its protection against deletion", property=option)


def _at(inputs: Mapping[str, Any], path: str) -> Any:
    value: Any = inputs
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else value if value == UNKNOWN else None
    return value
