"""The layers' own programs, with the settings of development and of production, break no control."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from support.analyzer import Finding, Given, running
from support.made_up_contracts import made_up_stacks
from support.mocked_program import Program
from tapstack.account_names import project_name
from tapstack.checkout import CHECKOUT
from tapstack.layers import LAYERS

RunLayer = Callable[..., Program]
BOOTSTRAP = {"repository": "tapstack/tapstack", "repositoryOwnerId": 1, "repositoryId": 1}


def settings(layer: str, stack: str) -> dict[str, Any]:
    file = CHECKOUT / "projects" / layer / f"Pulumi.{stack}.yaml"
    given: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    own = {key.partition(":")[2]: value for key, value in given.items() if key.startswith(project_name(layer))}
    return {**(BOOTSTRAP if layer == "bootstrap" else {}), **own}


def judged(run_layer: RunLayer, layer: str, stack: str, changed: Mapping[str, Any] | None = None) -> list[Finding]:
    given = {**settings(layer, stack), "environmentSuffix": "dev", **(changed or {})}
    upstream = made_up_stacks()
    upstream["network"]["isolated_subnet_ids"] = ["subnet-1", "subnet-2", "subnet-3"]
    program = run_layer(layer, given, upstream)
    resources = [
        Given(each.type, each.name, plain(each.inputs), {name: [*map(of_urn, urns)] for name, urns in each.by.items()})
        for each in program.resources
    ]
    with running(CHECKOUT / "policies") as pack:
        return pack.judge(resources, project_name(layer), stack)


def of_urn(urn: str) -> str:
    """Take `type::name` from a URN of the mocks, which has the types of parents too."""
    _, _, types, name = urn.split("::", 3)
    return f"{types.rpartition('$')[2]}::{name}"


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else f"{value}"


@pytest.mark.parametrize("stack", ["dev", "prod"])
@pytest.mark.parametrize("layer", ["bootstrap", *LAYERS])
def test_a_layer_breaks_no_control_but_those_it_is_exempt_from(run_layer: RunLayer, layer: str, stack: str) -> None:
    findings = judged(run_layer, layer, stack)

    assert [finding for finding in findings if finding.policy != "exemptions"] == []


def test_production_has_no_table_without_deletion_protection(run_layer: RunLayer) -> None:
    findings = judged(run_layer, "data", "prod", {"deletionProtection": False})

    assert {finding.policy for finding in findings if finding.is_mandatory} == {"DynamoDB.6"}
    assert len([finding for finding in findings if finding.policy == "DynamoDB.6"]) == 4
