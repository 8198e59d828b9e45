"""The controls: what AWS says of them, and two custom ones that Security Hub has none for, as data."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FSBP: Final = "FSBP"
_HERE: Final = Path(__file__).parent
_PAGES: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide"


@dataclass(frozen=True)
class Control:
    """One control.

    Attributes:
        id: such as `KMS.4`.
        title: as AWS words it.
        severity: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`, as AWS rates it.
        standards: the standards that have it, of those that are looked at here.
        link: the page that explains it.
    """

    id: str
    title: str
    severity: str
    standards: tuple[str, ...]
    link: str


def _read() -> dict[str, Control]:
    table: dict[str, Any] = tomllib.loads((_HERE / "controls.toml").read_text(encoding="utf-8"))
    services = {name: rows for name, rows in table.items() if isinstance(rows, dict)}
    return {
        f"{service}.{number}": Control(
            f"{service}.{number}",
            row["title"],
            row["severity"],
            tuple(row["standards"]),
            row.get("link") or f"{_PAGES}/{service.lower()}-controls.html#{service.lower()}-{number}",
        )
        for service, rows in services.items()
        for number, row in rows.items()
    }


CONTROLS: Final = _read()
"""All by id."""
