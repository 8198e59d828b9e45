"""The network layer's types."""

from collections.abc import Mapping
from typing import Any, Final

from emulator.requests.resource import Call, Resource

TAGS: Final = [{"Key": "Name", "Value": "replay"}, {"Key": "project", "Value": "tapstack"}]
CHANGED: Final = [{"Key": "Name", "Value": "changed"}]


def _tags(resource_type: str) -> list[Mapping[str, Any]]:
    return [{"ResourceType": resource_type, "Tags": TAGS}]


def _tag(name: str) -> Call:
    return Call("ec2:CreateTags", {"Resources": [name], "Tags": CHANGED})


def _filter(**values: str) -> list[Mapping[str, Any]]:
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in values.items()]


_SECURITY_GROUP: Final = Call("ec2:DescribeSecurityGroups", {"GroupIds": ["$group"]})
_EVERYTHING: Final = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0}


def _rule(direction: str) -> Resource:
    way = direction.capitalize()
    parameters = {
        "GroupId": "$group",
        "IpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "replay"}],
            }
        ],
        "TagSpecifications": _tags("security-group-rule"),
    }
    return Resource(
        f"aws_vpc_security_group_{direction}_rule",
        create=[
            Call(
                f"ec2:AuthorizeSecurityGroup{way}",
                parameters,
                {f"{direction}_rule": "SecurityGroupRules[0].SecurityGroupRuleId"},
            )
        ],
        read=[Call("ec2:DescribeSecurityGroupRules", {"SecurityGroupRuleIds": [f"${direction}_rule"]})],
        update=[
            Call(
                "ec2:ModifySecurityGroupRules",
                {
                    "GroupId": "$group",
                    "SecurityGroupRules": [
                        {
                            "SecurityGroupRuleId": f"${direction}_rule",
                            "SecurityGroupRule": {
                                "CidrIpv4": "10.0.0.0/16",
                                "Description": "changed",
                                "FromPort": 443,
                                "IpProtocol": "tcp",
                                "ToPort": 443,
                            },
                        }
                    ],
                },
            ),
            _tag(f"${direction}_rule"),
        ],
        delete=[
            Call(
                f"ec2:RevokeSecurityGroup{way}",
                {"GroupId": "$group", "SecurityGroupRuleIds": [f"${direction}_rule"]},
            )
        ],
    )


