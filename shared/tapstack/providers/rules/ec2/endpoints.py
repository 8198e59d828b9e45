"""What EC2 refuses of VPC endpoints and flow logs."""

import re
from collections.abc import Iterator
from typing import Any, Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask

_ENDPOINT: Final = ("aws:ec2/vpcEndpoint:VpcEndpoint",)
_FLOW_LOG: Final = ("aws:ec2/flowLog:FlowLog",)
_INTERFACE: Final = DOCS + "vpc/latest/privatelink/create-interface-endpoint.html"
_OF_REGION: Final = re.compile(r"com\.amazonaws\.([a-z]{2}(?:-[a-z]+)+-\d)\.")
_GONE: Final = frozenset({"deleted", "deleting"})


def _other_region(resource: Resource) -> Iterator[Words]:
    name = resource.inputs.get("serviceName") or ""
    match = _OF_REGION.match(name)
    if match and match[1] != resource.region and not resource.inputs.get("serviceRegion"):
        yield {"name": name}


def _is(resource: Resource, kind: str) -> bool:
    return (resource.inputs.get("vpcEndpointType") or "Gateway") == kind


def _one_zone_twice(resource: Resource) -> Iterator[Words]:
    subnets = resource.inputs.get("subnetIds") or []
    if not _is(resource, "Interface") or not subnets:
        return
    answer = ask(resource, "ec2", "describe_subnets", SubnetIds=subnets) or {"Subnets": []}
    zones: set[str] = set()
    for subnet in answer["Subnets"]:
        if subnet["AvailabilityZone"] in zones:
            yield {"subnet": subnet["SubnetId"]}
        zones.add(subnet["AvailabilityZone"])


def _attribute(resource: Resource, name: str) -> bool:
    answer = ask(resource, "ec2", "describe_vpc_attribute", VpcId=resource.inputs["vpcId"], Attribute=name) or {}
    return bool((answer.get(f"{name[0].upper()}{name[1:]}") or {}).get("Value"))


def _names_without_dns(resource: Resource) -> Iterator[Words]:
    if not _is(resource, "Interface") or not resource.inputs.get("privateDnsEnabled"):
        return
    if not (_attribute(resource, "enableDnsSupport") and _attribute(resource, "enableDnsHostnames")):
        yield {"vpc": resource.inputs["vpcId"]}


def _others(resource: Resource) -> list[Any]:
    """List the endpoints of the same service in the same VPC."""
    held = resource.call("ec2", "describe_vpc_endpoints", {})["VpcEndpoints"]
    wanted = (resource.inputs["vpcId"], resource.inputs.get("serviceName"))
    return [item for item in held if item["State"] not in _GONE and (item["VpcId"], item["ServiceName"]) == wanted]


def _table_routed_already(resource: Resource) -> Iterator[Words]:
    tables = set(resource.inputs.get("routeTableIds") or [])
    for endpoint in _others(resource) if _is(resource, "Gateway") else ():
        if taken := sorted(tables & set(endpoint.get("RouteTableIds") or [])):
            yield {"table": taken[0]}


def _no_role(inputs: Inputs) -> Iterator[Words]:
    if inputs.get("logDestinationType") in {None, "cloud-watch-logs"} and "iamRoleArn" not in inputs:
        yield {}


def _logged_already(resource: Resource) -> Iterator[Words]:
    wanted = resource.inputs
    target = next((wanted[key] for key in ("vpcId", "subnetId", "eniId") if wanted.get(key)), None)
    for log in resource.call("ec2", "describe_flow_logs", {})["FlowLogs"]:
        same = (log["ResourceId"], log["TrafficType"]) == (target, wanted.get("trafficType"))
        if same and wanted.get("logDestination") in {log.get("LogDestination"), log.get("LogGroupName")}:
            yield {}


RULES: Final = (
    StateRule(
        name="endpoint-of-no-service",
        types=_ENDPOINT,
        operation="ec2:CreateVpcEndpoint",
        code="InvalidServiceName",
        message="The Vpc Endpoint Service '{name}' does not exist",
        source=DOCS + "vpc/latest/privatelink/aws-services-privatelink-support.html",
        moment=Moment.CREATE,
        check=_other_region,
    ),
    StateRule(
        name="endpoint-twice-in-a-zone",
        types=_ENDPOINT,
        operation="ec2:CreateVpcEndpoint",
        code="DuplicateSubnetsInSameZone",
        message="Found another VPC endpoint subnet in the availability zone of {subnet}. VPC endpoint subnets should "
        "be in different availability zones supported by the VPC endpoint service.",
        source=_INTERFACE,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_one_zone_twice,
    ),
    StateRule(
        name="endpoint-names-without-dns",
        types=_ENDPOINT,
        operation="ec2:CreateVpcEndpoint",
        code="InvalidParameter",
        message="Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to "
        "true for {vpc}",
        source=_INTERFACE,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_names_without_dns,
    ),
    StateRule(
        name="gateway-endpoint-twice-in-a-route-table",
        types=_ENDPOINT,
        operation="ec2:CreateVpcEndpoint",
        code="RouteAlreadyExists",
        message="route table {table} already has a route with destination-prefix-list-id",
        source=DOCS + "vpc/latest/privatelink/gateway-endpoints.html",
        moment=Moment.CREATE,
        check=_table_routed_already,
    ),
    InputRule(
        name="flow-log-without-role",
        types=_FLOW_LOG,
        operation="ec2:CreateFlowLogs",
        code="InvalidParameter",
        message="DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
        source=DOCS + "AWSEC2/latest/APIReference/API_CreateFlowLogs.html",
        check=_no_role,
    ),
    StateRule(
        name="flow-log-twice",
        types=_FLOW_LOG,
        operation="ec2:CreateFlowLogs",
        code="FlowLogAlreadyExists",
        message="Error. There is an existing Flow Log with the same configuration and log destination.",
        source=DOCS + "AWSEC2/latest/APIReference/errors-overview.html",
        moment=Moment.CREATE,
        check=_logged_already,
    ),
)
