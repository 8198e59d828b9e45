"""What the roles of the network layer may do: a VPC and all in it, known by its tags, for EC2 gives no names."""

from typing import Final

from grants import Grant, LayerGrants, adopted, log_groups, new, own, roles

_EC2: Final = "arn:{partition}:ec2:{region}:{account}"
_KINDS: Final = [
    f"{_EC2}:{kind}/*"
    for kind in (
        "elastic-ip",
        "internet-gateway",
        "natgateway",
        "route-table",
        "security-group",
        "security-group-rule",
        "subnet",
        "vpc",
        "vpc-endpoint",
        "vpc-flow-log",
    )
]
"""What the layer makes; a NAT gateway's interfaces are AWS's own."""
_FLOW_LOG_ROLE: Final = roles(["{prefix}flow-logs"], "vpc-flow-logs.amazonaws.com")
_FLOW_LOG_GROUP: Final = log_groups("{prefix}flow-logs*")

GRANTS: Final = LayerGrants(
    read=[
        # EC2 takes no narrower resource for looking.
        Grant(
            [
                "ec2:DescribeAddresses",
                "ec2:DescribeAddressesAttribute",
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeFlowLogs",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeNatGateways",
                "ec2:DescribeNetworkAcls",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribePrefixLists",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroupRules",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcPeeringConnections",
                "ec2:DescribeVpcs",
                "ec2:DescribeVpnGateways",
            ],
            ["*"],
        ),
        Grant(["ec2:DescribeVpcAttribute"], [f"{_EC2}:vpc/*"]),
        *_FLOW_LOG_ROLE.read,
        *_FLOW_LOG_GROUP.read,
    ],
    change=[
        # What is made is born with the layer's tags …
        Grant(
            [
                "ec2:AllocateAddress",
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:CreateFlowLogs",
                "ec2:CreateInternetGateway",
                "ec2:CreateNatGateway",
                "ec2:CreateRouteTable",
                "ec2:CreateSecurityGroup",
                "ec2:CreateSubnet",
                "ec2:CreateVpc",
                "ec2:CreateVpcEndpoint",
            ],
            _KINDS,
            new("network"),
        ),
        Grant(
            ["ec2:CreateTags"],
            _KINDS,
            {**new("network"), "StringLike": {"ec2:CreateAction": "*"}},
        ),
        # … and changed, put together and deleted by them.
        Grant(
            [
                "ec2:AssociateRouteTable",
                "ec2:AttachInternetGateway",
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:CreateFlowLogs",
                "ec2:CreateNatGateway",
                "ec2:CreateRoute",
                "ec2:CreateRouteTable",
                "ec2:CreateSecurityGroup",
                "ec2:CreateSubnet",
                "ec2:CreateTags",
                "ec2:CreateVpcEndpoint",
                "ec2:DeleteFlowLogs",
                "ec2:DeleteInternetGateway",
                "ec2:DeleteNatGateway",
                "ec2:DeleteRoute",
                "ec2:DeleteRouteTable",
                "ec2:DeleteSecurityGroup",
                "ec2:DeleteSubnet",
                "ec2:DeleteTags",
                "ec2:DeleteVpc",
                "ec2:DeleteVpcEndpoints",
                "ec2:DetachInternetGateway",
                "ec2:DisassociateAddress",
                "ec2:DisassociateRouteTable",
                "ec2:ModifySecurityGroupRules",
                "ec2:ModifySubnetAttribute",
                "ec2:ModifyVpcAttribute",
                "ec2:ModifyVpcEndpoint",
                "ec2:ReleaseAddress",
                "ec2:ReplaceRoute",
                "ec2:ReplaceRouteTableAssociation",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
            ],
            _KINDS,
            own("network"),
        ),
        # The group a VPC comes with has no tags: the layer gives it its own before it closes it.
        Grant(["ec2:CreateTags"], [f"{_EC2}:security-group/*"], adopted("network")),
        # An interface endpoint with private names puts a hosted zone of AWS's own into the VPC.
        Grant(
            ["route53:AssociateVPCWithHostedZone"],
            ["*"],
            {
                "ForAllValues:StringLike": {"route53:VPCs": "VPCId=*,VPCRegion={region}"},
                "Null": {"route53:VPCs": "false"},
            },
        ),
        *_FLOW_LOG_ROLE.change,
        *_FLOW_LOG_GROUP.change,
    ],
)
