"""What EC2 refuses of VPCs' and subnets' address ranges."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask

_VPC: Final = ("aws:ec2/vpc:Vpc",)
_SUBNET: Final = ("aws:ec2/subnet:Subnet",)
_SIZES: Final = range(16, 29)
_RANGES: Final = DOCS + "vpc/latest/userguide/vpc-cidr-blocks.html"
_SUBNETS: Final = DOCS + "vpc/latest/userguide/subnet-sizing.html"


def _bad_size(inputs: Inputs) -> Iterator[Words]:
    block = inputs.get("cidrBlock")
    if block and ipaddress.ip_network(block, strict=False).prefixlen not in _SIZES:
        yield {"block": block}


def _vpc_missing(resource: Resource) -> Iterator[Words]:
    vpc = resource.inputs.get("vpcId")
    if vpc and ask(resource, "ec2", "describe_vpcs", VpcIds=[vpc]) is None:
        yield {"vpc": vpc}


def _outside(resource: Resource) -> Iterator[Words]:
    # A subnet may have IPv6 alone.
    if not (given := resource.inputs.get("cidrBlock")):
        return
    block = ipaddress.IPv4Network(given, strict=False)
    answer = ask(resource, "ec2", "describe_vpcs", VpcIds=[resource.inputs["vpcId"]]) or {"Vpcs": []}
    for vpc in answer["Vpcs"]:
        held = [item["CidrBlock"] for item in vpc.get("CidrBlockAssociationSet") or []] or [vpc["CidrBlock"]]
        if not any(block.subnet_of(ipaddress.IPv4Network(item)) for item in held):
            yield {"block": f"{block}"}


def _overlaps(resource: Resource) -> Iterator[Words]:
    if not (given := resource.inputs.get("cidrBlock")):
        return
    block = ipaddress.IPv4Network(given, strict=False)
    inside = [{"Name": "vpc-id", "Values": [resource.inputs["vpcId"]]}]
    for subnet in resource.call("ec2", "describe_subnets", {"Filters": inside})["Subnets"]:
        if block.overlaps(ipaddress.IPv4Network(subnet["CidrBlock"])):
            yield {"block": f"{block}"}


RULES: Final = (
    InputRule(
        name="vpc-size",
        types=_VPC,
        operation="ec2:CreateVpc",
        code="InvalidVpc.Range",
        message="The CIDR '{block}' is invalid.",
        source=_RANGES,
        check=_bad_size,
    ),
    InputRule(
        name="subnet-size",
        types=_SUBNET,
        operation="ec2:CreateSubnet",
        code="InvalidSubnet.Range",
        message="The CIDR '{block}' is invalid.",
        source=_SUBNETS,
        check=_bad_size,
    ),
    StateRule(
        name="thing-of-no-vpc",
        types=(*_SUBNET, "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/routeTable:RouteTable"),
        operation="ec2:CreateSubnet",
        code="InvalidVpcID.NotFound",
        message="The vpc ID '{vpc}' does not exist",
        source=DOCS + "AWSEC2/latest/APIReference/errors-overview.html",
        moment=Moment.CREATE,
        check=_vpc_missing,
    ),
    StateRule(
        name="subnet-outside-its-vpc",
        types=_SUBNET,
        operation="ec2:CreateSubnet",
        code="InvalidSubnet.Range",
        message="The CIDR '{block}' is invalid.",
        source=_SUBNETS,
        moment=Moment.CREATE,
        check=_outside,
    ),
    StateRule(
        name="subnet-over-another",
        types=_SUBNET,
        operation="ec2:CreateSubnet",
        code="InvalidSubnet.Conflict",
        message="The CIDR '{block}' conflicts with another subnet",
        source=_SUBNETS,
        moment=Moment.CREATE,
        check=_overlaps,
    ),
)
