"""What the tables' operations consumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final, Self

_ADDING: Final = Lock()
"""Commands of operators write from several threads."""


@dataclass(frozen=True)
class Consumed:
    """Units and calls of one table's operation."""

    calls: int = 0
    read_units: float = 0
    write_units: int = 0
    index_write_units: int = 0

    def __add__(self, other: Self) -> Self:
        return replace(
            self,
            calls=self.calls + other.calls,
            read_units=self.read_units + other.read_units,
            write_units=self.write_units + other.write_units,
            index_write_units=self.index_write_units + other.index_write_units,
        )


@dataclass
class Usage:
    """Totals by table and operation (`("transactions", "PutItem")`)."""

    _consumed: dict[tuple[str, str], Consumed] = field(default_factory=dict)

    def add(self, table: str, operation: str, consumed: Consumed) -> None:
        """Add what one operation consumed; each call counts once."""
        place = (table, operation)
        with _ADDING:
            self._consumed[place] = self._consumed.get(place, Consumed()) + consumed

    def of(self, table: str, operation: str) -> Consumed:
        """Return the totals of one table's operation."""
        return self._consumed.get((table, operation), Consumed())

    def total(self) -> Consumed:
        """Return everything together."""
        return sum(self._consumed.values(), Consumed())

    def snapshot(self) -> Mapping[tuple[str, str], Consumed]:
        """Return the totals as they are now."""
        return dict(self._consumed)

    def reset(self) -> None:
        """Begin again from nothing."""
        self._consumed.clear()
