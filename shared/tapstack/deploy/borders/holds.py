"""Which of the resources that a layer would delete other layers hold: found by their ids in the readers' inputs."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tapstack.engine.events import Report
from tapstack.engine.named import names_any, names_of
from tapstack.engine.stack import is_made
from tapstack.engine.state import LayerState


@dataclass(frozen=True)
class Hold:
    """A resource that a layer's deployment would delete and other layers hold.

    Attributes:
        type: its type.
        name: its logical name.
        id: what the provider knows it by.
        readers: the layers that hold it.
        at_once: whether it goes before what replaces it is made, so that nothing can stand in for it meanwhile.
    """

    type: str
    name: str
    id: str
    readers: tuple[str, ...]
    at_once: bool = False


def holds_of(report: Report, own: LayerState, others: Iterable[LayerState]) -> list[Hold]:
    """Find what a layer's deployment would delete and other layers hold.

    Args:
        report: the preview of the deployment.
        own: the layer's state.
        others: those of all other layers.
    """
    return _held(own, list(_leaving(report, own.resources)), others)


def replaced_in_place(report: Report) -> list[str]:
    """Name the resources that are deleted before what replaces them is made, in the order in which they are."""
    places = _places(report)
    return [
        urn.rpartition("::")[2]
        for (urn, op), place in places.items()
        if op == "delete-replaced" and place < places.get((urn, "create-replacement"), -1)
    ]


def left_in(state: LayerState) -> list[Mapping[str, Any]]:
    """List what was replaced in a layer, and is not deleted yet."""
    return [item for item in state.resources if item.get("delete") and is_made(item)]


def holds_of_left(own: LayerState, others: Iterable[LayerState]) -> list[Hold]:
    """Find what was replaced in a layer, is not deleted yet, and other layers hold."""
    return _held(own, [(item, False) for item in left_in(own)], others)


def _held(
    own: LayerState, leaving: Sequence[tuple[Mapping[str, Any], bool]], others: Iterable[LayerState]
) -> list[Hold]:
    gone = {id(item) for item, _ in leaving}
    staying = {name for item in own.resources if id(item) not in gone for name in names_of(item)}
    up = [other for other in others if other.is_up and other.layer != own.layer]
    held = []
    for item, at_once in leaving:
        names = names_of(item) - staying
        readers = tuple(other.layer for other in up if names and _holds(other, own.layer, names))
        if readers:
            held.append(Hold(item["type"], item["urn"].rpartition("::")[2], item["id"], readers, at_once))
    return held


def _leaving(report: Report, resources: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Find the resources that would be deleted, each with whether that comes before its replacement is made."""
    places = _places(report)
    for item in filter(is_made, resources):
        urn = item["urn"]
        replaced, deleted = (places.get((urn, op)) for op in ("create-replacement", "delete-replaced"))
        if item.get("delete"):
            # An earlier replacement has left it; there may be several of its URN.
            if deleted is not None:
                yield item, False
        elif replaced is not None:
            yield item, deleted is not None and deleted < replaced
        elif (urn, "delete") in places:
            yield item, False


def _places(report: Report) -> dict[tuple[str, str], int]:
    """Tell at which place each operation on a resource began, by its URN and the operation; without retained ones."""
    places: dict[tuple[str, str], int] = {}
    for place, operation in enumerate(report.started):
        if not operation.is_retained:
            places.setdefault((operation.urn, operation.op), place)
    return places


def _holds(reader: LayerState, producer: str, names: Collection[str]) -> bool:
    if reader.note is None:
        return names_any(reader, names)
    noted = (reader.note.holds or {}).get(producer)
    # Where the note does not say what is held, it may be all.
    return producer in reader.reads and (noted is None or not set(names).isdisjoint(noted))
