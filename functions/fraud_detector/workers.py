"""Work that waits for AWS most of its time, done side by side.

The threads stay from one invocation to the next, and none of them has anything to do when an invocation ends: Lambda
stops what goes on after that, and goes on with it in another.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORKERS: Final = 16
"""Calls of one invocation that are under way at a time, and the connections that they need."""


class Pool(Protocol):
    """As much of `concurrent.futures.Executor` as is needed."""

    def map(self, work: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
        """Begin with all items, as many at a time as there are workers, and give the results in the items' order."""


class Workers:
    """Does the same with several items."""

    def __init__(self, pool: Pool) -> None:
        """Have the work done by a pool of `WORKERS`."""
        self._pool = pool

    def do(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
        """Do the work with each item; the first error is raised when all have come to their end.

        A single item is no reason to go to another thread.
        """
        if len(items) == 1:
            return [work(items[0])]

        def caught(item: _Item) -> tuple[list[_Result], Exception | None]:
            try:
                return [work(item)], None
            except Exception as error:  # noqa: BLE001 - it is raised below
                return [], error

        results: list[_Result] = []
        errors: list[Exception] = []
        for result, error in self._pool.map(caught, items):
            results += result
            if error:
                errors.append(error)
        if errors:
            raise errors[0]
        return results
