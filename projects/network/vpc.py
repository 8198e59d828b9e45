"""The VPC, with its default security group closed."""

import pulumi_aws as aws

from settings import NetworkSettings
from tapstack.program.naming import Names


def make_vpc(names: Names, settings: NetworkSettings) -> aws.ec2.Vpc:
    """Make the VPC; interface endpoints need both of its DNS attributes."""
    vpc = aws.ec2.Vpc(
        "vpc",
        cidr_block=settings.vpc_cidr,
        enable_dns_hostnames=True,
        enable_dns_support=True,
        tags={"Name": names("vpc")},
    )
    # Every VPC comes with this group, and its members may all talk to each other; adopted without rules, it is closed.
    aws.ec2.DefaultSecurityGroup("closed-default", vpc_id=vpc.id, tags={"Name": names("closed-default")})
    return vpc
