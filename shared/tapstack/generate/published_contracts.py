"""What readers in other repositories take of the contracts: a module to copy, and the data that their CI checks it by.

Both stand by themselves: what a field is, whether it is secret, which outside readers are noted for it, with which
release it came and whether it will go. With which release a field came is what the file says that is there already.
"""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from string import Template
from typing import Any, Final

from tapstack.account_names import project_name
from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.deploy.contracts.check import ContractCheck
from tapstack.deploy.contracts.outside import PUBLISHED, TABLE
from tapstack.deploy.contracts.snapshots import Snapshot
from transactions.product import PRODUCT

DATA: Final = f"{PUBLISHED}/contracts.json"
MODULE: Final = f"{PUBLISHED}/{PRODUCT.replace('-', '_')}_contracts.py"
_TEMPLATE: Final = Path(__file__).with_name("templates") / "contracts.py.template"


def render(root: Path) -> dict[str, str | None]:
    """Make the module and the data for the checkout at `root`.

    Raises:
        UserError: the data that are there, or the noted readers, cannot be read.
    """
    check = ContractCheck.of_checkout()
    contracts = {name: _outside_only(contract, check.outside) for name, contract in check.contracts.items()}
    release = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    since = _since(root / DATA)
    data = {
        "product": PRODUCT,
        "version": release,
        "contracts": {
            name: {
                "project": project_name(name),
                "version": contract.version,
                "understood": contract.understood,
                "fields": {
                    field: {**asdict(schema), "since": since.get((name, field), release)}
                    for field, schema in contract.fields.items()
                },
            }
            for name, contract in contracts.items()
        },
    }
    return {DATA: json.dumps(data, indent=2) + "\n", MODULE: _module(contracts, data, release)}


def _outside_only(contract: Snapshot, outside: Collection[str]) -> Snapshot:
    """Leave those readers out that are no business of other repositories."""
    fields = {
        name: replace(field, read_by=tuple(reader for reader in field.read_by if reader in outside))
        for name, field in contract.fields.items()
    }
    return replace(contract, fields=fields)


def _since(file: Path) -> Mapping[tuple[str, str], str]:
    """Read with which release each field came, by layer and field."""
    if not file.exists():
        return {}
    try:
        contracts = json.loads(file.read_text(encoding="utf-8"))["contracts"]
        return {
            (layer, name): field["since"]
            for layer, contract in contracts.items()
            for name, field in contract["fields"].items()
        }
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise UserError(
            f"{DATA} is not as it was written: {error!r}; take it back: git checkout HEAD -- {DATA}"
        ) from error


def _module(contracts: Mapping[str, Snapshot], data: Mapping[str, Any], release: str) -> str:
    shapes = {field.type: field.shape for contract in contracts.values() for field in contract.fields.values()}
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        product=PRODUCT,
        module=Path(MODULE).name,
        package=Path(MODULE).stem,
        table=TABLE,
        version=release,
        shapes="".join(f"_{name} = {json.dumps(shape)}\n" for name, shape in sorted(shapes.items())),
        classes="\n\n".join("\n".join(_class(contract, data)) for contract in contracts.values()) + "\n\n",
        names="".join(f"    {_class_name(layer)},\n" for layer in contracts),
    )


def _class(contract: Snapshot, data: Mapping[str, Any]) -> Iterator[str]:
    described = data["contracts"][contract.layer]
    yield "@dataclasses.dataclass(frozen=True, kw_only=True)"
    yield f"class {_class_name(contract.layer)}(Contract):"
    yield f'    """What {contract.layer} exports."""'
    yield ""
    yield f"    LAYER = {json.dumps(contract.layer)}"
    yield f"    PROJECT = {json.dumps(described['project'])}"
    yield f"    UNDERSTOOD = {contract.understood!r}"
    yield ""
    for name, field in contract.fields.items():
        said = [f"_{field.type}", f"since={json.dumps(described['fields'][name]['since'])}"]
        said += [f"read_by={json.dumps(field.read_by)}"] if field.read_by else []
        said += [] if field.is_output else ["is_output=False"]
        said += ["secret=True"] if field.secret else []
        said += [f"deprecated={json.dumps(field.deprecated)}"] if field.deprecated else []
        held = _python(field.shape)
        yield f"    {name}: {f'Output[{held}]' if field.is_output else held} = _field({', '.join(said)})"


def _class_name(layer: str) -> str:
    return f"{layer.title().replace('-', '')}Contract"


def _python(shape: str) -> str:
    """Write the Python type of a shape's values."""
    if shape.startswith("list of "):
        return f"Sequence[{_python(shape.removeprefix('list of '))}]"
    if shape.startswith("map to "):
        return f"Mapping[str, {_python(shape.removeprefix('map to '))}]"
    return "str" if shape.startswith("text ") else shape
