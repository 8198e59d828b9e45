"""Exemptions: resources that break a control on purpose, as data with a reason and an owner.

Every one that is made use of is told at every run, and one that nothing makes use of any more is a violation of
its own: what has been mended must not be exempt for ever.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from controls import CONTROLS
from resources import Resource

FILE: Final = Path(__file__).with_name("exemptions.toml")


@dataclass(frozen=True)
class Exemption:
    """One row of the file.

    Attributes:
        controls: the ids of the controls that are not held to.
        layer: whose resources, as a pattern.
        resources: patterns of their logical names.
        reason: why it is right to break the control.
        owner: who answers for it.
        until: the last day that it holds; None where nothing would change with time.
        stacks: the stacks that it holds in; empty for all.
        idle_where: says where there may be nothing to exempt; empty where there always is something.
        used: control and name of what was exempt in this run.
    """

    controls: tuple[str, ...]
    layer: str
    resources: tuple[str, ...]
    reason: str
    owner: str
    until: date | None = None
    stacks: tuple[str, ...] = ()
    idle_where: str = ""
    used: set[tuple[str, str]] = field(default_factory=set, compare=False)

    def holds_in(self, project: str, stack: str) -> bool:
        """Tell whether it is about a stack of a project."""
        return fnmatchcase(project, f"*-{self.layer}") and (not self.stacks or stack in self.stacks)

    def covers(self, control: str, resource: Resource) -> bool:
        """Tell whether a resource may break a control, whatever the day."""
        named = any(fnmatchcase(resource.name, pattern) for pattern in self.resources)
        return control in self.controls and named and self.holds_in(resource.project, resource.stack)

    def ended(self, today: date) -> bool:
        """Tell whether its time is over."""
        return self.until is not None and self.until < today

    def told(self) -> str:
        """Say what was exempt, why, and who answers for it."""
        names = ", ".join(sorted({name for _, name in self.used}))
        controls = ", ".join(control for control in self.controls if control in {each for each, _ in self.used})
        until = f", until {self.until}" if self.until else ""
        return f"{controls} for {names}: {self.reason} ({self.owner}{until})"

    def idle(self, control: str) -> str:
        """Say that nothing breaks one of its controls any more."""
        return (
            f"nothing of {self.layer} named {', '.join(self.resources)} breaks {control}; take it out of "
            f"policies/{FILE.name}"
        )


def load(file: Path = FILE) -> list[Exemption]:
    """Read the file.

    Raises:
        ValueError: a row lacks something, or names a control that there is not.
    """
    rows: Sequence[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8")).get("exemption", [])
    return [_row(number, row) for number, row in enumerate(rows, start=1)]


def _row(number: int, row: dict[str, Any]) -> Exemption:
    where = f"{FILE.name}, exemption {number}"
    for name in ("controls", "layer", "resources", "reason", "owner"):
        if not row.get(name):
            raise ValueError(f"{where}: {name} is missing; say it")
    for control in row["controls"]:
        if control not in CONTROLS:
            raise ValueError(f"{where}: there is no control {control!r}; take one of controls.toml")
    if not row["owner"].startswith("@"):
        raise ValueError(f"{where}: owner {row['owner']!r} must be a team or person of layers.toml, such as @org/team")
    if unknown := row.keys() - {field.name for field in fields(Exemption)}:
        raise ValueError(f"{where}: there is no {min(unknown)!r}; see the head of the file")
    return Exemption(
        controls=tuple(row["controls"]),
        layer=row["layer"],
        resources=tuple(row["resources"]),
        reason=row["reason"],
        owner=row["owner"],
        until=row.get("until"),
        stacks=tuple(row.get("stacks", ())),
        idle_where=row.get("idle_where", ""),
    )
