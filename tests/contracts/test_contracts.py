"""Each layer's contract: its readers are those of the code, and no change of it breaks one of them.

These are the producer's own tests: `nox -s test-<layer>` runs its part.
"""

from collections.abc import Sequence

import pytest

from tapstack.contracts import types
from tapstack.contracts.contract import contract_of
from tapstack.deploy.contracts.check import ContractCheck
from tapstack.deploy.contracts.detours import detours
from tapstack.deploy.contracts.problems import Problem
from tapstack.layers import LAYERS


@pytest.fixture(scope="module")
def check() -> ContractCheck:
    return ContractCheck.of_checkout()


def of_layer(layer: str, problems: Sequence[Problem]) -> list[str]:
    return [problem.text for problem in problems if problem.layer == layer]


@pytest.mark.parametrize("layer", LAYERS)
def test_its_declared_readers_are_those_of_the_code(check: ContractCheck, layer: str) -> None:
    assert of_layer(layer, check.undeclared()) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_its_program_reads_no_stack_around_a_contract(layer: str) -> None:
    assert of_layer(layer, detours()) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_no_change_since_its_snapshot_breaks_a_reader(check: ContractCheck, layer: str) -> None:
    assert of_layer(layer, check.breaks()) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_its_snapshot_is_up_to_date(check: ContractCheck, layer: str) -> None:
    assert of_layer(layer, check.outdated()) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_an_error_about_a_secret_does_not_tell_it(layer: str) -> None:
    secrets = [field.type for field in contract_of(layer).schema().values() if field.secret]

    assert [name for name in secrets if not getattr(types, name).IS_SECRET] == []


def test_every_snapshot_is_of_a_layer(check: ContractCheck) -> None:
    assert check.committed.keys() == set(LAYERS)
