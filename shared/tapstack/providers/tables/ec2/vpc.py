"""VPC, subnets, route tables and routes."""

import zlib
from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging

EC2_TAGS: Final = Tagging(add="create_tags", remove="delete_tags", target={"Resources": ["$id"]})


def _route_id(scope: Scope) -> str:
    where = scope["destinationCidrBlock"] or scope["destinationIpv6CidrBlock"] or scope["destinationPrefixListId"]
    return f"r-{scope['routeTableId']}{zlib.crc32(where.encode())}"


def _route_pick(scope: Scope) -> str:
    for name in _DESTINATIONS:
        if value := scope[name]:
            return f"RouteTables[0].Routes[?{name[0].upper()}{name[1:]}=='{value}'] | [0]"
    return "null"


def _association(scope: Scope) -> str:
    """Find a subnet's association, whose id changes with every other table, where Pulumi keeps the first."""
    filters = [{"Name": "association.subnet-id", "Values": [scope["subnetId"]]}]
    tables = scope.call("ec2", "describe_route_tables", {"Filters": filters})["RouteTables"]
    ids = [
        item["RouteTableAssociationId"]
        for table in tables
        for item in table["Associations"]
        if item.get("SubnetId") == scope["subnetId"]
    ]
    return str(ids[0] if ids else scope["id"])


