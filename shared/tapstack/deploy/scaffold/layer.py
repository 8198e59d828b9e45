"""What a new layer is called, and whether it may be."""

import builtins
import importlib.util
import itertools
import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from tapstack.console.errors import UserError
from tapstack.console.hints import LANE
from tapstack.contracts.contract import OPERATORS
from tapstack.layers import BOOTSTRAP, LAYER_NAME, OWNER, TABLE, read_layers
from tapstack.program.naming import environment_word

_YAML_1_1: Final = frozenset({"y", "n"})
"""Booleans in YAML 1.1 that its Python library takes for texts."""
# The names that its program gives to what every layer has.
_TAKEN: Final = frozenset({"settings", "names", "event_log"})
_LONGEST: Final = 24


@dataclass(frozen=True)
class NewLayer:
    """A layer to make.

    Attributes:
        name: as `layers.toml` is to name it.
        reads: the layers whose contracts it reads.
        owners: who reviews changes of it, as CODEOWNERS names them.
    """

    name: str
    reads: tuple[str, ...]
    owners: tuple[str, ...]

    @property
    def module(self) -> str:
        """Its name as a Python module's."""
        return self.name.replace("-", "_")

    @property
    def kind(self) -> str:
        """What the names of its classes begin with."""
        return "".join(word.capitalize() for word in self.name.split("-"))

    def check(self, root: Path) -> None:
        """Refuse a layer that the checkout at `root` cannot take.

        Raises:
            UserError: says what is wrong and with what.
        """
        problems = itertools.chain(self._name_problems(root), self._reading_problems(root), self._owner_problems())
        if problem := next(problems, None):
            raise UserError(problem)

    def _name_problems(self, root: Path) -> Iterator[str]:
        name = f"layer name {self.name!r}"
        if not LAYER_NAME.fullmatch(self.name) or len(self.name) > _LONGEST:
            yield (
                f"{name} must be lower-case letters, digits and single hyphens, begin with a letter, "
                f"and have at most {_LONGEST} characters"
            )
        if word := environment_word(self.name):
            yield f"{name} has the environment {word!r} in it; a layer has the same name in every environment"
        if self.name in _layers(root):
            yield f"layer {self.name!r} is there already, in {TABLE}; choose another name"
        if self.name in {OPERATORS, BOOTSTRAP}:
            yield f"{name} is what TapStack calls something else; choose another"
        if yaml.safe_load(self.name or "''") != self.name or self.name in _YAML_1_1:
            yield f"{name} is no text in the YAML of workflows and settings; choose another"
        if self.name == LANE or [*(root / "projects").glob(f"*/Pulumi.{self.name}.yaml")]:
            yield f"{name} is that of a stack; choose another"
        if keyword.iskeyword(self.module) or keyword.issoftkeyword(self.module):
            yield f"{name} is a word of Python's own; choose another"
        if self.module in _TAKEN or hasattr(builtins, self.module) or importlib.util.find_spec(self.module):
            yield f"{name} is the name of a module or variable that a layer's program works with; choose another"
        tests = root / "tests"
        if found := [*tests.glob(f"*/{self.module}"), *tests.glob(f"*/test_{self.module}*.py")]:
            yield f"{name} is that of tests which are there already, {found[0].relative_to(root)}; choose another"

    def _reading_problems(self, root: Path) -> Iterator[str]:
        if self.name in self.reads:
            yield f"layer {self.name!r} cannot read itself; leave it out of --reads"
        known = _layers(root)
        for read in self.reads:
            if read not in known:
                yield f"--reads names {read!r}, which is no layer; the layers are {', '.join(known)}"

    def _owner_problems(self) -> Iterator[str]:
        for owner in self.owners:
            if not OWNER.fullmatch(owner):
                yield f"owner {owner!r} is none that CODEOWNERS takes; write @user or @organisation/team"


def _layers(root: Path) -> tuple[str, ...]:
    try:
        return tuple(read_layers((root / TABLE).read_text(encoding="utf-8")))
    except ValueError as error:
        raise UserError(f"{error}; fix {TABLE} first") from error
