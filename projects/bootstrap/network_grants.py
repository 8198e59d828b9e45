"""What the roles of the network layer may do: a VPC and all in it, known by its tags, for EC2 gives no names."""

from typing import Final

from grants import Grant, LayerGrants, adopted, log_groups, new, own, roles

_EC2: Final = "arn:{partition}:ec2:{region}:{account}"
_FLOW_LOG_ROLE: Final = roles(["{prefix}flow-logs"], "vpc-flow-logs.amazonaws.com")
_FLOW_LOG_GROUP: Final = log_groups("{prefix}flow-logs*")

GRANTS: Final = LayerGrants(
    read=[
        # EC2 takes no narrower resource for looking.
        Grant(["ec2:Describe*"], ["*"]),
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
            [
                f"{_EC2}:elastic-ip/*",
                f"{_EC2}:internet-gateway/*",
                f"{_EC2}:natgateway/*",
                f"{_EC2}:route-table/*",
                f"{_EC2}:security-group-rule/*",
                f"{_EC2}:security-group/*",
                f"{_EC2}:subnet/*",
                f"{_EC2}:vpc-endpoint/*",
                f"{_EC2}:vpc-flow-log/*",
                f"{_EC2}:vpc/*",
            ],
            new("network"),
        ),
        Grant(
            ["ec2:CreateTags"],
            [f"{_EC2}:*/*"],
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
            [f"{_EC2}:*/*"],
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
