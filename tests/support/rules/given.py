"""What is there before anything breaks a rule: resources by name, with what they need of others as `@name.output`."""

import json
from collections.abc import Mapping
from typing import Any

Inputs = Mapping[str, Any]

ACCOUNT = "000000000000"
REGION = "eu-central-1"


def policy(*statements: Inputs) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str) -> str:
    """Write who may assume a role: a service."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


ALLOW = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
TABLE = {
    "billingMode": "PAY_PER_REQUEST",
    "hashKey": "id",
    "attributes": [{"name": "id", "type": "S"}],
    "streamEnabled": True,
    "streamViewType": "NEW_IMAGE",
}
FUNCTION = {"role": "@role.arn", "runtime": "python3.13", "handler": "handler.handler", "code": "@code"}
VISIBLE = {"cloudwatchMetricsEnabled": True, "metricName": "acl", "sampledRequestsEnabled": False}
ACL = {"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": VISIBLE}
METHOD = {"restApi": "@api.id", "resourceId": "@things.id", "httpMethod": "GET"}
VPC = {"enableDnsHostnames": True, "enableDnsSupport": True}
QUEUE_POLICY = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}

GIVEN: dict[str, tuple[str, Inputs]] = {
    "role": ("aws:iam/role:Role", {"name": "given", "assumeRolePolicy": trust("lambda")}),
    "role-for-api": ("aws:iam/role:Role", {"assumeRolePolicy": trust("apigateway")}),
    "role-for-ec2": ("aws:iam/role:Role", {"assumeRolePolicy": trust("ec2")}),
    "policy": ("aws:iam/policy:Policy", {"name": "given", "policy": policy(ALLOW)}),
    "provider": (
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {"url": "https://given.example.com", "clientIdLists": ["sts.amazonaws.com"]},
    ),
    "full-role": ("aws:iam/role:Role", {"assumeRolePolicy": trust("lambda")}),
    **{f"policy-{number}": ("aws:iam/policy:Policy", {"policy": policy(ALLOW)}) for number in range(10)},
    **{
        f"attachment-{number}": (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": "@full-role.name", "policyArn": f"@policy-{number}.arn"},
        )
        for number in range(10)
    },
    "key": ("aws:kms/key:Key", {}),
    "key-going": ("aws:kms/key:Key", {}),
    "key-for-logs": (
        "aws:kms/key:Key",
        {
            "policy": policy(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
                    "Action": "kms:Encrypt*",
                    "Resource": "*",
                },
            )
        },
    ),
    "key-alias": ("aws:kms/alias:Alias", {"name": "alias/given", "targetKeyId": "@key.id"}),
    "log": ("aws:cloudwatch/logGroup:LogGroup", {"name": "given"}),
    **{
        f"log-policy-{number}": (
            "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
            {"policyName": f"given-{number}", "policyDocument": policy({**ALLOW, "Principal": "*"})},
        )
        for number in range(10)
    },
    "queue": ("aws:sqs/queue:Queue", {"name": "given", "visibilityTimeoutSeconds": 30}),
    "slow-queue": ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 60}),
    "alias-queue": ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 60}),
    "other-slow-queue": ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 60}),
    "third-slow-queue": ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 60}),
    "topic": ("aws:sns/topic:Topic", {"name": "given", "displayName": "one"}),
    "table": ("aws:dynamodb/table:Table", {**TABLE, "name": "given"}),
    "other-table": ("aws:dynamodb/table:Table", TABLE),
    "third-table": ("aws:dynamodb/table:Table", TABLE),
    "secret": ("aws:secretsmanager/secret:Secret", {"name": "given", "recoveryWindowInDays": 0}),
    "secret-going": ("aws:secretsmanager/secret:Secret", {"name": "going", "recoveryWindowInDays": 0}),
    "function": ("aws:lambda/function:Function", {**FUNCTION, "name": "given", "publish": True, "timeout": 40}),
    "quick-function": ("aws:lambda/function:Function", {**FUNCTION, "timeout": 3}),
    "alias": ("aws:lambda/alias:Alias", {"functionName": "@function.name", "functionVersion": "1", "name": "live"}),
    "permission": (
        "aws:lambda/permission:Permission",
        {
            "function": "@function.name",
            "action": "lambda:InvokeFunction",
            "principal": "sns.amazonaws.com",
            "statementId": "given",
        },
    ),
    "mapping": (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        {"eventSourceArn": "@slow-queue.arn", "functionName": "@function.name"},
    ),
    "alias-mapping": (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        {"eventSourceArn": "@alias-queue.arn", "functionName": "@alias.arn"},
    ),
    "stream-mapping": (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        {"eventSourceArn": "@table.streamArn", "functionName": "@function.name", "startingPosition": "LATEST"},
    ),
    "vpc": ("aws:ec2/vpc:Vpc", {**VPC, "cidrBlock": "10.20.0.0/16"}),
    "other-vpc": ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.21.0.0/16", "enableDnsHostnames": False}),
    "subnet": (
        "aws:ec2/subnet:Subnet",
        {"vpcId": "@vpc.id", "cidrBlock": "10.20.0.0/24", "availabilityZone": f"{REGION}a"},
    ),
    "same-zone": (
        "aws:ec2/subnet:Subnet",
        {"vpcId": "@vpc.id", "cidrBlock": "10.20.1.0/24", "availabilityZone": f"{REGION}a"},
    ),
    "other-zone": (
        "aws:ec2/subnet:Subnet",
        {"vpcId": "@vpc.id", "cidrBlock": "10.20.2.0/24", "availabilityZone": f"{REGION}b"},
    ),
    "group": ("aws:ec2/securityGroup:SecurityGroup", {"vpcId": "@vpc.id", "name": "given", "description": "given"}),
    "other-group": ("aws:ec2/securityGroup:SecurityGroup", {"vpcId": "@other-vpc.id"}),
    "group-rule": (
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {
            "securityGroupId": "@group.id",
            "cidrIpv4": "10.0.0.0/8",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
        },
    ),
    "internet": ("aws:ec2/internetGateway:InternetGateway", {"vpcId": "@vpc.id"}),
    "route-table": ("aws:ec2/routeTable:RouteTable", {"vpcId": "@vpc.id"}),
    "second-route-table": ("aws:ec2/routeTable:RouteTable", {"vpcId": "@vpc.id"}),
    "other-route-table": ("aws:ec2/routeTable:RouteTable", {"vpcId": "@other-vpc.id"}),
    "route": (
        "aws:ec2/route:Route",
        {"routeTableId": "@route-table.id", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "@internet.id"},
    ),
    "route-association": (
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        {"subnetId": "@subnet.id", "routeTableId": "@route-table.id"},
    ),
    "gateway-endpoint": (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": "@vpc.id",
            "serviceName": f"com.amazonaws.{REGION}.dynamodb",
            "vpcEndpointType": "Gateway",
            "routeTableIds": ["@route-table.id"],
        },
    ),
    "flow-log": (
        "aws:ec2/flowLog:FlowLog",
        {
            "vpcId": "@vpc.id",
            "trafficType": "ALL",
            "logDestination": "@log.arn",
            "logDestinationType": "cloud-watch-logs",
            "iamRoleArn": "@role.arn",
        },
    ),
    **{name: ("aws:ec2/eip:Eip", {"domain": "vpc"}) for name in ("address", "second-address", "third-address")},
    "taken-address": ("aws:ec2/eip:Eip", {"domain": "vpc"}),
    "nat": ("aws:ec2/natGateway:NatGateway", {"subnetId": "@subnet.id", "allocationId": "@taken-address.id"}),
    "acl": ("aws:wafv2/webAcl:WebAcl", {**ACL, "name": "given"}),
    "event-rule": ("aws:cloudwatch/eventRule:EventRule", {"name": "given", "scheduleExpression": "rate(1 hour)"}),
    "full-event-rule": ("aws:cloudwatch/eventRule:EventRule", {"name": "full", "scheduleExpression": "rate(1 hour)"}),
    **{
        f"event-target-{number}": (
            "aws:cloudwatch/eventTarget:EventTarget",
            {"rule": "@full-event-rule.name", "targetId": f"given-{number}", "arn": "@queue.arn"},
        )
        for number in range(5)
    },
    "bucket": ("aws:s3/bucket:Bucket", {"bucket": "given-bucket"}),
    "open-bucket": ("aws:s3/bucket:Bucket", {"bucket": "open-bucket"}),
    "bucket-block": (
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        {"bucket": "@bucket.bucket", "blockPublicPolicy": True},
    ),
    "account": ("aws:apigateway/account:Account", {"cloudwatchRoleArn": "@role-for-api.arn"}),
    "api": ("aws:apigateway/restApi:RestApi", {"name": "given"}),
    "empty-api": ("aws:apigateway/restApi:RestApi", {"name": "empty"}),
    "half-api": ("aws:apigateway/restApi:RestApi", {"name": "half"}),
    "things": (
        "aws:apigateway/resource:Resource",
        {"restApi": "@api.id", "parentId": "@api.rootResourceId", "pathPart": "things"},
    ),
    "thing": (
        "aws:apigateway/resource:Resource",
        {"restApi": "@api.id", "parentId": "@things.id", "pathPart": "{id}"},
    ),
    "greedy": (
        "aws:apigateway/resource:Resource",
        {"restApi": "@api.id", "parentId": "@api.rootResourceId", "pathPart": "{all+}"},
    ),
    "half-thing": (
        "aws:apigateway/resource:Resource",
        {"restApi": "@half-api.id", "parentId": "@half-api.rootResourceId", "pathPart": "things"},
    ),
    "half-method": (
        "aws:apigateway/method:Method",
        {"restApi": "@half-api.id", "resourceId": "@half-thing.id", "httpMethod": "GET", "authorization": "NONE"},
    ),
    "method": (
        "aws:apigateway/method:Method",
        {**METHOD, "authorization": "NONE", "requestParameters": {"method.request.header.Known": False}},
    ),
    "integration": ("aws:apigateway/integration:Integration", {**METHOD, "type": "MOCK"}),
    "bare-method": (
        "aws:apigateway/method:Method",
        {
            **METHOD,
            "resourceId": "@thing.id",
            "authorization": "NONE",
            "requestParameters": {"method.request.header.Known": False},
        },
    ),
    "bare-integration": (
        "aws:apigateway/integration:Integration",
        {**METHOD, "resourceId": "@thing.id", "type": "MOCK"},
    ),
    "method-response": (
        "aws:apigateway/methodResponse:MethodResponse",
        {**METHOD, "statusCode": "200", "responseParameters": {"method.response.header.Known": False}},
    ),
    "model": (
        "aws:apigateway/model:Model",
        {"restApi": "@api.id", "name": "Given", "contentType": "application/json", "schema": "{}"},
    ),
    "deployment": ("aws:apigateway/deployment:Deployment", {"restApi": "@api.id"}),
    "stage": (
        "aws:apigateway/stage:Stage",
        {"restApi": "@api.id", "deployment": "@deployment.id", "stageName": "live"},
    ),
    **{
        f"{number}-stage": (
            "aws:apigateway/stage:Stage",
            {"restApi": "@api.id", "deployment": "@deployment.id", "stageName": f"{number}-of-acl"},
        )
        for number in ("second", "third")
    },
    "api-key": ("aws:apigateway/apiKey:ApiKey", {"name": "given", "value": "given-given-given-given"}),
    # What others come to use, so that it is not deleted.
    "held-event-rule": ("aws:cloudwatch/eventRule:EventRule", {"name": "held", "scheduleExpression": "rate(1 hour)"}),
    "protected-table": ("aws:dynamodb/table:Table", {**TABLE, "deletionProtectionEnabled": True}),
    "full-bucket": ("aws:s3/bucket:Bucket", {"bucket": "full-bucket"}),
    "attached-role": ("aws:iam/role:Role", {"assumeRolePolicy": trust("lambda")}),
    "inline-role": ("aws:iam/role:Role", {"assumeRolePolicy": trust("lambda")}),
    "running-role": ("aws:iam/role:Role", {"assumeRolePolicy": trust("lambda")}),
    "used-policy": ("aws:iam/policy:Policy", {"policy": policy(ALLOW)}),
    "named-group": ("aws:ec2/securityGroup:SecurityGroup", {"vpcId": "@vpc.id"}),
    "used-subnet": ("aws:ec2/subnet:Subnet", {"vpcId": "@vpc.id", "cidrBlock": "10.20.9.0/24"}),
    "used-vpc": ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.40.0.0/16"}),
    "held-deployment": ("aws:apigateway/deployment:Deployment", {"restApi": "@api.id"}),
    "planned-stage": (
        "aws:apigateway/stage:Stage",
        {"restApi": "@api.id", "deployment": "@deployment.id", "stageName": "planned"},
    ),
    "planned-api": ("aws:apigateway/restApi:RestApi", {"name": "planned"}),
    "free-subnet": ("aws:ec2/subnet:Subnet", {"vpcId": "@vpc.id", "cidrBlock": "10.20.10.0/24"}),
    "free-vpc": ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.41.0.0/16"}),
    "free-deployment": ("aws:apigateway/deployment:Deployment", {"restApi": "@api.id"}),
    "free-acl": ("aws:wafv2/webAcl:WebAcl", {**ACL, "name": "free"}),
    "used-acl": ("aws:wafv2/webAcl:WebAcl", {**ACL, "name": "used"}),
}

AFTER = {
    **{name: ["integration", "bare-integration"] for name in ("deployment", "held-deployment", "free-deployment")},
    "integration": ["method"],
    "bare-integration": ["bare-method"],
    "method-response": ["integration"],
    "route": ["gateway-endpoint"],
}
"""Order that no value carries."""
