"""What others can put into a VPC: rules of its groups, routes, and things of their own."""

from typing import Final

from tapstack.deploy.drift.look import Look

_DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_ROUTE: Final = "aws:ec2/route:Route"
_VPC: Final = "aws:ec2/vpc:Vpc"
_GONE: Final = "deleted Deleted deleting Deleting expired failed rejected"
"""States of what is listed for some time after it has ended; EC2 writes those of endpoints in both ways."""
_DESTINATION: Final = "DestinationCidrBlock || DestinationIpv6CidrBlock || DestinationPrefixListId"
_LEADS_TO: Final = (
    "GatewayId || NatGatewayId || NetworkInterfaceId || TransitGatewayId || VpcPeeringConnectionId || "
    "EgressOnlyInternetGatewayId"
)
# A gateway endpoint's routes are the endpoint's, and AWS makes the one within the VPC.
_MADE_ROUTES: Final = "Routes[?Origin == 'CreateRoute' && !starts_with(GatewayId || '', 'vpce-')]"


def _rules(of: str, *, egress: bool) -> Look:
    kind, way = ("Egress", "to") if egress else ("Ingress", "from")
    return Look(
        of=of,
        service="ec2",
        operation="describe_security_group_rules",
        params="{Filters: [{Name: 'group-id', Values: [id]}]}",
        items=f"SecurityGroupRules[?IsEgress == `{f'{egress}'.lower()}`]",
        type=f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule",
        key="[item.SecurityGroupRuleId]",
        own="[id]",
        name="item.SecurityGroupRuleId",
        detail="[item.IpProtocol == '-1' && 'everything' || join(' ', [item.IpProtocol, "
        f"join('-', [to_string(item.FromPort), to_string(item.ToPort)])]), '{way}', item.CidrIpv4, item.CidrIpv6, "
        "item.PrefixListId, item.ReferencedGroupInfo.GroupId]",
    )


def _in_vpc(operation: str, items: str, of_type: str, item_id: str, detail: str = "[]", match: str = "vpc-id") -> Look:
    """Look at what is in a VPC; `match` is the filter that names it."""
    filters = "Filter" if operation == "describe_nat_gateways" else "Filters"
    return Look(
        of=_VPC,
        service="ec2",
        operation=operation,
        params=f"{{{filters}: [{{Name: '{match}', Values: [id]}}]}}",
        items=items,
        type=of_type,
        key=f"[item.{item_id}]",
        own="[id]",
        name=f"item.{item_id}",
        detail=detail,
    )


def _routes(of: str, params: str, tables: str) -> Look:
    return Look(
        of=of,
        service="ec2",
        operation="describe_route_tables",
        params=params,
        items=f"{tables}.{_MADE_ROUTES}.{{Destination: {_DESTINATION}, Target: {_LEADS_TO}}}",
        type=_ROUTE,
        key="[thing.id, item.Destination]",
        own="[routeTableId, destinationCidrBlock || destinationIpv6CidrBlock || destinationPrefixListId]",
        name="item.Destination",
        detail="['to', item.Target]",
    )


LOOKS: Final = (
    *(_rules(of, egress=egress) for of in (_GROUP, _DEFAULT_GROUP) for egress in (False, True)),
    _in_vpc("describe_subnets", "Subnets", "aws:ec2/subnet:Subnet", "SubnetId", "[item.CidrBlock]"),
    _in_vpc("describe_security_groups", "SecurityGroups[?GroupName != 'default']", _GROUP, "GroupId"),
    _in_vpc(
        "describe_vpc_endpoints",
        f"VpcEndpoints[?!contains('{_GONE}', State)]",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "VpcEndpointId",
        "[item.ServiceName]",
    ),
    _in_vpc(
        "describe_route_tables",
        "RouteTables[?!(Associations[?Main])]",
        "aws:ec2/routeTable:RouteTable",
        "RouteTableId",
    ),
    _in_vpc(
        "describe_internet_gateways",
        "InternetGateways",
        "aws:ec2/internetGateway:InternetGateway",
        "InternetGatewayId",
        match="attachment.vpc-id",
    ),
    _in_vpc(
        "describe_nat_gateways",
        f"NatGateways[?!contains('{_GONE}', State)]",
        "aws:ec2/natGateway:NatGateway",
        "NatGatewayId",
    ),
    *(
        _in_vpc(
            "describe_vpc_peering_connections",
            f"VpcPeeringConnections[?!contains('{_GONE}', Status.Code)]",
            "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
            "VpcPeeringConnectionId",
            match=f"{side}-vpc-info.vpc-id",
        )
        for side in ("accepter", "requester")
    ),
    _in_vpc(
        "describe_vpn_gateways",
        "VpnGateways",
        "aws:ec2/vpnGateway:VpnGateway",
        "VpnGatewayId",
        match="attachment.vpc-id",
    ),
    _in_vpc("describe_network_acls", "NetworkAcls[?!IsDefault]", "aws:ec2/networkAcl:NetworkAcl", "NetworkAclId"),
    _routes("aws:ec2/routeTable:RouteTable", "{RouteTableIds: [id]}", "RouteTables[0]"),
    # The table that AWS gives a VPC; subnets without a table of their own use it.
    _routes(
        _VPC,
        "{Filters: [{Name: 'vpc-id', Values: [id]}, {Name: 'association.main', Values: ['true']}]}",
        "RouteTables[?Associations[?Main]] | [0]",
    ),
)
