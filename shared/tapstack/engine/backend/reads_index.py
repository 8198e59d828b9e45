"""The index of reads: what each deployed layer reads of others, where every team may look.

A team's role may read its own layer's state and those of the layers before it, and no reader's. What it must know of
its readers before it changes an output or deletes what they hold stands here: the fields that the deployed program
reads, and the ids of the producers' resources that its own name, as its state says; no other values.

A note names the version of the state that it was made from. If the state has changed since, by a run that was cut short
or by `pulumi` itself, the note says nothing any more, and neither does one that is missing or not whole: what cannot be
known is told as such, and never taken for "reads nothing". A layer that was destroyed has a note too, that says so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tapstack.engine.backend.keys import is_locked_by_engine, reads_key, state_version
from tapstack.engine.backend.store import Store, StoreError

_FORMAT: Final = 1


@dataclass(frozen=True)
class Note:
    """What the index says of a layer's stack.

    Attributes:
        is_up: whether it holds resources.
        reads: upstream layer to what it reads of its contract, as the stack exports it; None where its program is of
            a time before it said so.
        holds: upstream layer to the ids of its resources that this layer's resources name; without a layer whose state
            could not be read, and None where the note is of a time before it said so.
    """

    is_up: bool
    reads: Mapping[str, Any] | None
    holds: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True)
class Unknown:
    """Why the index does not say what a layer reads, to finish the sentence "… cannot be looked at: …"."""

    reason: str


class ReadsIndex:
    """The notes on the stacks of one name."""

    def __init__(self, store: Store, stack: str) -> None:
        """Describe it; nothing is read yet."""
        self._store = store
        self._stack = stack

    def look_up(self, layer: str) -> Note | Unknown:
        """Tell what a layer's stack reads, or why that is not known."""
        try:
            version = state_version(self._store, layer, self._stack)
            content = self._store.read(reads_key(layer, self._stack))
            is_changing = is_locked_by_engine(self._store, layer, self._stack)
        except StoreError as error:
            return Unknown(f"{error}")
        if version is None:
            return Note(is_up=False, reads={})
        if content is None:
            return Unknown("it was never noted")
        try:
            of_version, note = _parsed(content)
        except (ValueError, TypeError, LookupError):
            return Unknown(f"{reads_key(layer, self._stack)} of the backend is not as it was written")
        if of_version == version:
            return note
        cut = "a run that was cut short"
        return Unknown(
            f"its state is being changed, or was by {cut}"
            if is_changing
            else f"its state was changed since it was noted, by `pulumi` itself or by {cut}"
        )

    def version(self, layer: str) -> str | None:
        """Tell which version a layer's state has now; None where there is no such stack.

        Raises:
            StoreError: the backend cannot be listed.
        """
        return state_version(self._store, layer, self._stack)

    def write(self, layer: str, version: str, note: Note) -> None:
        """Note what a layer's stack reads, where that is not what stands there.

        Args:
            layer: the layer.
            version: of its state, asked for before the state was read.
            note: what the state says.

        Raises:
            StoreError: the index cannot be written.
        """
        document = {
            "format": _FORMAT,
            "state": version,
            "is_up": note.is_up,
            "reads": note.reads,
            "holds": note.holds,
        }
        content = (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()
        key = reads_key(layer, self._stack)
        if self._store.read(key) != content:
            self._store.write(key, content)

    def remove(self, layer: str) -> None:
        """Forget a layer whose stack is not there.

        Raises:
            StoreError: the index cannot be written.
        """
        if self._store.read(reads_key(layer, self._stack)) is not None:
            self._store.remove(reads_key(layer, self._stack))


def _parsed(content: bytes) -> tuple[str, Note]:
    document = json.loads(content)
    if document["format"] != _FORMAT:
        raise ValueError(document["format"])
    is_up, reads, holds = document["is_up"], document["reads"], document.get("holds")
    if not isinstance(is_up, bool) or not (reads is None or isinstance(reads, dict)):
        raise TypeError(document)
    for read in (reads or {}).values():
        # What everybody who looks it up relies on.
        _ = int(read["version"]), dict(read["fields"])
    for ids in (holds or {}).values():
        _ = frozenset(ids)
    return document["state"], Note(is_up, reads, holds)
