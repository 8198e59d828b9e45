"""Teams in repositories of their own that read a layer's contract, as `projects/readers.toml` notes them.

Their programs are not here to be looked into, so what they read is what is noted. They copy the published contracts,
and their CI holds those against the ones that are published next: `tapstack.generate.published_contracts`.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.contracts.contract import OPERATORS
from tapstack.deploy.contracts.problems import Problem
from tapstack.deploy.contracts.snapshots import Snapshot
from tapstack.layers import BOOTSTRAP, LAYER_NAME, LAYERS, OWNER

TABLE: Final = "projects/readers.toml"
PUBLISHED: Final = "shared/tapstack/contracts/published"
"""The folder of what they copy: it is made from the contracts, and for other repositories alone."""
_KEYS: Final = {"repository", "owners", "reads"}


@dataclass(frozen=True)
class OutsideReader:
    """One row.

    Attributes:
        name: what it is called among readers.
        repository: where its programs are.
        owners: who is told of a change that breaks it.
        reads: layer to the fields of its contract that it reads.
    """

    name: str
    repository: str
    owners: tuple[str, ...]
    reads: Mapping[str, tuple[str, ...]]

    def told(self) -> str:
        """Say whom to ask to move it."""
        return f"{self.name} is in {self.repository}: ask {', '.join(self.owners)} to move it"


def outside_readers(root: Path = CHECKOUT) -> dict[str, OutsideReader]:
    """Read the table of a checkout; without the file nobody is in it.

    Raises:
        UserError: it is not as it must be; the message names the row, the value and what to write.
    """
    file = root / TABLE
    if not file.exists():
        return {}
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{TABLE} is not TOML: {error}; correct it there") from error
    for name, row in rows.items():
        if problem := next(_problems(name, row), None):
            raise UserError(f"{TABLE}, [{name}]: {problem}")
    return {
        name: OutsideReader(
            name,
            row["repository"],
            tuple(row["owners"]),
            {layer: tuple(fields) for layer, fields in row["reads"].items()},
        )
        for name, row in rows.items()
    }


def with_outside(contract: Snapshot, readers: Iterable[OutsideReader]) -> Snapshot:
    """Put the readers outside among those of a contract's fields."""
    reading = [(reader.name, reader.reads.get(contract.layer, ())) for reader in readers]
    fields = {
        name: replace(field, read_by=(*field.read_by, *(reader for reader, read in reading if name in read)))
        for name, field in contract.fields.items()
    }
    return replace(contract, fields=fields)


def unknown_fields(contracts: Mapping[str, Snapshot], readers: Iterable[OutsideReader]) -> list[Problem]:
    """List what the table says of fields that there are not; those that a change takes away are told of as breaks."""
    return [
        Problem(
            layer,
            f"{TABLE}, [{reader.name}]: it reads `{layer}.{field}`, which {layer} does not export; its fields are "
            f"{', '.join(contracts[layer].fields)}",
        )
        for reader in readers
        for layer, fields in reader.reads.items()
        for field in fields
        if field not in contracts[layer].fields
    ]


def whom_to_ask(names: Collection[str], readers: Mapping[str, OutsideReader]) -> str:
    """Say whom to ask where readers are outside; empty where none is."""
    return "".join(f"; {reader.told()}" for name, reader in readers.items() if name in names)


def _problems(name: str, row: Any) -> Iterator[str]:
    if not LAYER_NAME.fullmatch(name) or name in {*LAYERS, OPERATORS, BOOTSTRAP}:
        yield f"{name!r} cannot be a reader's name; write lower-case letters, digits and hyphens, and no layer's name"
    elif not isinstance(row, dict) or row.keys() != _KEYS:
        yield f"it needs {', '.join(sorted(_KEYS))}, and has {', '.join(row) if isinstance(row, dict) else repr(row)}"
    elif not isinstance(row["repository"], str) or not re.fullmatch(r"\S+", row["repository"]):
        yield f"`repository` is {row['repository']!r}, and must be an address"
    elif not _texts(row["owners"]) or not all(OWNER.fullmatch(owner) for owner in row["owners"]):
        yield f"`owners` is {row['owners']!r}; write @user or @organisation/team"
    elif not isinstance(row["reads"], dict) or not row["reads"]:
        yield f'`reads` is {row["reads"]!r}, and must be a table: reads.data = ["key_arn"]'
    else:
        for layer, fields in row["reads"].items():
            if layer not in LAYERS:
                yield f"it reads {layer!r}, which is no layer; the layers are {', '.join(LAYERS)}"
            elif not _texts(fields):
                yield f"`reads.{layer}` is {fields!r}, and must be a list of fields"


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)
