"""An executor without threads, for code that runs its work in a pool: a simulation has one order of events."""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

_T = TypeVar("_T")


class InlineExecutor:
    """Takes the place of `ThreadPoolExecutor` and runs everything at once, one after the other."""

    def __init__(self, *_: Any) -> None:
        """Take what a pool takes, and leave it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def map(self, work: Callable[..., _T], *arguments: Iterable[Any]) -> list[_T]:
        """Call `work` on each."""
        return [work(*each) for each in zip(*arguments, strict=False)]
