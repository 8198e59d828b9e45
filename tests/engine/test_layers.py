"""The four programs on the real engine: second runs, layers on their own, and what a destroy leaves."""

import re
from typing import Any

import pytest
import yaml

from tapstack.engine.failures import EngineError
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS


@pytest.mark.parametrize("layer", LAYERS)
def test_a_second_up_changes_nothing(deployed: Any, layer: str) -> None:
    report = deployed.lane.stack(layer).up()

    assert report.changes == {}
    assert report.counts["same"] > 1


@pytest.mark.parametrize("layer", LAYERS)
def test_a_refresh_finds_the_cloud_as_the_state_has_it(deployed: Any, layer: str) -> None:
    report = deployed.lane.stack(layer).refresh("--expect-no-changes")

    assert report.changes == {}


def test_the_edge_without_compute_makes_nothing_and_says_what_to_run(lane: Lane) -> None:
    for layer in ("network", "data"):
        lane.stack(layer).up()

    with pytest.raises(EngineError, match="layer 'compute' is not up") as caught:
        lane.stack("api-edge").up()

    assert "cd projects/compute && pulumi up" in f"{caught.value}"
    assert [urn for urn in lane.stack("api-edge").resources() if "::aws:" in urn] == []


def test_compute_without_any_layer_before_it_makes_nothing_and_names_the_first_missing(lane: Lane) -> None:
    with pytest.raises(EngineError, match=re.escape("layer 'network' is not up")):
        lane.stack("compute").up()

    assert [urn for urn in lane.stack("compute").resources() if "::aws:" in urn] == []


def test_an_upstream_layer_of_another_environment_is_refused(lane: Lane) -> None:
    lane.stack("network").up()
    lane.stack("data").init()
    lane.stack("data").command("config", "set", "environmentSuffix", "other")
    lane.stack("data").up()

    with pytest.raises(EngineError, match="layer 'data' is the environment 'other'"):
        lane.stack("compute").up()


@pytest.mark.parametrize("suffix", ["Prod", "a-b", "9lives", "farlongerthanallowed"])
def test_a_bad_suffix_is_refused_before_anything_is_made(lane: Lane, suffix: str) -> None:
    stack = lane.stack("network")
    stack.init()
    stack.command("config", "set", "environmentSuffix", suffix)

    with pytest.raises(EngineError, match=f"setting environmentSuffix is '{suffix}'"):
        stack.up()

    assert [urn for urn in stack.resources() if "::aws:" in urn] == []


def test_network_with_nat_gateways_moves_the_notifier_into_the_egress_subnets(lane: Lane) -> None:
    network = lane.stack("network")
    network.init()
    network.command("config", "set", "natGateways", "1")
    network.up()
    lane.stack("data").up()
    lane.stack("compute").up()

    outputs = network.outputs()
    resources = yaml.safe_load(lane.stack("compute").command("stack", "export"))["deployment"]["resources"]
    notifier = next(item for item in resources if item["urn"].endswith("lambda/function:Function::notifier"))

    assert len(outputs["egress_addresses"]) == 1
    assert sorted(notifier["inputs"]["vpcConfig"]["subnetIds"]) == sorted(outputs["egress_subnet_ids"])
