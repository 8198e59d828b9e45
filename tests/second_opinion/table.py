"""The rows of `differences.toml`: where the two emulators are known to differ, who is right, by which document."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from second_opinion.comparing import Difference

FILE: Final = Path(__file__).with_name("differences.toml")
RIGHT: Final = frozenset({"ministack", "moto", "both", "neither"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """A known difference, or several of one kind.

    Attributes:
        operations: patterns of operations, such as `ec2:Describe*`.
        paths: patterns of members.
        ministack: a pattern of what the lane's emulator has there, in short.
        moto: a pattern of what moto has there.
        aws: what AWS does.
        source: AWS's document that says so.
        right: who does as AWS: `ministack`, `moto`, `both` where AWS does now the one and now the other, or `neither`.
        done: what was done about it.
        way_round: the name of the way round it in `serving.py`, without which a layer does not go up, cannot be
            looked at or does not go down; empty where none is needed.
    """

    operations: tuple[str, ...]
    paths: tuple[str, ...]
    ministack: str
    moto: str
    aws: str
    source: str
    right: str
    done: str
    way_round: str = ""

    def knows(self, difference: Difference) -> bool:
        """Tell whether a difference is of this kind."""
        return (
            any(fnmatchcase(difference.operation, pattern) for pattern in self.operations)
            and any(fnmatchcase(_plain(difference.path), _plain(pattern)) for pattern in self.paths)
            and fnmatchcase(_plain(difference.ministack), _plain(self.ministack))
            and fnmatchcase(_plain(difference.moto), _plain(self.moto))
        )


def _plain(text: str) -> str:
    """Have brackets stand for themselves in patterns."""
    return text.replace("[", "(").replace("]", ")")


def read_rows(file: Path = FILE) -> list[Row]:
    """Read the table."""
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["difference"]
    return [Row(**{**row, "operations": tuple(row["operations"]), "paths": tuple(row["paths"])}) for row in rows]


def unknown(rows: Iterable[Row], found: Iterable[Difference]) -> list[Difference]:
    """List the differences that no row knows."""
    rows = list(rows)
    return [difference for difference in found if not any(row.knows(difference) for row in rows)]


def untrue(rows: Iterable[Row], found: Iterable[Difference]) -> list[Row]:
    """List the rows that know none of the differences: either emulator has changed. Ways round hide their own."""
    found = list(found)
    return [row for row in rows if not row.way_round and not any(row.knows(difference) for difference in found)]
