"""The velocity table in memory: as much of DynamoDB's client as the counters use, for one caller at a time.

    get_item, batch_get_item    what is there
    update_item                 SET and REMOVE of attributes at the top; each condition of the counters holds, as
                                nobody else writes

What no window can hold any more goes: a table on AWS has its items deleted likewise, only later.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from transactions.agreed.tables import KEY
from transactions.attributes import Item
from transactions.velocity.windows import LATEST_MS

Answer = Mapping[str, Any]


class VelocityTable:
    """The client and its one table."""

    def __init__(self, clock: Callable[[], int], longest_window_ms: int) -> None:
        """Begin with nothing in it.

        Args:
            clock: tells the time that is replayed.
            longest_window_ms: the longest window that anything is counted in.
        """
        self._clock = clock
        self._kept_ms = LATEST_MS + longest_window_ms
        # In the order in which they were last written.
        self._items: OrderedDict[str, tuple[int, Item]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._items)

    def get_item(self, *, Key: Item, **_: object) -> Answer:  # noqa: N803 - as boto3 calls it
        """Read an item."""
        held = self._items.get(Key[KEY]["S"])
        return {"Item": held[1]} if held else {}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Answer:  # noqa: N803 - as boto3 calls it
        """Read items, all of them at once."""
        ((table, wanted),) = RequestItems.items()
        names = [key[KEY]["S"] for key in wanted["Keys"]]
        return {"Responses": {table: [self._items[name][1] for name in names if name in self._items]}}

    def update_item(
        self,
        *,
        Key: Item,  # noqa: N803 - as boto3 calls them
        UpdateExpression: str,  # noqa: N803
        ExpressionAttributeValues: Mapping[str, Any],  # noqa: N803
        **_: object,
    ) -> Answer:
        """Change an item, or make it."""
        name, now = Key[KEY]["S"], self._clock()
        sets, removed = _parts(UpdateExpression)
        held = self._items.get(name)
        item = {**(held[1] if held else Key), **{one: ExpressionAttributeValues[value] for one, value in sets}}
        self._items[name] = now, {one: value for one, value in item.items() if one not in removed}
        self._items.move_to_end(name)
        # A use that is older than a record can be late and a window long is near nothing that may still come.
        while next(iter(self._items.values()))[0] < now - self._kept_ms:
            self._items.popitem(last=False)
        return {}


@lru_cache
def _parts(expression: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Take `SET a = :a, b = :b REMOVE c` apart; any other form is none that the counters use.

    Raises:
        ValueError: it is of another form.
    """
    sets, _, removed = expression.removeprefix("SET ").partition(" REMOVE ")
    pairs = [tuple(part.split(" = ")) for part in sets.split(", ")]
    if not expression.startswith("SET ") or any(len(pair) != 2 or not pair[1].startswith(":") for pair in pairs):
        raise ValueError(f"the velocity table in memory knows no {expression!r}")
    return [(pair[0], pair[1]) for pair in pairs], removed.split(", ") if removed else []
