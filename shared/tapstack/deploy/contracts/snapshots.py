"""A layer's contract as it is committed: what the layers that are deployed rely on until they are moved."""

import dataclasses
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.contracts.contract import Contract, FieldSchema, contract_of, module_file
from tapstack.program.errors import ContractError

FOLDER: Final = "shared/tapstack/contracts/snapshots"


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A contract as plain data.

    Attributes:
        layer: the layer that exports it.
        version: its version.
        understood: the versions that its readers know what to do with, its own among them.
        fields: what each field is and who reads it, in the contract's order.
    """

    layer: str
    version: int
    fields: Mapping[str, FieldSchema]
    understood: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Put its own version among those that are understood."""
        object.__setattr__(self, "understood", tuple(sorted({self.version, *self.understood})))

    @classmethod
    def of(cls, contract: type[Contract]) -> Self:
        """Take it from the code."""
        return cls(contract.LAYER, contract.VERSION, contract.schema(), contract.UNDERSTOOD)

    @classmethod
    def parse(cls, text: str, place: str) -> Self:
        """Take it from a file's text.

        Args:
            text: as `text()` has made it.
            place: where it is from, for the error.

        Raises:
            UserError: it is something else.
        """
        try:
            document = json.loads(text)
            fields = {name: _field(**field) for name, field in document["fields"].items()}
            return cls(document["layer"], document["version"], fields, tuple(document.get("understood", ())))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UserError(
                f"{place} is no snapshot of a contract ({error!r}); take back the one that is committed: "
                f"git checkout HEAD -- {FOLDER}"
            ) from error

    def text(self) -> str:
        """Write it as the file that is committed."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"


def snapshot_of(layer: str) -> Snapshot:
    """Take a layer's contract from the code.

    Raises:
        UserError: it has none, or a field of it is of a type that cannot cross a border.
    """
    try:
        return Snapshot.of(contract_of(layer))
    except (ModuleNotFoundError, StopIteration) as error:
        raise UserError(f"layer {layer!r} has no contract; write it: {module_file(layer)}") from error
    except (ContractError, NameError, SyntaxError, TypeError) as error:
        wrong = f"{error}" if isinstance(error, ContractError) else f"{module_file(layer)} does not run: {error!r}"
        raise UserError(wrong) from error


def file_of(layer: str) -> str:
    """Say in which file of the checkout a layer's snapshot is."""
    return f"{FOLDER}/{layer}.json"


def read_texts(root: Path = CHECKOUT) -> dict[str, str]:
    """Read the snapshots of a tree: layer to text."""
    return {file.stem: file.read_bytes().decode("utf-8", "replace") for file in sorted((root / FOLDER).glob("*.json"))}


def read_texts_at(revision: str, root: Path = CHECKOUT) -> dict[str, str]:
    """Read the snapshots as a revision of the repository has them: layer to text, empty where it had none yet.

    Raises:
        UserError: git knows no such revision.
    """
    listed = _git(root, revision, "ls-tree", "--name-only", "--full-tree", revision, f"{FOLDER}/").splitlines()
    files = [name for name in listed if name.endswith(".json")]
    return {Path(name).stem: _git(root, revision, "show", f"{revision}:{name}") for name in files}


def _field(*, read_by: list[str], **others: Any) -> FieldSchema:
    return FieldSchema(read_by=tuple(read_by), **others)


def _git(root: Path, revision: str, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["git gave no reason"])[0].removeprefix("fatal: ")
        raise UserError(f"revision {revision!r} cannot be read: {reason}; name one that is here: git fetch")
    return done.stdout
