"""Subnets: one per zone and purpose, cut from fixed places in the VPC's /16.

10.x.0.0/20, .16.0/20, .32.0/20     isolated: functions without any way out but the endpoints
10.x.64.0/20, .80.0/20, .96.0/20    egress: the notifier behind NAT gateways
10.x.240.0/24, .241.0/24, .242.0/24 public: the NAT gateways alone
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pulumi_aws as aws
from pulumi import Output

from settings import NetworkSettings
from tapstack.program.naming import Names

ZONES: Final = 3


@dataclass(frozen=True)
class Subnets:
    """The subnets of one purpose, one per zone, and the route tables they use."""

    subnets: Sequence[aws.ec2.Subnet]
    route_tables: Sequence[aws.ec2.RouteTable]

    @property
    def subnet_ids(self) -> Output[list[str]]:
        """The subnets' ids, in zone order."""
        return Output.all(*(subnet.id for subnet in self.subnets))

    @property
    def route_table_ids(self) -> Output[list[str]]:
        """The route tables' ids."""
        return Output.all(*(table.id for table in self.route_tables))


def zone_names() -> list[str]:
    """List the first three zones of the region that need no opt-in.

    Raises:
        ValueError: the region has fewer than three.
    """
    available = aws.get_availability_zones(
        state="available", filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}]
    )
    zones = sorted(available.names)[:ZONES]
    if len(zones) < ZONES:
        raise ValueError(
            f"the region offers {len(zones)} zones and the network uses {ZONES}; choose another aws:region"
        )
    return zones


def blocks(vpc_cidr: str, prefix: int, first: int) -> list[str]:
    """Cut one block per zone from the VPC: `/prefix` blocks counted from the `first`-th."""
    cut = ipaddress.IPv4Network(vpc_cidr).subnets(new_prefix=prefix)
    return [str(block) for block in islice(cut, first, first + ZONES)]


def make_subnets(names: Names, vpc: aws.ec2.Vpc, purpose: str, cidr_blocks: Sequence[str]) -> Subnets:
    """Make one subnet with a route table of its own in each zone."""
    subnets, tables = [], []
    for number, (zone, block) in enumerate(zip(zone_names(), cidr_blocks, strict=True), start=1):
        name = f"{purpose}-{number}"
        subnet = aws.ec2.Subnet(
            name,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=block,
            map_public_ip_on_launch=False,
            tags={"Name": names(name)},
        )
        table = aws.ec2.RouteTable(name, vpc_id=vpc.id, tags={"Name": names(name)})
        aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id)
        subnets.append(subnet)
        tables.append(table)
    return Subnets(subnets, tables)


def make_isolated_subnets(names: Names, settings: NetworkSettings, vpc: aws.ec2.Vpc) -> Subnets:
    """Make the subnets whose route tables only the gateway endpoint will ever write to."""
    return make_subnets(names, vpc, "isolated", blocks(settings.vpc_cidr, 20, 0))
