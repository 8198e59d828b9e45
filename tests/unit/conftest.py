"""What the layers' programs come to on Pulumi's mocks, and programs that pretend to be others."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.made_up_contracts import made_up_stacks
from support.mocked_program import Program, run_program
from tapstack.contracts.contract import contract_of
from tapstack.program.export_names import ENVIRONMENT_OUTPUT, READS_OUTPUT, VERSION_OUTPUT


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
