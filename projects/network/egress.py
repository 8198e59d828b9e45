"""The way out, where it is asked for: NAT gateways with fixed addresses, and the subnets that route through them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from settings import NetworkSettings
from subnets import Subnets, blocks, make_subnets
from tapstack.program.naming import Names

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Egress(Subnets):
    """Egress subnets, none without NAT gateways, and the addresses their traffic leaves from."""

    elastic_ips: Sequence[aws.ec2.Eip]

    @property
    def addresses(self) -> Output[list[str]]:
        """Public IPv4 addresses, one per NAT gateway."""
        return Output.all(*(address.public_ip for address in self.elastic_ips))


def make_egress(names: Names, settings: NetworkSettings, vpc: aws.ec2.Vpc) -> Egress:
    """Make as many NAT gateways as the settings ask for, and subnets in every zone that use the nearest one."""
    if settings.nat_gateways == 0:
        return Egress([], [], [])
    internet_gateway = aws.ec2.InternetGateway(
        "internet",
        vpc_id=vpc.id,
        tags={"Name": names("internet")},
        # AWS: it leaves no VPC in which addresses are reached through it; another VPC gets another one beside it.
        opts=ResourceOptions(replace_on_changes=["vpcId"]),
    )
    public = make_subnets(names, vpc, "public", blocks(settings.vpc_cidr, 24, 240))
    routes = [
        aws.ec2.Route(
            f"public-{number}", route_table_id=table.id, destination_cidr_block=ANYWHERE, gateway_id=internet_gateway.id
        )
        for number, table in enumerate(public.route_tables, start=1)
    ]
    addresses, gateways = [], []
    for number, subnet in enumerate(public.subnets[: settings.nat_gateways], start=1):
        name = f"nat-{number}"
        address = aws.ec2.Eip(name, domain="vpc", tags={"Name": names(name)})
        gateway = aws.ec2.NatGateway(
            name,
            subnet_id=subnet.id,
            allocation_id=address.allocation_id,
            tags={"Name": names(name)},
            # AWS: a NAT gateway works only in a subnet with a route to an internet gateway; no value says so. An
            # address is one gateway's at a time, and it stays, as merchants allow it: the old gateway goes first.
            opts=ResourceOptions(depends_on=routes, delete_before_replace=True),
        )
        addresses.append(address)
        gateways.append(gateway)
    egress = make_subnets(names, vpc, "egress", blocks(settings.vpc_cidr, 20, 4))
    for number, table in enumerate(egress.route_tables):
        aws.ec2.Route(
            f"egress-{number + 1}",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=gateways[number % len(gateways)].id,
        )
    return Egress(egress.subnets, egress.route_tables, addresses)
