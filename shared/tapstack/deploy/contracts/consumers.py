"""Who reads what of whose contract, as the code has it, held against what contracts and `layers.toml` declare."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tapstack.checkout import CHECKOUT
from tapstack.contracts.contract import OPERATORS, Contract, FieldSchema, contract_of, module_file
from tapstack.deploy.contracts.problems import Problem
from tapstack.deploy.contracts.uses import ContractClass, uses
from tapstack.layers import LAYERS, Layer

Schemas = Mapping[str, Mapping[str, FieldSchema]]
"""Layer to field to what the field is."""

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    **{layer: (f"projects/{layer}",) for layer in LAYERS},
    OPERATORS: ("shared/tapstack/operate", "shared/tapstack/cli"),
}
"""Who may read a contract, to the folders of its code."""


class Read(NamedTuple):
    """One place that reads a contract."""

    producer: str
    """The layer whose contract it is."""
    field: str | None
    """None where the contract itself is read from its stack."""
    reader: str
    place: str
    """File and line."""


def find_reads(root: Path = CHECKOUT, contracts: Iterable[type[Contract]] | None = None) -> list[Read]:
    """Find every place in the code of the readers.

    Args:
        root: the tree to look into.
        contracts: those to look for; None takes one per layer.

    Raises:
        UserError: a file is no Python.
    """
    classes = {
        f"{kind.__module__}.{kind.__qualname__}": ContractClass(kind.LAYER, kind.schema())
        for kind in (map(contract_of, LAYERS) if contracts is None else contracts)
    }
    found = []
    for reader, folders in READERS.items():
        files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
        of_reader = uses({file.relative_to(root).as_posix(): file.read_bytes() for file in files}, classes)
        found += [
            Read(use.producer, use.field, reader, f"{use.file}:{use.line}")
            for use in of_reader
            # Its own contract crosses no border.
            if use.field is None or use.producer != reader
        ]
    return found


def readers(reads: Iterable[Read], producer: str, field: str) -> list[str]:
    """Name who reads a field, in the order of deployment, operators last."""
    by = {read.reader for read in reads if (read.producer, read.field) == (producer, field)}
    return [reader for reader in READERS if reader in by]


def undeclared(schemas: Schemas, reads: Iterable[Read]) -> list[Problem]:
    """List the fields whose `read_by` is not who reads them."""
    places = _first_places(reads)
    problems = []
    for producer, schema in schemas.items():
        for field, described in schema.items():
            declared, found = described.read_by, places.get((producer, field), {})
            texts = [_not_declared(producer, field, *read) for read in found.items() if read[0] not in declared]
            texts += [_not_found(producer, field, reader) for reader in declared if reader not in found]
            problems += [Problem(producer, text) for text in texts]
    return problems


def undeclared_layers(layers: Mapping[str, Layer], reads: Iterable[Read]) -> list[Problem]:
    """List the layers whose `reads` in `layers.toml` are not the contracts that their code reads."""
    places = _first_places(read for read in reads if read.field is None)
    problems = []
    for layer in layers.values():
        found = {producer: by[layer.name] for (producer, _), by in places.items() if layer.name in by}
        texts = [
            f"{layer.name} reads the contract of {producer} in {place}, and projects/layers.toml does not say so; "
            f'add "{producer}" to `reads` of [{layer.name}]'
            for producer, place in found.items()
            if producer not in layer.reads
        ]
        texts += [
            f"projects/layers.toml says that {layer.name} reads {producer}, and no file in projects/{layer.name} reads "
            f'that contract; remove "{producer}" from `reads` of [{layer.name}]'
            for producer in layer.reads
            if producer not in found
        ]
        problems += [Problem(layer.name, text) for text in texts]
    return problems


def _first_places(reads: Iterable[Read]) -> Mapping[tuple[str, str | None], Mapping[str, str]]:
    """Give, for each field of each producer, every reader with the first place where it reads."""
    places: defaultdict[tuple[str, str | None], dict[str, str]] = defaultdict(dict)
    for read in reads:
        places[read.producer, read.field].setdefault(read.reader, read.place)
    return places


def _not_declared(producer: str, field: str, reader: str, place: str) -> str:
    return (
        f"{reader} reads {producer}.{field} in {place} and is not in its read_by; "
        f"add {_written(reader)} to it in {module_file(producer)}"
    )


def _not_found(producer: str, field: str, reader: str) -> str:
    declares = f"{producer}.{field} declares reader {reader}, which"
    if reader in READERS:
        return f"{declares} does not read it; remove {_written(reader)} from its read_by in {module_file(producer)}"
    return f"{declares} is none of {', '.join(READERS)}; correct its read_by in {module_file(producer)}"


def _written(reader: str) -> str:
    """Write a reader as a contract's module does."""
    return "OPERATORS" if reader == OPERATORS else f'"{reader}"'
