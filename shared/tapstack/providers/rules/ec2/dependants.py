"""What EC2 does not delete as long as something depends on it."""

from collections.abc import Iterator
from typing import Any, Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, Moment, StateRule, Words

_GOING: Final = frozenset({"deleted", "deleting"})
_API: Final = DOCS + "AWSEC2/latest/APIReference/"


def _vpc_in_use(resource: Resource) -> Iterator[Words]:
    inside: dict[str, Any] = {"Filters": [{"Name": "vpc-id", "Values": [resource.id]}]}
    groups = resource.call("ec2", "describe_security_groups", inside)["SecurityGroups"]
    attached: dict[str, Any] = {"Filters": [{"Name": "attachment.vpc-id", "Values": [resource.id]}]}
    gateways = resource.call("ec2", "describe_internet_gateways", attached)["InternetGateways"]
    if (
        resource.call("ec2", "describe_subnets", inside)["Subnets"]
        or any(group["GroupName"] != "default" for group in groups)
        or any(item.get("VpcId") == resource.id for gateway in gateways for item in gateway.get("Attachments") or [])
    ):
        yield {"id": resource.id}


def _subnet_in_use(resource: Resource) -> Iterator[Words]:
    if _endpoint_in(resource) or _gateway_in(resource) or _function_with(resource, "SubnetIds"):
        yield {"id": resource.id}


def _group_in_use(resource: Resource) -> Iterator[Words]:
    # The emulator does not tell which groups an endpoint has.
    rules = resource.call("ec2", "describe_security_group_rules", {})["SecurityGroupRules"]
    named = any(
        (rule.get("ReferencedGroupInfo") or {}).get("GroupId") == resource.id and rule["GroupId"] != resource.id
        for rule in rules
    )
    if named or _function_with(resource, "SecurityGroupIds"):
        yield {"id": resource.id}


def _endpoint_in(resource: Resource) -> bool:
    endpoints = resource.call("ec2", "describe_vpc_endpoints", {})["VpcEndpoints"]
    return any(resource.id in (item.get("SubnetIds") or []) for item in endpoints if item["State"] not in _GOING)


def _gateway_in(resource: Resource) -> bool:
    gateways = resource.call("ec2", "describe_nat_gateways", {})["NatGateways"]
    return any(item["SubnetId"] == resource.id for item in gateways if item["State"] not in _GOING)


def _function_with(resource: Resource, member: str) -> bool:
    """Tell whether a function is in it, or a version that was published: Lambda keeps its interface for both."""
    functions = [item["FunctionName"] for item in resource.call("lambda", "list_functions", {})["Functions"]]
    return any(
        resource.id in ((version.get("VpcConfig") or {}).get(member) or [])
        for name in functions
        for version in resource.call("lambda", "list_versions_by_function", {"FunctionName": name})["Versions"]
    )


RULES: Final = (
    StateRule(
        name="security-group-in-use",
        types=("aws:ec2/securityGroup:SecurityGroup",),
        operation="ec2:DeleteSecurityGroup",
        code="DependencyViolation",
        message="resource {id} has a dependent object",
        source=_API + "API_DeleteSecurityGroup.html",
        moment=Moment.DELETE,
        check=_group_in_use,
    ),
    StateRule(
        name="subnet-in-use",
        types=("aws:ec2/subnet:Subnet",),
        operation="ec2:DeleteSubnet",
        code="DependencyViolation",
        message="The subnet '{id}' has dependencies and cannot be deleted.",
        source=_API + "API_DeleteSubnet.html",
        moment=Moment.DELETE,
        check=_subnet_in_use,
    ),
    StateRule(
        name="vpc-in-use",
        types=("aws:ec2/vpc:Vpc",),
        operation="ec2:DeleteVpc",
        code="DependencyViolation",
        message="The vpc '{id}' has dependencies and cannot be deleted.",
        source=_API + "API_DeleteVpc.html",
        moment=Moment.DELETE,
        check=_vpc_in_use,
    ),
)
