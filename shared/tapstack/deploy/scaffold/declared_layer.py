"""A layer that is there: its row, the files that are its alone, who reads it, and where else it is named."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.words import unknown
from tapstack.contracts.contract import OPERATORS
from tapstack.deploy.contracts import snapshots
from tapstack.deploy.contracts.outside import PUBLISHED
from tapstack.deploy.contracts.snapshots import Snapshot
from tapstack.deploy.github.codeowners import tests_of
from tapstack.deploy.scaffold.layer import NewLayer
from tapstack.layers import TABLE, Layer, LayersError, read_layers

_READ_BY: Final = re.compile(r"read_by=\[([^\]]*)\]")
_READ_BY_NONE: Final = re.compile(r", read_by=\[\]|read_by=\[\](?:, )?")
_SEARCHED: Final = ("projects", "shared", "functions", "policies", "tests", "docs", ".github")
_WRITTEN: Final = frozenset({".py", ".md", ".toml", ".yml", ".yaml", ".json"})


@dataclass(frozen=True)
class DeclaredLayer:
    """A layer of the checkout at `root`.

    Attributes:
        name: its name.
        root: the checkout.
    """

    name: str
    root: Path

    @property
    def spelt(self) -> NewLayer:
        """How the layer is called as a module and as a class."""
        return NewLayer(self.name, (), ())

    def layers(self) -> dict[str, Layer]:
        """Read the table, which has to have the layer.

        Raises:
            UserError: it has no such layer, or cannot be read.
        """
        try:
            layers = read_layers(self._table().read_text(encoding="utf-8"))
        except LayersError as error:
            raise UserError(f"{error}; fix {TABLE} first") from error
        if self.name not in layers:
            raise UserError(unknown("layer", self.name, layers))
        return layers

    def require_unread(self) -> None:
        """Refuse to go on where somebody reads the layer.

        Raises:
            UserError: names who, and what is done first.
        """
        readers = [layer.name for layer in self.layers().values() if self.name in layer.reads]
        if text := snapshots.read_texts(self.root).get(self.name):
            fields = Snapshot.parse(text, snapshots.file_of(self.name)).fields
            readers += [reader for field in fields.values() for reader in field.read_by]
        # Operators read through the tools' modules, which `require_unimported` names.
        if set(readers) - {OPERATORS}:
            raise UserError(
                f"layer {self.name!r} is read by {', '.join(dict.fromkeys(readers))}; nothing was changed. First take "
                f"it out of their programs, the fields' read_by and {TABLE}, and deploy them"
            )

    def require_unimported(self) -> None:
        """Refuse to go on where a module of the tools imports the layer's contract.

        Raises:
            UserError: names the modules.
        """
        if users := self._users():
            raise UserError(
                f"the contract of layer {self.name!r} is imported by {', '.join(users)}; nothing was changed. "
                "First take it out of there"
            )

    def _users(self) -> list[str]:
        """List the modules of the tools that import the layer's contract, as paths below the checkout."""
        wanted = re.compile(rf"\btapstack\.contracts\.{self.spelt.module}\b|\b{self.spelt.kind}Contract\b")
        return [path for path in self._others("shared", pattern=wanted) if path.endswith(".py")]

    def files(self) -> list[str]:
        """List the files that are the layer's alone, as paths below the checkout."""
        module = self.spelt.module
        paths = [f"projects/{self.name}", f"shared/tapstack/contracts/{module}.py", snapshots.file_of(self.name)]
        paths += tests_of(self.name, list(self.layers().values()), self.root)
        return [file.relative_to(self.root).as_posix() for path in paths for file in self._files_in(self.root / path)]

    def without_row(self) -> str:
        """Give the table's text without the layer.

        Raises:
            UserError: its row is not written as `new-layer` writes rows.
        """
        text = self._table().read_text(encoding="utf-8")
        left = self._row().sub("", text)
        expected = {name: layer for name, layer in self.layers().items() if name != self.name}
        return self._checked(left, expected)

    def with_row_named(self, name: str) -> str:
        """Give the table's text with the layer called otherwise.

        Raises:
            UserError: its row is not written as `new-layer` writes rows.
        """
        text = self._table().read_text(encoding="utf-8")
        left = re.sub(rf"^\[{re.escape(self.name)}\]", f"[{name}]", text, count=1, flags=re.MULTILINE)
        expected = {
            (name if layer.name == self.name else layer.name): (
                layer._replace(name=name) if layer.name == self.name else layer
            )
            for layer in self.layers().values()
        }
        return self._checked(left, expected)

    def declare_reader(self, name: str | None) -> None:
        """Write another name for the layer into the contracts of the layers that it reads; None takes it out."""
        own, spelt = f'"{self.name}"', [] if name is None else [f'"{name}"']

        def named(found: re.Match[str]) -> str:
            readers = [reader.strip() for reader in found[1].split(",")]
            return f"read_by=[{', '.join(new for each in readers for new in (spelt if each == own else [each]))}]"

        for upstream in self.layers()[self.name].reads:
            contract = self.root / f"shared/tapstack/contracts/{NewLayer(upstream, (), ()).module}.py"
            text = _READ_BY.sub(named, contract.read_text(encoding="utf-8"))
            contract.write_text(_READ_BY_NONE.sub("", text), encoding="utf-8")

    def named_in(self) -> list[str]:
        """List other files that seem to name the layer, for somebody to look through."""
        spelt = self.spelt
        name = re.compile(
            rf"projects/{re.escape(self.name)}\b(?!-)|\"{re.escape(self.name)}\"|contracts\.{spelt.module}\b"
            rf"|\b{spelt.kind}Contract\b|\b{spelt.module}_grants\b"
        )
        return self._others(*_SEARCHED, pattern=name)

    def _others(self, *folders: str, pattern: re.Pattern[str]) -> list[str]:
        """List the files that are not the layer's own and hold a pattern, as paths below the checkout.

        What is published of all contracts is made anew with them.
        """
        own = set(self.files())
        return sorted(
            path
            for folder in folders
            for file in (self.root / folder).rglob("*")
            if file.suffix in _WRITTEN and file.is_file() and "__pycache__" not in file.parts
            if (path := file.relative_to(self.root).as_posix()) not in own and not path.startswith(f"{PUBLISHED}/")
            if pattern.search(file.read_text(encoding="utf-8", errors="replace"))
        )

    def _table(self) -> Path:
        return self.root / TABLE

    def _row(self) -> re.Pattern[str]:
        # The row, and the blank line before it; comments stay.
        return re.compile(rf"\n?^\[{re.escape(self.name)}\]\n(?:^\w.*\n?)*", re.MULTILINE)

    def _checked(self, text: str, expected: Mapping[str, Layer]) -> str:
        try:
            found = read_layers(text)
        except LayersError:
            found = {}
        if found != dict(expected):
            raise UserError(f"the row [{self.name}] of {TABLE} cannot be told from the others; change it by hand")
        return text

    @staticmethod
    def _files_in(path: Path) -> Iterator[Path]:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        elif path.exists():
            yield path
