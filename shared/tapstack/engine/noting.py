"""Keeps the index of reads as the states are."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.engine.backend.reads_index import Note
from tapstack.engine.environment import Environment
from tapstack.engine.named import ids_named
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.state import LayerState, state_of
from tapstack.program.export_names import READS_OUTPUT


@contextmanager
def reads_noted(environment: Environment, layers: Collection[str]) -> Iterator[None]:
    """Note what layers read once a `with` block has ended, however it ended; a note that was left out is made up for.

    Raises:
        UserError: it cannot be noted; where the block has failed, its own error is raised, and this one only told.
    """
    try:
        yield
    except BaseException:
        try:
            note_reads(environment, layers)
        except UserError as error:
            say(f"{error}")
        raise
    note_reads(environment, layers)


def note_reads(environment: Environment, layers: Collection[str]) -> None:
    """Note what layers read, as their states say.

    Raises:
        UserError: a state cannot be read, or the index not written; the other layers are noted.
    """
    index = environment.reads_index
    if index is None:
        return

    def note(layer: str) -> None:
        # The version first: should the state change before it is read, the note is out of date and not wrong.
        version = index.version(layer)
        if version is None:
            index.remove(layer)
        else:
            index.write(layer, version, _note_of(environment, state_of(environment, layer)))

    failed = {layer: found for layer, found in side_by_side(environment, list(layers), note).items() if found}
    if failed:
        told = "; ".join(map(str, failed.values()))
        again = command("contracts", "--note-reads", stack=environment.name)
        raise UserError(
            f"{told}. What {' and '.join(failed)} {'reads' if len(failed) == 1 else 'read'} is not noted for the teams "
            f"they read from, whose plans are refused until it is: {again}"
        )


def _note_of(environment: Environment, state: LayerState) -> Note:
    if not state.is_up:
        return Note(is_up=False, reads={}, holds={})
    holds = {}
    for upstream in state.reads:
        # A layer that cannot be read now, or is gone, may be held as a whole.
        with suppress(UserError):
            holds[upstream] = ids_named(state, state_of(environment, upstream))
    return Note(is_up=True, reads=state.outputs.get(READS_OUTPUT), holds=holds)