_DESTINATIONS: Final = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_TARGETS: Final = (
    "egressOnlyGatewayId",
    "gatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)

ROWS: Final = {
    "aws:ec2/vpc:Vpc": Row(
        service="ec2",
        ec2_kind="vpc",
        create=Call(operation="create_vpc", auto=("cidrBlock", "instanceTenancy", "tags")),
        id="@Vpc.VpcId",
        settle=(
            Call(
                operation="modify_vpc_attribute",
                params={"VpcId": "$id", "EnableDnsSupport": {"Value": "$enableDnsSupport"}},
            ),
            Call(
                operation="modify_vpc_attribute",
                params={"VpcId": "$id", "EnableDnsHostnames": {"Value": "$enableDnsHostnames"}},
            ),
        ),
        read=(
            Look(operation="describe_vpcs", params={"VpcIds": ["$id"]}, pick="Vpcs[0]"),
            Look(
                operation="describe_vpc_attribute",
                params={"VpcId": "$id", "Attribute": "enableDnsSupport"},
                take={"enableDnsSupport": "EnableDnsSupport.Value"},
                auto=False,
            ),
            Look(
                operation="describe_vpc_attribute",
                params={"VpcId": "$id", "Attribute": "enableDnsHostnames"},
                take={"enableDnsHostnames": "EnableDnsHostnames.Value"},
                auto=False,
            ),
            Look(
                operation="describe_security_groups",
                params={
                    "Filters": [{"Name": "vpc-id", "Values": ["$id"]}, {"Name": "group-name", "Values": ["default"]}]
                },
                pick="SecurityGroups[0]",
                take={"defaultSecurityGroupId": "GroupId"},
                auto=False,
            ),
            Look(
                operation="describe_route_tables",
                params={
                    "Filters": [{"Name": "vpc-id", "Values": ["$id"]}, {"Name": "association.main", "Values": ["true"]}]
                },
                pick="RouteTables[0]",
                take={"mainRouteTableId": "RouteTableId", "defaultRouteTableId": "RouteTableId"},
                auto=False,
            ),
            Look(
                operation="describe_network_acls",
                params={"Filters": [{"Name": "vpc-id", "Values": ["$id"]}, {"Name": "default", "Values": ["true"]}]},
                pick="NetworkAcls[0]",
                take={"defaultNetworkAclId": "NetworkAclId"},
                auto=False,
            ),
        ),
        delete=(Call(operation="delete_vpc", params={"VpcId": "$id"}),),
        outputs={"arn": "arn:aws:ec2:${region}:${account}:vpc/${id}"},
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
        replace_on=("cidrBlock", "instanceTenancy"),
        tagging=EC2_TAGS,
    ),
    "aws:ec2/subnet:Subnet": Row(
        service="ec2",
        ec2_kind="subnet",
        create=Call(
            operation="create_subnet", auto=("availabilityZone", "availabilityZoneId", "cidrBlock", "tags", "vpcId")
        ),
        id="@Subnet.SubnetId",
        settle=(
            Call(
                operation="modify_subnet_attribute",
                params={"SubnetId": "$id", "MapPublicIpOnLaunch": {"Value": "$mapPublicIpOnLaunch"}},
            ),
        ),
        read=(Look(operation="describe_subnets", params={"SubnetIds": ["$id"]}, pick="Subnets[0]"),),
        delete=(Call(operation="delete_subnet", params={"SubnetId": "$id"}),),
        outputs={"arn": "arn:aws:ec2:${region}:${account}:subnet/${id}"},
        defaults={"mapPublicIpOnLaunch": False},
        replace_on=("availabilityZone", "availabilityZoneId", "cidrBlock", "vpcId"),
        tagging=EC2_TAGS,
    ),
    "aws:ec2/routeTable:RouteTable": Row(
        service="ec2",
        ec2_kind="route-table",
        create=Call(operation="create_route_table", auto=("tags", "vpcId")),
        id="@RouteTable.RouteTableId",
        read=(
            Look(
                operation="describe_route_tables",
                params={"RouteTableIds": ["$id"]},
                pick="RouteTables[0].{OwnerId: OwnerId, Tags: Tags, VpcId: VpcId}",
            ),
        ),
        delete=(Call(operation="delete_route_table", params={"RouteTableId": "$id"}),),
        outputs={"arn": "arn:aws:ec2:${region}:${account}:route-table/${id}"},
        replace_on=("vpcId",),
        tagging=EC2_TAGS,
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Row(
        service="ec2",
        create=Call(operation="associate_route_table", auto=True),
        id="@AssociationId",
        # A changed table gives the association another id on AWS; its subnet finds it under either.
        read=(
            Look(
                operation="describe_route_tables",
                params={"Filters": [{"Name": "association.subnet-id", "Values": ["$subnetId"]}]},
                pick="RouteTables[0].Associations[?SubnetId=='${subnetId}'] | [0]",
                take={"id": "RouteTableAssociationId"},
            ),
        ),
        update=(
            Call(
                operation="replace_route_table_association",
                params={"AssociationId": _association, "RouteTableId": "$routeTableId"},
                on=("routeTableId",),
            ),
        ),
        delete=(Call(operation="disassociate_route_table", params={"AssociationId": _association}),),
        replace_on=("subnetId", "gatewayId"),
        import_id=r"(?P<subnetId>[^/]+)/(?P<routeTableId>.+)",
    ),
    "aws:ec2/internetGateway:InternetGateway": Row(
        service="ec2",
        ec2_kind="internet-gateway",
        create=Call(operation="create_internet_gateway", auto=("tags",)),
        id="@InternetGateway.InternetGatewayId",
        settle=(
            Call(
                operation="attach_internet_gateway",
                params={"InternetGatewayId": "$id", "VpcId": "$vpcId"},
                on=("vpcId",),
            ),
        ),
        read=(
            Look(
                operation="describe_internet_gateways",
                params={"InternetGatewayIds": ["$id"]},
                pick="InternetGateways[0]",
                take={"vpcId": "Attachments[0].VpcId"},
            ),
        ),
        delete=(
            Call(operation="detach_internet_gateway", params={"InternetGatewayId": "$id", "VpcId": "$vpcId"}),
            Call(operation="delete_internet_gateway", params={"InternetGatewayId": "$id"}),
        ),
        outputs={"arn": "arn:aws:ec2:${region}:${account}:internet-gateway/${id}"},
        # The real provider detaches and attaches; a gateway that moves between VPCs is not worth a way of its own here.
        replace_on=("vpcId",),
        tagging=EC2_TAGS,
    ),
    "aws:ec2/route:Route": Row(
        service="ec2",
        create=Call(operation="create_route", auto=True),
        id=_route_id,
        read=(
            Look(
                operation="describe_route_tables",
                params={"RouteTableIds": ["$routeTableId"]},
                pick=_route_pick,
            ),
        ),
        update=(Call(operation="replace_route", auto=True, on=_TARGETS),),
        delete=(Call(operation="delete_route", auto=("routeTableId", *_DESTINATIONS)),),
        replace_on=("routeTableId", *_DESTINATIONS),
        import_id=r"(?P<routeTableId>[^_]+)_(?P<destinationCidrBlock>.+)",
    ),
}