NETWORK: Final = (
    Resource(
        "aws_vpc",
        create=[
            Call(
                "ec2:CreateVpc",
                {
                    "CidrBlock": "10.0.0.0/16",
                    "InstanceTenancy": "default",
                    "AmazonProvidedIpv6CidrBlock": False,
                    "TagSpecifications": _tags("vpc"),
                },
                {"vpc": "Vpc.VpcId"},
            ),
            Call("ec2:ModifyVpcAttribute", {"VpcId": "$vpc", "EnableDnsHostnames": {"Value": True}}),
        ],
        read=[
            Call("ec2:DescribeVpcs", {"VpcIds": ["$vpc"]}),
            Call("ec2:DescribeVpcAttribute", {"VpcId": "$vpc", "Attribute": "enableDnsHostnames"}),
            Call("ec2:DescribeVpcAttribute", {"VpcId": "$vpc", "Attribute": "enableDnsSupport"}),
            Call("ec2:DescribeVpcAttribute", {"VpcId": "$vpc", "Attribute": "enableNetworkAddressUsageMetrics"}),
            Call("ec2:DescribeNetworkAcls", {"Filters": _filter(default="true", vpc_id="$vpc")}),
            Call("ec2:DescribeRouteTables", {"Filters": _filter(**{"association.main": "true"}, vpc_id="$vpc")}),
            Call("ec2:DescribeSecurityGroups", {"Filters": _filter(group_name="default", vpc_id="$vpc")}),
        ],
        update=[_tag("$vpc")],
        delete=[
            Call("ec2:DeleteVpc", {"VpcId": "$vpc"}),
            Call("ec2:DescribeVpcs", {"VpcIds": ["$vpc"]}, error="InvalidVpcID.NotFound"),
        ],
    ),
    Resource(
        "aws_subnet",
        create=[
            Call(
                "ec2:CreateSubnet",
                {
                    "AvailabilityZone": "eu-central-1a",
                    "CidrBlock": "10.0.0.0/24",
                    "TagSpecifications": _tags("subnet"),
                    "VpcId": "$vpc",
                },
                {"subnet": "Subnet.SubnetId"},
            )
        ],
        read=[Call("ec2:DescribeSubnets", {"SubnetIds": ["$subnet"]})],
        update=[_tag("$subnet")],
        delete=[
            Call("ec2:DescribeNetworkInterfaces", {"Filters": _filter(subnet_id="$subnet")}),
            Call("ec2:DeleteSubnet", {"SubnetId": "$subnet"}),
        ],
    ),
    Resource(
        "aws_route_table",
        create=[
            Call(
                "ec2:CreateRouteTable",
                {"VpcId": "$vpc", "TagSpecifications": _tags("route-table"), "ClientToken": "route-table"},
                {"route_table": "RouteTable.RouteTableId"},
            )
        ],
        read=[Call("ec2:DescribeRouteTables", {"RouteTableIds": ["$route_table"]})],
        update=[_tag("$route_table")],
        delete=[
            Call("ec2:DeleteRouteTable", {"RouteTableId": "$route_table"}),
            Call(
                "ec2:DescribeRouteTables",
                {"RouteTableIds": ["$route_table"]},
                error="InvalidRouteTableID.NotFound",
            ),
        ],
    ),
    Resource(
        "aws_route_table_association",
        create=[
            Call(
                "ec2:AssociateRouteTable",
                {"RouteTableId": "$route_table", "SubnetId": "$subnet"},
                {"association": "AssociationId"},
            )
        ],
        read=[
            Call(
                "ec2:DescribeRouteTables",
                {"Filters": _filter(**{"association.route-table-association-id": "$association"})},
            )
        ],
        delete=[
            Call("ec2:DisassociateRouteTable", {"AssociationId": "$association"}),
            Call(
                "ec2:DescribeRouteTables",
                {"Filters": _filter(**{"association.route-table-association-id": "$association"})},
            ),
        ],
    ),
    Resource(
        "aws_internet_gateway",
        seen=False,
        create=[
            Call(
                "ec2:CreateInternetGateway",
                {"TagSpecifications": _tags("internet-gateway")},
                {"gateway": "InternetGateway.InternetGatewayId"},
            ),
            Call("ec2:AttachInternetGateway", {"InternetGatewayId": "$gateway", "VpcId": "$vpc"}),
        ],
        read=[Call("ec2:DescribeInternetGateways", {"InternetGatewayIds": ["$gateway"]})],
        update=[_tag("$gateway")],
        delete=[
            Call("ec2:DetachInternetGateway", {"InternetGatewayId": "$gateway", "VpcId": "$vpc"}),
            Call("ec2:DeleteInternetGateway", {"InternetGatewayId": "$gateway"}),
        ],
    ),
    Resource(
        "aws_route",
        seen=False,
        create=[
            Call(
                "ec2:CreateRoute",
                {"RouteTableId": "$route_table", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "$gateway"},
            )
        ],
        read=[Call("ec2:DescribeRouteTables", {"RouteTableIds": ["$route_table"]})],
        delete=[Call("ec2:DeleteRoute", {"RouteTableId": "$route_table", "DestinationCidrBlock": "0.0.0.0/0"})],
    ),
    Resource(
        "aws_eip",
        seen=False,
        create=[
            Call(
                "ec2:AllocateAddress",
                {"Domain": "vpc", "TagSpecifications": _tags("elastic-ip")},
                {"address": "AllocationId"},
            )
        ],
        read=[
            Call("ec2:DescribeAddresses", {"AllocationIds": ["$address"]}),
            Call("ec2:DescribeAddressesAttribute", {"AllocationIds": ["$address"], "Attribute": "domain-name"}),
        ],
        update=[_tag("$address")],
        delete=[Call("ec2:ReleaseAddress", {"AllocationId": "$address"})],
    ),
    Resource(
        "aws_nat_gateway",
        seen=False,
        create=[
            Call(
                "ec2:CreateNatGateway",
                {
                    "AllocationId": "$address",
                    "ClientToken": "nat",
                    "ConnectivityType": "public",
                    "SubnetId": "$subnet",
                    "TagSpecifications": _tags("natgateway"),
                },
                {"nat": "NatGateway.NatGatewayId"},
            )
        ],
        read=[Call("ec2:DescribeNatGateways", {"NatGatewayIds": ["$nat"]})],
        update=[_tag("$nat")],
        delete=[
            Call("ec2:DeleteNatGateway", {"NatGatewayId": "$nat"}),
            Call("ec2:DescribeNatGateways", {"NatGatewayIds": ["$nat"]}),
        ],
    ),
    Resource(
        "aws_security_group",
        create=[
            Call(
                "ec2:CreateSecurityGroup",
                {
                    "Description": "replay",
                    "GroupName": "replay",
                    "TagSpecifications": _tags("security-group"),
                    "VpcId": "$vpc",
                },
                {"group": "GroupId"},
            ),
            _SECURITY_GROUP,
            Call(
                "ec2:RevokeSecurityGroupEgress",
                {
                    "GroupId": "$group",
                    "IpPermissions": [_EVERYTHING | {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
                },
            ),
        ],
        read=[_SECURITY_GROUP],
        update=[_tag("$group")],
        delete=[
            Call("ec2:DescribeNetworkInterfaces", {"Filters": _filter(group_id="$group")}),
            Call("ec2:DeleteSecurityGroup", {"GroupId": "$group"}),
            Call("ec2:DescribeSecurityGroups", {"GroupIds": ["$group"]}, error="InvalidGroup.NotFound"),
        ],
    ),
    _rule("ingress"),
    _rule("egress"),
    Resource(
        "aws_default_security_group",
        create=[
            Call(
                "ec2:DescribeSecurityGroups",
                {"Filters": _filter(group_name="default", vpc_id="$vpc")},
                {"default_group": "SecurityGroups[0].GroupId"},
            ),
            _tag("$default_group"),
            Call("ec2:DescribeSecurityGroupRules", {"Filters": _filter(group_id="$default_group")}),
            Call(
                "ec2:RevokeSecurityGroupEgress",
                {
                    "GroupId": "$default_group",
                    "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
                },
            ),
        ],
        read=[Call("ec2:DescribeSecurityGroups", {"GroupIds": ["$default_group"]})],
        update=[_tag("$default_group")],
    ),
    Resource(
        "aws_vpc_endpoint",
        create=[
            Call(
                "ec2:CreateVpcEndpoint",
                {
                    "ClientToken": "endpoint",
                    "PrivateDnsEnabled": False,
                    "RouteTableIds": ["$route_table"],
                    "ServiceName": "com.amazonaws.eu-central-1.dynamodb",
                    "TagSpecifications": _tags("vpc-endpoint"),
                    "VpcEndpointType": "Gateway",
                    "VpcId": "$vpc",
                },
                {"endpoint": "VpcEndpoint.VpcEndpointId"},
            )
        ],
        read=[
            Call("ec2:DescribeVpcEndpoints", {"VpcEndpointIds": ["$endpoint"]}),
            Call(
                "ec2:DescribePrefixLists",
                {"Filters": _filter(prefix_list_name="com.amazonaws.eu-central-1.dynamodb")},
            ),
        ],
        update=[
            Call(
                "ec2:ModifyVpcEndpoint",
                {
                    "VpcEndpointId": "$endpoint",
                    "PolicyDocument": '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
                    "ResetPolicy": False,
                },
            ),
            _tag("$endpoint"),
        ],
        delete=[
            Call("ec2:DeleteVpcEndpoints", {"VpcEndpointIds": ["$endpoint"]}),
            Call(
                "ec2:DescribeVpcEndpoints",
                {"VpcEndpointIds": ["$endpoint"]},
                error="InvalidVpcEndpointId.NotFound",
            ),
        ],
    ),
    Resource(
        "aws_flow_log",
        create=[
            Call(
                "ec2:CreateFlowLogs",
                {
                    "ClientToken": "flow",
                    "DeliverLogsPermissionArn": "arn:aws:iam::000000000000:role/flow",
                    "LogDestination": "arn:aws:logs:eu-central-1:000000000000:log-group:/replay/flow",
                    "LogDestinationType": "cloud-watch-logs",
                    "MaxAggregationInterval": 60,
                    "ResourceIds": ["$vpc"],
                    "ResourceType": "VPC",
                    "TagSpecifications": _tags("vpc-flow-log"),
                    "TrafficType": "ALL",
                },
                {"flow_log": "FlowLogIds[0]"},
            )
        ],
        read=[Call("ec2:DescribeFlowLogs", {"FlowLogIds": ["$flow_log"]})],
        delete=[Call("ec2:DeleteFlowLogs", {"FlowLogIds": ["$flow_log"]})],
    ),
)
