"""Resources that hold what cannot be made again, and the changes that lose it or weaken what protects it.

The table is `data_bearing.toml` beside this module, with a source for each row.
"""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from tapstack.engine.events import UNKNOWN


class Harm(Enum):
    """Which change of an input does harm; the values are those of the table, which says what each means."""

    OFF = "off"
    ON = "on"
    LOWER = "lower"
    REMOVED = "removed"
    CHANGED = "changed"
    LEAVES = "leaves"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakening:
    """An update that loses data, or some of what protects it.

    Attributes:
        property: the input that changes, with dots between the levels.
        harm: which change of it does harm.
        lost: what is lost.
        source: the page that says so.
        default: what an input that is not set stands for.
        value: the value that must not be left.
    """

    property: str
    harm: Harm
    lost: str
    source: str
    default: Any = None
    value: Any = None

    def is_done(self, before: Any, after: Any) -> bool:
        """Tell whether the change of the input does harm; one that is not set is None.

        A value that is known only once it is made, where there was another, may do any.
        """
        if before == after:
            return False
        if after == UNKNOWN:
            return True
        old, new = (self.default if value is None else value for value in (before, after))
        return bool(_IS_DONE[self.harm](self, old, new))


@dataclass(frozen=True, slots=True)
class DataBearing:
    """A type of resource that bears data.

    Attributes:
        lost: what is lost with one that is deleted or replaced; empty for a type whose updates alone do harm.
        source: the page that says so.
        subject: the input that names what a resource is applied to, where creating it does harm to that.
        weakenings: the updates that do harm.
    """

    lost: str
    source: str
    subject: str = ""
    weakenings: tuple[Weakening, ...] = ()


def _number(value: Any, default: float | None) -> float:
    """Give a number; where nothing else stands for one that is not set, that, 0 and -1 have no end."""
    if default is None and value in {None, 0, -1}:
        return math.inf
    return float(value)


def _expires(rule: Any) -> bool:
    return isinstance(rule, Mapping) and any(key.lower().endswith("expiration") for key in rule)


_IS_DONE: Final[Mapping[Harm, Callable[[Weakening, Any, Any], object]]] = {
    Harm.OFF: lambda _, old, new: old and not new,
    Harm.ON: lambda _, old, new: new and not old,
    Harm.LOWER: lambda row, old, new: _number(new, row.default) < _number(old, row.default),
    Harm.REMOVED: lambda _, old, new: old and not new,
    Harm.CHANGED: lambda _, old, new: old and new,
    Harm.LEAVES: lambda row, old, _: old == row.value,
    Harm.EXPIRES: lambda _, old, new: any(_expires(rule) and rule not in (old or ()) for rule in new or ()),
}


def _row(row: Mapping[str, Any]) -> DataBearing:
    weakenings = tuple(Weakening(**{**update, "harm": Harm(update["harm"])}) for update in row.get("updates", ()))
    return DataBearing(row["lost"], row["source"], row.get("subject", ""), weakenings)


DATA_BEARING: Final[Mapping[str, DataBearing]] = {
    token: _row(row)
    for token, row in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
"""Resource type to what it bears."""
