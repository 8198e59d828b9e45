"""Writes what the table makes, or tells where the checkout differs from it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tapstack.account_names import product_problem
from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.generate.table import TABLE, Generated


class Difference(NamedTuple):
    """A file that is not what the table makes."""

    row: Generated
    path: str
    """Below the checkout, with slashes."""
    text: str | None
    """What it must hold; None where it must not be there."""

    def told(self) -> str:
        """Say it in one line, with the command that mends it."""
        wrong = f"differs from {self.row.source}" if self.text is not None else "is made from nothing any more"
        return f"{self.path} {wrong}; run: {command('generate', self.row.name)}"

    def mend(self, root: Path) -> str:
        """Make the file what it must be, as a whole or not at all, and say what was done.

        Raises:
            UserError: it cannot be written.
        """
        path = root / self.path
        unfinished = path.with_name(f".{path.name}.unfinished")
        try:
            if self.text is None:
                path.unlink()
                return f"removed {self.path}"
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_text(self.text, encoding="utf-8")
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"{self.path} cannot be written: {error.strerror}; make it writable") from error
        return f"wrote {self.path}"


def generate(names: Sequence[str] = (), *, check: bool = False, root: Path = CHECKOUT) -> Iterator[str]:
    """Write the files that differ from what the table makes of the checkout at `root`, or only name them.

    Args:
        names: rows of the table; none stands for all that need no lane.
        check: write nothing.
        root: the checkout.

    Yields:
        One line for each file that differs.

    Raises:
        UserError: there is no such row, one cannot be made, or a file cannot be written; rows before it are written.
    """
    if unknown := [name for name in names if name not in TABLE]:
        raise UserError(f"nothing is made under the name {unknown[0]!r}; the names are {', '.join(TABLE)}")
    if problem := product_problem():
        raise UserError(problem)
    for row in TABLE.values():
        if row.name in names or not (names or row.needs):
            for difference in _differences(row, root):
                yield difference.told() if check else difference.mend(root)


def _differences(row: Generated, root: Path) -> list[Difference]:
    made = row.render(root).items()
    return [Difference(row, path, text) for path, text in made if _read(root / path) != text]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
