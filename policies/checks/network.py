"""VPCs: flow logs, subnets, endpoints, and a default security group that lets nothing through."""

from collections.abc import Callable, Iterator
from typing import Final

from check import OfStack, check, check_of_stack
from resources import UNKNOWN, Resource, Stack

_VPC = "aws:ec2/vpc:Vpc"
_DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_FLOW_LOG = "aws:ec2/flowLog:FlowLog"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"

ENDPOINTS: Final = {
    "EC2.10": "ec2",
    "EC2.55": "ecr.api",
    "EC2.56": "ecr.dkr",
    "EC2.57": "ssm",
    "EC2.58": "ssm-contacts",
    "EC2.60": "ssm-incidents",
}
"""Control to the service that it asks an interface endpoint for."""


@check_of_stack("EC2.2", _VPC, next_step="adopt the group as a DefaultSecurityGroup without rules")
def default_group(vpc: Resource, stack: Stack) -> Iterator[str]:
    """The group that every VPC comes with lets nothing in or out."""
    adopted = stack.on(vpc, "vpcId", _DEFAULT_GROUP)
    if not adopted:
        yield "its default security group is as AWS made it: its members may all talk to each other"
    if any(group.get(way) not in (None, [], UNKNOWN) for group in adopted for way in ("ingress", "egress")):
        yield "its default security group has rules"


@check_of_stack("EC2.6", _VPC, next_step="give it a FlowLog whose traffic_type is ALL or REJECT")
def flow_logs(vpc: Resource, stack: Stack) -> Iterator[str]:
    """What a VPC refuses is logged."""
    logs = stack.on(vpc, "vpcId", _FLOW_LOG)
    if not any(log.get("trafficType") in ("ALL", "REJECT") for log in logs):
        yield "what it refuses is not logged"


@check("EC2.15", "aws:ec2/subnet:Subnet", next_step="take map_public_ip_on_launch away")
def public_addresses(subnet: Resource) -> Iterator[str]:
    """No subnet gives out public addresses by itself."""
    if subnet.get("mapPublicIpOnLaunch") is True:
        yield "what starts in it gets a public address"


def _endpoint_for(service: str) -> OfStack:
    def endpoint(vpc: Resource, stack: Stack) -> Iterator[str]:
        found = stack.on(vpc, "vpcId", _ENDPOINT)
        if not any(_serves(each, service) for each in found):
            yield f"it has no interface endpoint for {service}"

    return endpoint


def _serves(endpoint: Resource, service: str) -> bool:
    is_interface = endpoint.get("vpcEndpointType") == "Interface"
    return is_interface and f"{endpoint.get('serviceName')}".endswith(f".{service}")


def _register() -> None:
    for control, service in ENDPOINTS.items():
        register: Callable[[OfStack], OfStack] = check_of_stack(
            control, _VPC, next_step=f"make a VpcEndpoint of type Interface for {service}"
        )
        register(_endpoint_for(service))


_register()
