"""What connects a VPC: addresses, NAT gateways, endpoints, flow logs."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope
from tapstack.providers.tables.ec2.vpc import EC2_TAGS
from tapstack.providers.values import Props

_LISTS: Final = {"routeTableIds": "RouteTableIds", "securityGroupIds": "SecurityGroupIds", "subnetIds": "SubnetIds"}


def _modify_endpoint(scope: Scope) -> Props:
    """Tell AWS which tables, subnets and groups come and go."""
    params: Props = {"VpcEndpointId": scope["id"]}
    for key in scope.changed & _LISTS.keys():
        before, after = set(scope.state.get(key) or []), set(scope.inputs.get(key) or [])
        params |= {f"Add{_LISTS[key]}": sorted(after - before), f"Remove{_LISTS[key]}": sorted(before - after)}
    if "policy" in scope.changed:
        params |= {"PolicyDocument": scope.inputs["policy"]} if scope.inputs.get("policy") else {"ResetPolicy": True}
    if "privateDnsEnabled" in scope.changed:
        params["PrivateDnsEnabled"] = bool(scope.inputs.get("privateDnsEnabled"))
    return scope.call("ec2", "modify_vpc_endpoint", {key: value for key, value in params.items() if value != []})


def _prefix_list(scope: Scope) -> str | None:
    """Look up the addresses behind a gateway endpoint; interface endpoints have none."""
    if scope["vpcEndpointType"] != "Gateway":
        return None
    named = {"Name": "prefix-list-name", "Values": [scope["serviceName"]]}
    lists = scope.call("ec2", "describe_prefix_lists", {"Filters": [named]})["PrefixLists"]
    found = [item["PrefixListId"] for item in lists if item["PrefixListName"] == scope["serviceName"]]
    return found[0] if found else None


ROWS: Final = {
    "aws:ec2/eip:Eip": Row(
        service="ec2",
        ec2_kind="elastic-ip",
        create=Call(operation="allocate_address", auto=("domain", "tags")),
        id="@AllocationId",
        read=(Look(operation="describe_addresses", params={"AllocationIds": ["$id"]}, pick="Addresses[0]"),),
        delete=(Call(operation="release_address", params={"AllocationId": "$id"}),),
        outputs={
            "allocationId": "$id",
            "arn": "arn:aws:ec2:${region}:${account}:elastic-ip/${id}",
        },
        replace_on=("domain",),
        tagging=EC2_TAGS,
    ),
    "aws:ec2/natGateway:NatGateway": Row(
        service="ec2",
        ec2_kind="natgateway",
        create=Call(operation="create_nat_gateway", auto=("allocationId", "connectivityType", "subnetId", "tags")),
        id="@NatGateway.NatGatewayId",
        read=(
            Look(
                operation="describe_nat_gateways",
                params={"NatGatewayIds": ["$id"]},
                pick="NatGateways[?State!='deleted' && State!='deleting'] | [0]",
                take={
                    "allocationId": "NatGatewayAddresses[0].AllocationId",
                    "privateIp": "NatGatewayAddresses[0].PrivateIp",
                    "publicIp": "NatGatewayAddresses[0].PublicIp",
                },
            ),
        ),
        delete=(Call(operation="delete_nat_gateway", params={"NatGatewayId": "$id"}),),
        defaults={"connectivityType": "public"},
        replace_on=("allocationId", "connectivityType", "subnetId"),
        tagging=EC2_TAGS,
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Row(
        service="ec2",
        ec2_kind="vpc-endpoint",
        create=Call(operation="create_vpc_endpoint", auto=True),
        id="@VpcEndpoint.VpcEndpointId",
        read=(
            Look(
                operation="describe_vpc_endpoints",
                params={"VpcEndpointIds": ["$id"]},
                pick="VpcEndpoints[?State!='deleted' && State!='deleting'] | [0]",
                take={"securityGroupIds": "Groups[].GroupId"},
            ),
        ),
        update=(Call(run=_modify_endpoint, on=("policy", "privateDnsEnabled", *_LISTS)),),
        delete=(Call(operation="delete_vpc_endpoints", params={"VpcEndpointIds": ["$id"]}),),
        outputs={"arn": "arn:aws:ec2:${region}:${account}:vpc-endpoint/${id}", "prefixListId": _prefix_list},
        names={"policy": "PolicyDocument"},
        defaults={"vpcEndpointType": "Gateway"},
        replace_on=("serviceName", "serviceRegion", "vpcEndpointType", "vpcId"),
        tagging=EC2_TAGS,
    ),
    "aws:ec2/flowLog:FlowLog": Row(
        service="ec2",
        ec2_kind="vpc-flow-log",
        create=Call(operation="create_flow_logs", params={"ResourceIds": ["$vpcId"], "ResourceType": "VPC"}, auto=True),
        id="@FlowLogIds[0]",
        read=(
            Look(
                operation="describe_flow_logs",
                params={"FlowLogIds": ["$id"]},
                pick="FlowLogs[0]",
                take={"vpcId": "ResourceId"},
            ),
        ),
        delete=(Call(operation="delete_flow_logs", params={"FlowLogIds": ["$id"]}),),
        outputs={"arn": "arn:aws:ec2:${region}:${account}:vpc-flow-log/${id}"},
        names={"iamRoleArn": "DeliverLogsPermissionArn"},
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        replace_on=(
            "iamRoleArn",
            "logDestination",
            "logDestinationType",
            "logFormat",
            "maxAggregationInterval",
            "trafficType",
            "vpcId",
        ),
        tagging=EC2_TAGS,
    ),
}
