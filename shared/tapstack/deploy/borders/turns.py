"""Whose turn it is, in words: the three steps of a plan, and which command comes next."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from tapstack.console.hints import command
from tapstack.console.words import counted, listed
from tapstack.deploy.borders.holds import Hold
from tapstack.layers import LAYERS

_NAMES_SHOWN: Final = 3


def readers_of(holds: Collection[Hold]) -> list[str]:
    """Name the layers that hold something, in the order in which they deploy."""
    readers = {reader for hold in holds for reader in hold.readers}
    return [*(layer for layer in LAYERS if layer in readers), *sorted(readers.difference(LAYERS))]


def steps(
    stack: str,
    layer: str,
    holds: Sequence[Hold],
    *,
    makes: bool,
    in_place: Sequence[str],
    planned: Collection[str],
) -> Iterator[str]:
    """Say how what readers hold is replaced, a line a step.

    Args:
        stack: the stacks' name.
        layer: the producer.
        holds: what readers hold of what it deletes.
        makes: whether there is something to make before.
        in_place: what it deletes before it makes what replaces it.
        planned: the layers that the plan deploys; of the others it is said what to run.
    """
    for hold in holds:
        if hold.at_once:
            yield (
                f"{layer}: {_named([hold])} goes before its replacement is made, and {listed(hold.readers)} "
                f"{_have(hold.readers, 'hold')} it: {_they(hold.readers)} without it until both are up; with another "
                "name, the new one could be made beside it"
            )
    kept = [hold for hold in holds if not hold.at_once]
    if not kept:
        return
    readers = readers_of(kept)
    later = [reader for reader in readers if reader not in planned]
    go, delete = (f": {command('up', *names, stack=stack)}" if later else "" for names in (later, [layer]))
    first = 2 if makes else 1
    moved = "they have moved" if readers[1:] else "it has moved"
    yield f"{layer}: {listed(readers)} {_have(readers, 'hold')} {_named(kept)}, so the old stays until {moved}"
    if makes:
        yield f"{layer}: step 1, expand: {layer} makes the new beside the old, and exports it"
        if in_place:
            names = listed(f"{name!r}" for name in in_place)
            it, goes = ("them", "go") if in_place[1:] else ("it", "goes")
            yield f"{layer}: {names} cannot stand beside what replaces {it}, and {goes} first"
    yield f"{layer}: step {first}, move: {listed(readers)} {_have(readers, 'go', 'es')} over to the new{go}"
    yield f"{layer}: step {first + 1}, contract: {layer} deletes the old{delete}"


def next_turn(stack: str, layer: str, holds: Sequence[Hold]) -> str:
    """Say who is next where a layer has kept what others hold."""
    readers = readers_of(holds)
    return (
        f"{layer}: the old is kept, as {listed(readers)} {_have(readers, 'hold')} {_named(holds)}; next: "
        f"{command('up', *readers, stack=stack)}, then {command('up', layer, stack=stack)} deletes it"
    )


def stuck(stack: str, layer: str, holds: Sequence[Hold]) -> str:
    """Say that readers hold on to what a layer has kept, although they were deployed."""
    readers = readers_of(holds)
    return (
        f"{layer}: the old is kept, as {listed(readers)} {_have(readers, 'hold')} {_named(holds)} and would not let "
        f"go: take it out of {listed([f'projects/{reader}' for reader in readers])}, or read it through the contract "
        f"of {layer}; then go on: {command('up', *readers, layer, stack=stack)}"
    )


def contract_turn(stack: str, layer: str, count: int, placed: Sequence[str]) -> str:
    """Say that a layer can delete what it has kept.

    Args:
        stack: the stacks' name.
        layer: the layer.
        count: how many resources it has kept.
        placed: the layers with functions in subnets, whose earlier versions may be in the old ones.
    """
    delete = command("up", layer, stack=stack)
    if not placed:
        return f"{layer}: nobody holds its {counted(count, 'old resource')} any more; next: {delete}"
    return (
        f"{layer}: only versions kept to go back to can still hold its {counted(count, 'old resource')}; once they are "
        f"not needed: {command('prune-versions', *placed, stack=stack)}, then {delete}"
    )


def _named(holds: Sequence[Hold]) -> str:
    names = [f"{hold.name!r} ({hold.id})" for hold in holds[:_NAMES_SHOWN]]
    more = len(holds) - _NAMES_SHOWN
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _have(subjects: Sequence[str], verb: str, ending: str = "s") -> str:
    return verb if subjects[1:] else f"{verb}{ending}"


def _they(subjects: Sequence[str]) -> str:
    return "they are" if subjects[1:] else "it is"
