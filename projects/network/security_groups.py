"""Security groups: who may talk to whom. Every rule is TLS on its port; none lets anything in from outside the VPC.

It is the port that the notifier holds webhooks to: another would be refused here, after its settings were taken.
"""

from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from tapstack.program.naming import Names
from transactions.agreed.webhooks import HTTPS_PORT


@dataclass(frozen=True)
class SecurityGroups:
    """The groups the layers attach."""

    functions: aws.ec2.SecurityGroup
    """Functions in the isolated subnets: out to the endpoints only."""
    egress: aws.ec2.SecurityGroup
    """The notifier behind NAT: out to merchants anywhere."""
    endpoints: aws.ec2.SecurityGroup
    """Interface endpoints: in from the two groups above."""


def make_security_groups(names: Names, vpc: aws.ec2.Vpc) -> SecurityGroups:
    """Make the groups and the rules between them; the gateway endpoint's rule needs its prefix list (endpoints.py)."""
    groups = SecurityGroups(
        functions=_group(names, vpc, "functions", "Functions in the isolated subnets"),
        egress=_group(names, vpc, "egress", "Functions that call merchants"),
        endpoints=_group(names, vpc, "endpoints", "Interface endpoints"),
    )
    for name, group in (("functions", groups.functions), ("egress", groups.egress)):
        aws.vpc.SecurityGroupIngressRule(
            f"endpoints-from-{name}",
            security_group_id=groups.endpoints.id,
            referenced_security_group_id=group.id,
            description=f"TLS from the {name} group",
            ip_protocol="tcp",
            from_port=HTTPS_PORT,
            to_port=HTTPS_PORT,
        )
    allow_out(
        "functions-to-endpoints",
        groups.functions,
        "TLS to the interface endpoints",
        security_group_id=groups.endpoints.id,
    )
    allow_out("egress-to-merchants", groups.egress, "TLS to merchants and AWS", cidr="0.0.0.0/0")
    return groups


def allow_out(
    name: str,
    group: aws.ec2.SecurityGroup,
    description: str,
    *,
    security_group_id: Input[str] | None = None,
    prefix_list_id: Input[str] | None = None,
    cidr: str | None = None,
) -> None:
    """Let `group` open TLS connections to exactly one of another group, a prefix list or a block."""
    aws.vpc.SecurityGroupEgressRule(
        name,
        security_group_id=group.id,
        referenced_security_group_id=security_group_id,
        prefix_list_id=prefix_list_id,
        cidr_ipv4=cidr,
        description=description,
        ip_protocol="tcp",
        from_port=HTTPS_PORT,
        to_port=HTTPS_PORT,
    )


def _group(names: Names, vpc: aws.ec2.Vpc, name: str, description: str) -> aws.ec2.SecurityGroup:
    return aws.ec2.SecurityGroup(
        name,
        name=names(name),
        description=description,
        vpc_id=vpc.id,
        tags={"Name": names(name)},
        # AWS: a group's name is its own within its VPC alone. The provider takes the old group away first, as it does
        # with whatever keeps its name, and functions hold it.
        opts=ResourceOptions(delete_before_replace=False),
    )
