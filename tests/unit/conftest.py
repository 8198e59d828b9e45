"""What the layers' programs come to on Pulumi's mocks, and programs that pretend to be others."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from pulumi import Output

from support.mocked_program import Program, run_program
from tapstack.contracts.contract import Contract, contract_of
from tapstack.layers import LAYERS
from tapstack.program.export_names import ENVIRONMENT_OUTPUT, READS_OUTPUT, VERSION_OUTPUT


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


PLAIN: dict[str, dict[str, Any]] = {"network": {"has_egress": False}, "data": {"merchant_ids": ["acme", "globex"]}}
"""The plain values that layers export."""


def made_up_stacks() -> dict[str, dict[str, Any]]:
    """Make up what all layers export."""
    return {layer: exported_by(contract_of(layer), **PLAIN.get(layer, {})) for layer in LAYERS}


@pytest.fixture
def run_layer() -> Callable[..., Program]:
    """Run a layer's program with settings, on what the layers before it export unless told otherwise."""

    def run(
        layer: str,
        config: Mapping[str, Any] | None = None,
        upstream: Mapping[str, Mapping[str, Any]] | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> Program:
        stacks = made_up_stacks() if upstream is None else upstream
        return run_program(layer, config or {}, stacks, answers)

    return run


@pytest.fixture
def upstream() -> dict[str, dict[str, Any]]:
    """What the layers export, to change and hand to `run_layer`."""
    return made_up_stacks()


@pytest.fixture
def promised() -> Callable[[str], set[str]]:
    """Give the outputs that a layer's contract promises, and those that every layer has."""
    return lambda layer: {*contract_of(layer).schema(), VERSION_OUTPUT, ENVIRONMENT_OUTPUT, READS_OUTPUT}


Script = Callable[[Path, str], Path]


@pytest.fixture
def script() -> Script:
    """Write an executable shell script."""

    def write(path: Path, body: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write
