"""What the layers' programs come to on Pulumi's mocks."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, get_origin, get_type_hints

import pytest
from pulumi import Output

from support.mocked_program import Program, run_program
from tapstack.contracts import ComputeContract, Contract, DataContract, NetworkContract, contract_of


def exported_by(contract: type[Contract], **known: Any) -> dict[str, Any]:
    """Make up what a layer exports: a text for each field, but for those that are named."""
    types = get_type_hints(contract)
    made_up: dict[str, Any] = {"contract_version": contract.VERSION, "environment_suffix": "dev"}
    for item in dataclasses.fields(contract):
        kind = f"{types[item.name]}"
        value: Any = f"{contract.LAYER}-{item.name}"
        if "list" in kind:
            value = [value]
        elif "Mapping" in kind:
            value = {"acme": value}
        made_up[item.name] = value if get_origin(types[item.name]) is Output else known.get(item.name)
    return made_up | known


UPSTREAM: dict[str, Callable[[], dict[str, Any]]] = {
    "network": lambda: exported_by(NetworkContract, has_egress=False),
    "data": lambda: exported_by(DataContract, merchant_ids=["acme", "globex"]),
    "compute": lambda: exported_by(ComputeContract),
}


@pytest.fixture
def run_layer() -> Callable[..., Program]:
    """Run a layer's program with settings, on what the layers before it export unless told otherwise."""

    def run(
        layer: str,
        config: Mapping[str, Any] | None = None,
        upstream: Mapping[str, Mapping[str, Any]] | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> Program:
        stacks = {name: make() for name, make in UPSTREAM.items()} if upstream is None else upstream
        return run_program(layer, config or {}, stacks, answers)

    return run


@pytest.fixture
def upstream() -> dict[str, dict[str, Any]]:
    """What the layers before the edge export, to change and hand to `run_layer`."""
    return {name: make() for name, make in UPSTREAM.items()}


@pytest.fixture
def promised() -> Callable[[str], set[str]]:
    """Give the outputs that a layer's contract promises."""
    return lambda layer: {item.name for item in dataclasses.fields(contract_of(layer))}
