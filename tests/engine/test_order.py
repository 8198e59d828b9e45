"""The order in which the layers are made: every edge of the chain, in the state, in time, and missed when severed."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.chain import CHAIN, NAT_CHAIN, Edge, require
from support.graph import Graph, graph_of_program, graph_of_state
from support.mocked_program import run_program
from tapstack.account_names import project_name
from tapstack.lane.stack_config import config_file
from tapstack.layers import LAYERS


@pytest.fixture(scope="module")
def states(deployed: Any) -> dict[str, list[dict[str, Any]]]:
    """The resources of each layer, as the engine's state has them."""
    return {
        layer: json.loads(deployed.lane.stack(layer).command("stack", "export"))["deployment"]["resources"]
        for layer in LAYERS
    }


@pytest.fixture(scope="module")
def registered(deployed: Any) -> Any:
    """Run a layer's program with the lane's settings on what the lane exports, and see what it registers."""

    def register(layer: str, projects: Path, settings: Mapping[str, Any] | None = None) -> Graph:
        config = yaml.safe_load(config_file(deployed.lane.projects, layer).read_text(encoding="utf-8"))["config"]
        own = f"{project_name(layer)}:"
        chosen = {key.removeprefix(own): value for key, value in config.items() if key.startswith(own)}
        return graph_of_program(run_program(layer, {**chosen, **(settings or {})}, deployed.outputs, projects=projects))

    return register


@pytest.mark.parametrize("edge", CHAIN, ids=str)
def test_the_state_has_the_edge(states: dict[str, list[dict[str, Any]]], edge: Edge) -> None:
    require(edge, graph_of_state(states[edge.layer]))


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_was_begun_before_all_it_depends_on_was_there(
    deployed: Any, states: dict[str, list[dict[str, Any]]], layer: str
) -> None:
    report = deployed.reports[layer]
    edges = [
        (item["urn"], earlier)
        for item in states[layer]
        for earlier in item.get("dependencies") or ()
        if not item["type"].startswith("pulumi:") and "pulumi:pulumi:StackReference" not in earlier
    ]

    assert len(edges) >= 10
    assert [edge for edge in edges if not report.waited(*edge)] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_what_a_program_registers_is_what_the_state_has(
    deployed: Any, states: dict[str, list[dict[str, Any]]], registered: Any, layer: str
) -> None:
    assert registered(layer, deployed.lane.projects) == graph_of_state(states[layer])


@pytest.mark.parametrize("edge", [*CHAIN, *NAT_CHAIN], ids=str)
def test_an_edge_that_is_severed_is_missed(deployed: Any, registered: Any, tmp_path: Path, edge: Edge) -> None:
    folder = tmp_path / edge.layer
    shutil.copytree(deployed.lane.projects / edge.layer, folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / edge.cut.file
    source = file.read_text(encoding="utf-8")
    assert edge.cut.old in source, f"{file.name} no longer holds {edge.cut.old!r}"
    file.write_text(source.replace(edge.cut.old, edge.cut.new), encoding="utf-8")

    graph = registered(edge.layer, tmp_path, {"natGateways": 1} if edge in NAT_CHAIN else {})

    with pytest.raises(AssertionError, match=r"waits for .*(does not wait for|have nothing to wait for)"):
        require(edge, graph)


@pytest.mark.parametrize("edge", NAT_CHAIN, ids=str)
def test_a_network_with_nat_gateways_has_the_edge(network_with_nat: Graph, edge: Edge) -> None:
    require(edge, network_with_nat)


@pytest.fixture(scope="module")
def network_with_nat(deployed: Any, registered: Any) -> Graph:
    return registered("network", deployed.lane.projects, {"natGateways": 1})  # type: ignore[no-any-return]
