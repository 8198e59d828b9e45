"""Locks on the layers' stacks of one name, kept beside their states.

The engine locks a stack while it changes it. These locks hold from the plan on, over all layers that a command works
on, so that what was shown is what is deployed. Two layers that a contract joins are not changed at the same time: a
reader that begins to read a field while its producer takes it away would find out at its next deployment. Who comes
second is refused, and told by whom; nobody waits.

Who only looks takes no lock, as its role may not write: it makes sure that nothing was changed while it looked.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from tapstack.console.errors import UserError
from tapstack.engine.backend.keys import lock_key, state_version
from tapstack.engine.backend.store import Store
from tapstack.engine.cache import cache_folder
from tapstack.engine.holder import Holder
from tapstack.engine.locks import locked
from tapstack.layers import BY_NAME, LAYERS, downstream


class StackLocks:
    """The locks of the stacks of one name."""

    def __init__(self, store: Store, stack: str) -> None:
        """Describe them; none is taken yet."""
        self._store = store
        self._stack = stack

    @contextmanager
    def taken(self, layers: Collection[str], command: str) -> Iterator[None]:
        """Keep others from changing layers, and those joined to them by contracts, during a `with` block.

        Args:
            layers: the layers that the command may change.
            command: its verb, for others to read.

        Raises:
            UserError: another command changes one of them.
            StoreError: the locks cannot be written.
        """
        holder = Holder.of(command)
        mine: list[str] = []
        try:
            for layer in (name for name in LAYERS if name in layers):
                if not self._take(layer, holder):
                    raise self._busy(layer)
                mine.append(layer)
            # Mine are there to see before I look: of two that come at once, one sees the other at least.
            for layer in _joined(layers):
                if layer not in mine and self._held(layer):
                    raise self._busy(layer)
            yield
        finally:
            for layer in mine:
                self._store.remove(lock_key(layer, self._stack))

    @contextmanager
    def unchanged(self, layers: Collection[str]) -> Iterator[None]:
        """See that layers, and those joined to them by contracts, are not changed during a `with` block.

        Raises:
            UserError: another command changes them, or somebody did meanwhile.
            StoreError: the backend cannot be listed.
        """
        before = self._versions(layers)
        yield
        after = self._versions(layers)
        if changed := [layer for layer, version in after.items() if before[layer] != version]:
            raise UserError(
                f"{', '.join(changed)}: the state of stack {self._stack!r} was changed while this command looked at "
                "it; run it again"
            )

    def _versions(self, layers: Collection[str]) -> Mapping[str, str | None]:
        concerned = _joined(layers)
        for layer in concerned:
            if self._held(layer):
                raise self._busy(layer)
        return {layer: state_version(self._store, layer, self._stack) for layer in concerned}

    def _take(self, layer: str, holder: Holder) -> bool:
        key = lock_key(layer, self._stack)
        return self._store.create(key, holder.content()) or (
            not self._held(layer) and self._store.create(key, holder.content())
        )

    def _held(self, layer: str) -> bool:
        """Tell whether somebody holds a layer's lock, and take away one whose process is gone from this machine."""
        key = lock_key(layer, self._stack)
        content = self._store.read(key)
        if content is None:
            return False
        if not _is_gone(content):
            return True
        # One at a time: the next one could take away what another has taken meanwhile.
        with locked(cache_folder() / "stack-locks.lock"):
            if (content := self._store.read(key)) is not None and _is_gone(content):
                self._store.remove(key)
        return False

    def _busy(self, layer: str) -> UserError:
        key = lock_key(layer, self._stack)
        holder = Holder.parse(self._store.read(key) or b"") or "another command"
        return UserError(
            f"{layer}: stack {self._stack!r} is being worked on by {holder}; wait until it has ended. If its process "
            f"is gone: {self._store.removal(key)}"
        )


def _joined(layers: Collection[str]) -> list[str]:
    """Name layers, those that they read and those that read them, in the order they deploy."""
    joined = {*layers}
    for layer in layers:
        joined |= {*BY_NAME[layer].reads, *downstream(layer)}
    return [layer for layer in LAYERS if layer in joined]


def _is_gone(content: bytes) -> bool:
    holder = Holder.parse(content)
    return holder is not None and holder.is_gone
