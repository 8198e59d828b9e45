"""A DynamoDB table keyed by one string, with its indexes, its stream and the versions late reads can still see."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulation.model.partitions import Part
from simulation.model.streams import Stream
from simulation.model.usage import Consumed
from simulation.model.values import Item, item_size

KEY: Final = "id"
"""The key of every table here."""
_VERSIONS_KEPT: Final = 8


@dataclass(frozen=True)
class Index:
    """A global secondary index."""

    name: str
    hash_key: str
    range_key: str
    keys_only: bool = False
    """Whether it holds the keys alone; else it holds everything."""

    def shown(self, item: Item) -> Item:
        """Return what the index holds of an item."""
        kept = (KEY, self.hash_key, self.range_key)
        return {name: item[name] for name in kept} if self.keys_only else item

    def key_of(self, item: Item | None) -> tuple[str, str] | None:
        """Return where an item stands in the index; None for one that is not in it."""
        if item is None or self.hash_key not in item or self.range_key not in item:
            return None
        return item[self.hash_key]["S"], item[self.range_key]["S"]


@dataclass(frozen=True)
class Version:
    """What a key held from a moment on."""

    since: int
    """In milliseconds."""
    item: Item | None


def _newest(key: str, versions: Sequence[Version]) -> Version:
    return versions[-1]


def as_of(moment: Callable[[], int]) -> Callable[[str, Sequence[Version]], Version]:
    """Make reads late: they see what was there at a moment, in milliseconds, as far back as versions are kept."""

    def seen(key: str, versions: Sequence[Version]) -> Version:
        until = moment()
        return next((each for each in reversed(versions) if each.since <= until), versions[0])

    return seen


class Table:
    """The table. What it takes and gives is kept: whoever has it must not change it."""

    def __init__(
        self,
        name: str,
        clock: Callable[[], int],
        *,
        indexes: Sequence[Index] = (),
        stream: Stream | None = None,
        ttl_attribute: str | None = None,
    ) -> None:
        """Make an empty table.

        Args:
            name: as requests name it.
            clock: returns now, in milliseconds.
            indexes: its global secondary indexes.
            stream: where its changes go.
            ttl_attribute: holds the second an item expires at.
        """
        self.name = name
        self.indexes = indexes
        self.stream = stream
        self.ttl_attribute = ttl_attribute
        self.stale: Callable[[str, Sequence[Version]], Version] = _newest
        """Says which of a key's versions, oldest first, a read sees that is not consistent."""
        self.changed: Callable[[str, Item | None, Item | None], object] = lambda key, before, after: None
        """Hears of every change, whoever made it: the key, what it held and what it holds."""
        self._clock = clock
        self._versions: dict[str, list[Version]] = {}

    def newest(self, key: str) -> Item | None:
        """Return what a key holds now."""
        return self._versions[key][-1].item if key in self._versions else None

    def seen(self, key: str, *, consistent: bool) -> Item | None:
        """Return what a read of a key sees."""
        if consistent or key not in self._versions:
            return self.newest(key)
        return self.stale(key, tuple(self._versions[key])).item

    def seen_all(self, *, consistent: bool) -> Iterator[Item]:
        """Return what a read of everything sees, in an order that says nothing, as in DynamoDB."""
        for key in sorted(self._versions, key=scan_place):
            item = self.seen(key, consistent=consistent)
            if item is not None:
                yield item

    def items(self) -> list[Item]:
        """Return everything there is now."""
        return list(self.seen_all(consistent=True))

    def write(self, key: str, item: Item | None, *, by_service: bool = False) -> Consumed:
        """Put an item under a key, or take away what is there; the table's stream hears of it if it changes anything.

        Args:
            key: the key.
            item: what it holds from now on.
            by_service: DynamoDB itself does it, which costs nothing.

        Returns:
            What that consumed.
        """
        before = self.newest(key)
        index_units = int(sum(part.units for part in self.index_parts(before, item)))
        consumed = Consumed(0, 0, write_units(before, item), index_units)
        if before != item:
            versions = self._versions.setdefault(key, [Version(0, None)])
            versions.append(Version(self._clock(), item))
            del versions[:-_VERSIONS_KEPT]
            self.changed(key, before, item)
            if self.stream:
                self.stream.append(KEY, before, item, by_service=by_service)
        return consumed

    def index_parts(self, before: Item | None, after: Item | None) -> list[Part]:
        """Tell what a change takes of the partitions of indexes."""
        return [part for index in self.indexes for part in _index_parts(index, before, after)]

    def expire(self, now_seconds: int) -> list[str]:
        """Take away what has expired, as DynamoDB does at some time after it has.

        Returns:
            The keys.
        """
        name = self.ttl_attribute
        if name is None:
            return []
        expired = [
            item[KEY]["S"]
            for item in self.items()
            if "N" in (value := item.get(name, {})) and _past(value, now_seconds)
        ]
        for key in expired:
            self.write(key, None, by_service=True)
        return expired


def _index_parts(index: Index, before: Item | None, after: Item | None) -> Iterator[Part]:
    """Tell what a change takes of an index: an entry that moves is deleted in one place and put in another."""
    if before == after:
        return
    left, entered = index.key_of(before), index.key_of(after)
    was = index.shown(before) if before is not None and left else None
    becomes = index.shown(after) if after is not None and entered else None
    if left and left == entered:
        # What the index does not hold changes without it.
        if was != becomes:
            yield Part(index.name, left[0], write_units(was, becomes))
        return
    if left:
        yield Part(index.name, left[0], write_units(was, None))
    if entered:
        yield Part(index.name, entered[0], write_units(None, becomes))


def write_units(before: Item | None, after: Item | None) -> int:
    """Units a write consumes: by the larger of what was there and what is there then, at least one."""
    return max(1, *(-(-item_size(item) // 1024) for item in (before, after) if item is not None), 1)


def scan_place(key: str) -> str:
    """Return what a scan sorts keys by."""
    return hashlib.sha256(key.encode()).hexdigest()


def _past(value: dict[str, Any], now_seconds: int) -> bool:
    return float(value["N"]) < now_seconds
