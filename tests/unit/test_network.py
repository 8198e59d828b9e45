"""The network layer on Pulumi's mocks."""

from collections.abc import Callable
from typing import Any

import pytest

from transactions.webhooks.targets import InvalidTargetError, parse_target

RunLayer = Callable[..., Any]


def test_it_exports_its_contract_and_nothing_else(run_layer: RunLayer, promised: Callable[[str], set[str]]) -> None:
    assert run_layer("network").outputs.keys() == promised("network")


def test_isolated_subnets_lie_in_three_zones_and_have_no_way_out(run_layer: RunLayer) -> None:
    program = run_layer("network")

    subnets = [item.inputs for item in program.all("Subnet")]
    assert sorted(subnet["availabilityZone"][-1] for subnet in subnets) == ["a", "b", "c"]
    assert not any(subnet["mapPublicIpOnLaunch"] for subnet in subnets)
    assert [program.all(kind) for kind in ("Route", "InternetGateway", "NatGateway")] == [[], [], []]


@pytest.mark.parametrize("count", [1, 3])
def test_nat_gateways_come_in_the_number_asked_for_with_an_address_each(run_layer: RunLayer, count: int) -> None:
    program = run_layer("network", {"natGateways": count})

    assert len(program.all("NatGateway")) == len(program.all("Eip")) == count
    assert len(program.outputs["egress_addresses"]) == count
    assert len(program.outputs["egress_subnet_ids"]) == 3
    assert program.outputs["has_egress"] is True


def test_the_default_security_group_is_closed(run_layer: RunLayer) -> None:
    assert not {"ingress", "egress"} & run_layer("network").one("DefaultSecurityGroup").keys()


def test_nothing_gets_in_but_tls_from_the_networks_own_groups(run_layer: RunLayer) -> None:
    program = run_layer("network")
    rules = [item.inputs for item in program.all("SecurityGroupIngressRule")]

    groups = {program.outputs["functions_security_group_id"], program.outputs["egress_security_group_id"]}
    assert {rule["referencedSecurityGroupId"] for rule in rules} == groups
    assert {(rule["fromPort"], rule["toPort"]) for rule in rules} == {(443, 443)}
    assert not any("cidrIpv4" in rule for rule in rules)


def test_functions_in_isolated_subnets_reach_the_endpoints_only(run_layer: RunLayer) -> None:
    rules = [item.inputs for item in run_layer("network").all("SecurityGroupEgressRule")]

    assert not any("cidrIpv4" in rule for rule in rules if rule["securityGroupId"] == "functions-id")


def test_webhooks_leave_by_the_port_that_their_settings_are_held_to_and_by_no_other(run_layer: RunLayer) -> None:
    program = run_layer("network", {"natGateways": 1})
    rules = [item.inputs for item in program.all("SecurityGroupEgressRule")]
    out = [rule for rule in rules if rule.get("cidrIpv4") == "0.0.0.0/0"]

    ports = {port for rule in out for port in range(int(rule["fromPort"]), int(rule["toPort"]) + 1)}
    assert [rule["securityGroupId"] for rule in out] == [program.outputs["egress_security_group_id"]]
    assert {port for port in range(1, 65536) if _is_taken(f"https://shop.example:{port}/hooks")} == ports


def _is_taken(url: str) -> bool:
    try:
        parse_target(url, allow_private=False)
    except InvalidTargetError:
        return False
    return True


def test_every_connection_is_logged(run_layer: RunLayer) -> None:
    flow_log = run_layer("network", {"flowLogRetentionDays": 90})

    assert flow_log.one("FlowLog")["trafficType"] == "ALL"
    assert flow_log.one("LogGroup")["retentionInDays"] == 90


@pytest.mark.parametrize("block", ["10.0.0.0/24", "8.8.0.0/16", "nonsense"])
def test_a_block_it_cannot_cut_is_refused(run_layer: RunLayer, block: str) -> None:
    with pytest.raises(Exception, match="setting vpcCidr is"):
        run_layer("network", {"vpcCidr": block})
