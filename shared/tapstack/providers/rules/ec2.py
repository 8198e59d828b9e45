"""What EC2 refuses and the emulator does not, in its own words."""

from typing import Any, Final

from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import Resource
from tapstack.providers.rules.precondition import DOCS, Moment, Precondition


def _vpc_is_free(resource: Resource) -> None:
    inside: dict[str, Any] = {"Filters": [{"Name": "vpc-id", "Values": [resource.id]}]}
    groups = resource.call("ec2", "describe_security_groups", inside)["SecurityGroups"]
    attached: dict[str, Any] = {"Filters": [{"Name": "attachment.vpc-id", "Values": [resource.id]}]}
    gateways = resource.call("ec2", "describe_internet_gateways", attached)["InternetGateways"]
    if (
        resource.call("ec2", "describe_subnets", inside)["Subnets"]
        or any(group["GroupName"] != "default" for group in groups)
        or any(item.get("VpcId") == resource.id for gateway in gateways for item in gateway.get("Attachments") or [])
    ):
        raise ProviderError(_in_use("vpc", resource))


def _subnet_is_free(resource: Resource) -> None:
    if _endpoint_in(resource) or _gateway_in(resource) or _function_with(resource, "SubnetIds"):
        raise ProviderError(_in_use("subnet", resource))


def _group_is_free(resource: Resource) -> None:
    # The emulator does not tell which groups an endpoint has.
    rules = resource.call("ec2", "describe_security_group_rules", {})["SecurityGroupRules"]
    named = any(
        (rule.get("ReferencedGroupInfo") or {}).get("GroupId") == resource.id and rule["GroupId"] != resource.id
        for rule in rules
    )
    if named or _function_with(resource, "SecurityGroupIds"):
        raise ProviderError(f"DependencyViolation: resource {resource.id} has a dependent object")


def _in_use(kind: str, resource: Resource) -> str:
    return f"DependencyViolation: The {kind} '{resource.id}' has dependencies and cannot be deleted."


def _endpoint_in(resource: Resource) -> bool:
    endpoints = resource.call("ec2", "describe_vpc_endpoints", {})["VpcEndpoints"]
    return any(resource.id in (item.get("SubnetIds") or []) for item in endpoints if item["State"] not in _GOING)


def _gateway_in(resource: Resource) -> bool:
    gateways = resource.call("ec2", "describe_nat_gateways", {})["NatGateways"]
    return any(item["SubnetId"] == resource.id for item in gateways if item["State"] not in _GOING)


def _function_with(resource: Resource, member: str) -> bool:
    functions = resource.call("lambda", "list_functions", {})["Functions"]
    return any(resource.id in ((function.get("VpcConfig") or {}).get(member) or []) for function in functions)


_GOING: Final = frozenset({"deleted", "deleting"})


PRECONDITIONS: Final = (
    Precondition(
        "aws:ec2/securityGroup:SecurityGroup",
        Moment.DELETE,
        _group_is_free,
        DOCS + "AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html",
    ),
    Precondition(
        "aws:ec2/subnet:Subnet",
        Moment.DELETE,
        _subnet_is_free,
        DOCS + "AWSEC2/latest/APIReference/API_DeleteSubnet.html",
    ),
    Precondition(
        "aws:ec2/vpc:Vpc", Moment.DELETE, _vpc_is_free, DOCS + "AWSEC2/latest/APIReference/API_DeleteVpc.html"
    ),
)
