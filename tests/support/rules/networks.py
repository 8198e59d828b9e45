"""Rules of networks, broken."""

from collections.abc import Mapping
from typing import Any, Final

from support.rules.case import Broken, Held
from support.rules.given import FUNCTION, REGION

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ROUTE: Final = "aws:ec2/route:Route"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
NAT: Final = "aws:ec2/natGateway:NatGateway"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"

HTTPS: Final = {
    "securityGroupId": "@group.id",
    "cidrIpv4": "10.0.0.0/8",
    "ipProtocol": "tcp",
    "fromPort": 443,
    "toPort": 443,
}
OUT: Final = {
    "routeTableId": "@route-table.id",
    "destinationCidrBlock": "0.0.0.0/0",
    "gatewayId": "@internet.id",
}
QUEUES: Final = {"vpcId": "@vpc.id", "serviceName": f"com.amazonaws.{REGION}.sqs", "vpcEndpointType": "Interface"}
TABLES: Final = {
    "vpcId": "@vpc.id",
    "serviceName": f"com.amazonaws.{REGION}.dynamodb",
    "vpcEndpointType": "Gateway",
    "routeTableIds": ["@route-table.id"],
}
LOGGED: Final = {
    "vpcId": "@vpc.id",
    "trafficType": "ALL",
    "logDestination": "@log.arn",
    "logDestinationType": "cloud-watch-logs",
    "iamRoleArn": "@role.arn",
}


def subnet(block: str, **more: Any) -> dict[str, Any]:
    return {"vpcId": "@vpc.id", "cidrBlock": block, **more}


BROKEN: Final[Mapping[str, Broken | Held]] = {
    "vpc-size": Broken(VPC, {"cidrBlock": "10.0.0.0/8"}, {"cidrBlock": "10.0.0.0/16"}),
    "subnet-size": Broken(SUBNET, subnet("10.20.3.0/29"), subnet("10.20.3.0/28")),
    "thing-of-no-vpc": Broken(SUBNET, subnet("10.20.4.0/24", vpcId="vpc-00000000"), {"vpcId": "@vpc.id"}),
    "subnet-outside-its-vpc": Broken(SUBNET, subnet("10.30.0.0/24"), subnet("10.20.5.0/24")),
    "subnet-over-another": Broken(SUBNET, subnet("10.20.0.128/25"), subnet("10.20.6.0/25")),
    "security-group-description": Broken(GROUP, {"vpcId": "@vpc.id", "description": "a < b"}, {"description": "a b"}),
    "security-group-rule-description": Broken(
        INGRESS, {**HTTPS, "description": "a < b", "cidrIpv4": "10.1.0.0/16"}, {"description": "a b"}
    ),
    "security-group-name-taken": Broken(GROUP, {"vpcId": "@vpc.id", "name": "given"}, {"vpcId": "@other-vpc.id"}),
    "security-group-rule-of-no-group": Broken(
        INGRESS,
        {**HTTPS, "securityGroupId": "sg-00000000", "cidrIpv4": "10.2.0.0/16"},
        {"securityGroupId": "@group.id"},
    ),
    "security-group-rule-twice": Broken(INGRESS, HTTPS, {"cidrIpv4": "10.3.0.0/16"}),
    "route-twice": Broken(ROUTE, OUT, {"destinationCidrBlock": "192.0.2.0/24"}),
    "route-to-a-gateway-of-another-vpc": Broken(
        ROUTE, {**OUT, "routeTableId": "@other-route-table.id"}, {"routeTableId": "@second-route-table.id"}
    ),
    "subnet-with-two-route-tables": Broken(
        ASSOCIATION,
        {"subnetId": "@subnet.id", "routeTableId": "@second-route-table.id"},
        {"subnetId": "@same-zone.id"},
    ),
    "vpc-with-two-internet-gateways": Broken(
        "aws:ec2/internetGateway:InternetGateway", {"vpcId": "@vpc.id"}, {"vpcId": "@other-vpc.id"}
    ),
    "nat-gateway-without-address": Broken(NAT, {"subnetId": "@subnet.id"}, {"allocationId": "@address.id"}),
    "nat-gateway-of-no-address": Broken(
        NAT, {"subnetId": "@subnet.id", "allocationId": "eipalloc-00000000"}, {"allocationId": "@second-address.id"}
    ),
    "nat-gateway-of-anothers-address": Broken(
        NAT, {"subnetId": "@subnet.id", "allocationId": "@taken-address.id"}, {"allocationId": "@third-address.id"}
    ),
    "endpoint-of-no-service": Broken(
        ENDPOINT,
        {**QUEUES, "serviceName": "com.amazonaws.us-east-1.sqs"},
        {"serviceName": f"com.amazonaws.{REGION}.sqs"},
    ),
    "endpoint-twice-in-a-zone": Broken(
        ENDPOINT,
        {**QUEUES, "subnetIds": ["@subnet.id", "@same-zone.id"]},
        {"subnetIds": ["@subnet.id", "@other-zone.id"]},
    ),
    "endpoint-names-without-dns": Broken(
        ENDPOINT, {**QUEUES, "vpcId": "@other-vpc.id", "privateDnsEnabled": True}, {"vpcId": "@vpc.id"}
    ),
    "gateway-endpoint-twice-in-a-route-table": Broken(ENDPOINT, TABLES, {"routeTableIds": ["@second-route-table.id"]}),
    "flow-log-without-role": Broken(
        FLOW_LOG,
        {**{key: value for key, value in LOGGED.items() if key != "iamRoleArn"}},
        {"iamRoleArn": "@role.arn", "trafficType": "ACCEPT"},
    ),
    "flow-log-twice": Broken(FLOW_LOG, LOGGED, {"trafficType": "REJECT"}),
    "security-group-in-use": Held(
        "named-group",
        {
            "named": (
                INGRESS,
                {**{k: v for k, v in HTTPS.items() if k != "cidrIpv4"}, "referencedSecurityGroupId": "@named-group.id"},
            )
        },
    ),
    "subnet-in-use": Held(
        "used-subnet",
        {
            "inside": (
                "aws:lambda/function:Function",
                {**FUNCTION, "vpcConfig": {"subnetIds": ["@used-subnet.id"], "securityGroupIds": ["@group.id"]}},
            )
        },
    ),
    "vpc-in-use": Held("used-vpc", {"of-vpc": (SUBNET, {"vpcId": "@used-vpc.id", "cidrBlock": "10.40.0.0/24"})}),
}
