"""What layers export, made up: for programs that run on mocks, with no layer before them."""

from typing import Any, get_args, get_origin, get_type_hints

from pulumi import Output

from tapstack.contracts.contract import Contract, contract_of
from tapstack.layers import LAYERS


def exported_by(contract: type[Contract], **known: Any) -> dict[str, Any]:
    """Make up what a layer exports: an example of its type for each output; the plain values are given."""
    made_up: dict[str, Any] = {"contract_version": contract.VERSION, "environment_suffix": "dev"}
    for name, kind in get_type_hints(contract).items():
        if get_origin(kind) is Output:
            (shaped,) = get_args(kind)
            made_up[name] = _example(shaped.EXAMPLE, name)
    return made_up | known


def _example(value: Any, name: str) -> Any:
    """Make an example one that is told from the others."""
    if isinstance(value, list):
        return [_example(item, name) for item in value]
    if isinstance(value, dict):
        return {key: _example(item, name) for key, item in value.items()}
    if value.startswith(("vpc-", "subnet-", "sg-")):
        return f"{value.partition('-')[0]}-{name.encode().hex()}"
    return value.replace("example", name)


PLAIN: dict[str, dict[str, Any]] = {"network": {"has_egress": False}}
"""The plain values that layers export."""


def made_up_stacks() -> dict[str, dict[str, Any]]:
    """Make up what all layers export."""
    return {layer: exported_by(contract_of(layer), **PLAIN.get(layer, {})) for layer in LAYERS}
