"""What AWS takes, as data with its source: `limits.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Limit:
    """A limit.

    Attributes:
        name: what the model calls it.
        value: how much AWS takes.
        unit: of the value.
        raised: whether AWS raises it on request.
        page: where AWS says so.
    """

    name: str
    value: int
    unit: str
    raised: bool
    page: str


def _read() -> dict[str, Limit]:
    rows = tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))["limit"]
    return {row["name"]: Limit(**row) for row in rows}


LIMITS: Final = _read()
"""Name to limit."""
