"""Units by partition of tables and indexes, and what a partition takes of them in a second.

An item is the smallest part that DynamoDB can put on a partition of its own, and in an index whatever has one partition
key and is written at its end; so both are taken for partitions here. A partition that is full has the operation
refused: of an index, too, as the table's write waits for it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["read", "write"]


class Part(NamedTuple):
    """What an operation takes of a partition of a table or an index, under a partition key."""

    name: str
    key: str
    units: float


@dataclass
class Partitions:
    """All partitions.

    Attributes:
        clock: returns now, in milliseconds.
        limits: how many units a partition takes in a second; what is not in it has no limit.
        units: what was consumed, by kind, name and key.
        refused: how often an operation was, by kind and the name of what was full.
    """

    clock: Callable[[], int]
    limits: dict[Kind, float] = field(default_factory=dict)
    units: dict[tuple[Kind, str, str], float] = field(default_factory=lambda: defaultdict(float))
    refused: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    _second: int = -1
    _taken: dict[tuple[Kind, str, str], float] = field(default_factory=lambda: defaultdict(float))

    def take(self, kind: Kind, parts: Sequence[Part]) -> bool:
        """Consume units of all parts together; tell whether they had room."""
        if self.clock() // 1000 != self._second:
            self._second = self.clock() // 1000
            self._taken.clear()
        for name, key, units in parts:
            if kind in self.limits and self._taken[kind, name, key] + units > self.limits[kind]:
                self.refused[kind, name] += 1
                return False
        for name, key, units in parts:
            self._taken[kind, name, key] += units
            self.units[kind, name, key] += units
        return True

    def of(self, kind: Kind, name: str) -> dict[str, float]:
        """Give partition key to units, of one table or index."""
        return {key: units for (of, table, key), units in self.units.items() if (of, table) == (kind, name)}

    def reset(self) -> None:
        """Begin to count from nothing."""
        self.units.clear()
        self.refused.clear()
