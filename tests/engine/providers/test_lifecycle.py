"""Every type of the tables, from its creation to its deletion, against the emulator."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tapstack.providers.diff import same
from tapstack.providers.metadata import input_properties
from tapstack.providers.tables import ROWS

Props = dict[str, Any]
World = Callable[[Any], Any]

ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "apigateway.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]}
ALLOW_LESS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:GetLogEvents", "Resource": "*"}],
}
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "logs.eu-central-1.amazonaws.com"},
            "Action": "kms:Encrypt",
            "Resource": "*",
        },
    ],
}


def sent_by(service: str, action: str) -> str:
    """Write the policy of a queue or a topic: a service may send to it."""
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TAGS = {"Layer": "test", "Name": "first"}
BUCKET_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::ground/*"}],
}


@dataclass(frozen=True)
class Case:
    """What a type is made of, and what is changed about it.

    Inputs are written with what they need of others as `@name.output`; `world` makes those when they are needed.
    """

    inputs: Mapping[str, Any]
    update: Mapping[str, Any] = field(default_factory=dict)
    replace: Mapping[str, Any] = field(default_factory=dict)
    import_id: str | None = None
    """With `{id}` and `{output}` in it; None where the id is the id, or the type cannot be imported."""
    importable: bool = True
    survives: bool = False
    """Whether it is still there after it was deleted."""


METHOD = {"restApi": "@api.id", "resourceId": "@resource.id", "httpMethod": "@method.httpMethod"}
METHOD_ID = "{restApi}/{resourceId}/{httpMethod}"
VISIBLE = {"cloudwatchMetricsEnabled": True, "metricName": "acl", "sampledRequestsEnabled": False}
RULE = {
    "name": "rate",
    "priority": 0,
    "action": {"block": {}},
    "statement": {"rateBasedStatement": {"aggregateKeyType": "IP", "limit": 100, "evaluationWindowSec": 300}},
    "visibilityConfig": {**VISIBLE, "metricName": "rate"},
}
MANAGED = {
    "name": "common",
    "priority": 1,
    "overrideAction": {"none": {}},
    "statement": {"managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}},
    "visibilityConfig": {**VISIBLE, "metricName": "common"},
}
INDEX = {
    "name": "by-owner",
    "keySchemas": [{"attributeName": "owner", "keyType": "HASH"}, {"attributeName": "at", "keyType": "RANGE"}],
    "projectionType": "ALL",
}

# What other cases stand on.
GROUND: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "vpc": ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True}),
    "vpc2": ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.1.0.0/16"}),
    "subnet": (
        "aws:ec2/subnet:Subnet",
        {"vpcId": "@vpc.id", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-central-1a"},
    ),
    "subnet2": ("aws:ec2/subnet:Subnet", {"vpcId": "@vpc.id", "cidrBlock": "10.0.1.0/24"}),
    "table": ("aws:ec2/routeTable:RouteTable", {"vpcId": "@vpc.id"}),
    "table2": ("aws:ec2/routeTable:RouteTable", {"vpcId": "@vpc.id"}),
    "internet": ("aws:ec2/internetGateway:InternetGateway", {"vpcId": "@vpc.id"}),
    "address": ("aws:ec2/eip:Eip", {"domain": "vpc"}),
    "address2": ("aws:ec2/eip:Eip", {"domain": "vpc"}),
    "nat": ("aws:ec2/natGateway:NatGateway", {"subnetId": "@subnet2.id", "allocationId": "@address2.id"}),
    "group": ("aws:ec2/securityGroup:SecurityGroup", {"vpcId": "@vpc.id"}),
    "group2": ("aws:ec2/securityGroup:SecurityGroup", {"vpcId": "@vpc.id"}),
    "log": ("aws:cloudwatch/logGroup:LogGroup", {}),
    "waf_log": ("aws:cloudwatch/logGroup:LogGroup", {"name": "aws-waf-logs-test"}),
    "role": ("aws:iam/role:Role", {"assumeRolePolicy": json.dumps(ASSUME)}),
    "role2": ("aws:iam/role:Role", {"assumeRolePolicy": json.dumps(ASSUME)}),
    "boundary": ("aws:iam/policy:Policy", {"policy": json.dumps(ALLOW)}),
    "boundary2": ("aws:iam/policy:Policy", {"policy": json.dumps(ALLOW_LESS)}),
    "bucket": ("aws:s3/bucket:Bucket", {"bucket": "ground"}),
    "key": ("aws:kms/key:Key", {"policy": json.dumps(KEY_POLICY)}),
    "key2": ("aws:kms/key:Key", {"policy": json.dumps(KEY_POLICY)}),
    "store": (
        "aws:dynamodb/table:Table",
        {
            "billingMode": "PAY_PER_REQUEST",
            "hashKey": "id",
            "attributes": [{"name": "id", "type": "S"}],
            "streamEnabled": True,
            "streamViewType": "NEW_IMAGE",
        },
    ),
    "queue": ("aws:sqs/queue:Queue", {}),
    "queue2": ("aws:sqs/queue:Queue", {}),
    "topic": ("aws:sns/topic:Topic", {}),
    "rule": ("aws:cloudwatch/eventRule:EventRule", {"scheduleExpression": "rate(1 minute)"}),
    "secret": ("aws:secretsmanager/secret:Secret", {"recoveryWindowInDays": 0}),
    "function": (
        "aws:lambda/function:Function",
        {
            "role": "@role.arn",
            "runtime": "python3.14",
            "handler": "handler.handler",
            "code": "@code.one",
            "publish": True,
        },
    ),
    "alias": ("aws:lambda/alias:Alias", {"functionName": "@function.name", "functionVersion": "1", "name": "live"}),
    "api": ("aws:apigateway/restApi:RestApi", {}),
    "api2": ("aws:apigateway/restApi:RestApi", {}),
    "resource": (
        "aws:apigateway/resource:Resource",
        {"restApi": "@api.id", "parentId": "@api.rootResourceId", "pathPart": "things"},
    ),
    "method": (
        "aws:apigateway/method:Method",
        {"restApi": "@api.id", "resourceId": "@resource.id", "httpMethod": "POST", "authorization": "NONE"},
    ),
    "resource2": (
        "aws:apigateway/resource:Resource",
        {"restApi": "@api2.id", "parentId": "@api2.rootResourceId", "pathPart": "{id}"},
    ),
    "method2": (
        "aws:apigateway/method:Method",
        {"restApi": "@api2.id", "resourceId": "@resource2.id", "httpMethod": "POST", "authorization": "NONE"},
    ),
    "method_answer": ("aws:apigateway/methodResponse:MethodResponse", {**METHOD, "statusCode": "200"}),
    "integration": ("aws:apigateway/integration:Integration", {**METHOD, "type": "MOCK"}),
    # The trigger only makes it wait for the integration, as in a program.
    "deployment": (
        "aws:apigateway/deployment:Deployment",
        {"restApi": "@api.id", "triggers": {"after": "@integration.id"}},
    ),
    "account": ("aws:apigateway/account:Account", {"cloudwatchRoleArn": "@role.arn"}),
    "stage": (
        "aws:apigateway/stage:Stage",
        {"restApi": "@api.id", "deployment": "@deployment.id", "stageName": "ground"},
    ),
    "api_key": ("aws:apigateway/apiKey:ApiKey", {}),
    "domain": (
        "aws:apigateway/domainName:DomainName",
        {"domainName": "ground.example.com", "endpointConfiguration": {"types": "REGIONAL"}},
    ),
    "certificate": ("aws:acm/certificate:Certificate", {"domainName": "ground.example.com", "validationMethod": "DNS"}),
    "plan": ("aws:apigateway/usagePlan:UsagePlan", {}),
    "acl": (
        "aws:wafv2/webAcl:WebAcl",
        {"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": VISIBLE},
    ),
}

BUCKET = "tapstack-case"
ON_BUCKET: Mapping[str, Any] = {"bucket": "@bucket.bucket"}
ELSEWHERE: Mapping[str, Any] = {"bucket": "elsewhere"}


def lifecycle_rule(days: int) -> Props:
    expiry = {"noncurrentDays": days, "newerNoncurrentVersions": 10}
    return {"id": "history", "status": "Enabled", "filter": {"prefix": ""}, "noncurrentVersionExpiration": expiry}


def encryption(bucket_key: bool) -> Props:  # noqa: FBT001
    by_default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "@key.arn"}
    return {"rules": [{"applyServerSideEncryptionByDefault": by_default, "bucketKeyEnabled": bucket_key}]}


CASES: Mapping[str, Case] = {
    "aws:s3/bucket:Bucket": Case({"bucket": BUCKET, "tags": TAGS}, {"tags": {"Name": "second"}}, {"bucket": "other"}),
    "aws:s3/bucketVersioning:BucketVersioning": Case(
        {**ON_BUCKET, "versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
        ELSEWHERE,
        survives=True,
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Case(
        # Like AWS, the emulator encrypts by itself what nobody has set.
        {**ON_BUCKET, **encryption(bucket_key=True)},
        encryption(bucket_key=False),
        ELSEWHERE,
        survives=True,
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Case(
        {**ON_BUCKET, "blockPublicAcls": True, "blockPublicPolicy": True},
        {"blockPublicPolicy": False, "restrictPublicBuckets": True},
        ELSEWHERE,
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Case(
        {**ON_BUCKET, "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        ELSEWHERE,
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Case(
        {**ON_BUCKET, "policy": json.dumps(BUCKET_POLICY)},
        {"policy": json.dumps({**BUCKET_POLICY, "Id": "second"})},
        ELSEWHERE,
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Case(
        {**ON_BUCKET, "rules": [lifecycle_rule(90)]}, {"rules": [lifecycle_rule(30)]}, ELSEWHERE
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Case(
        {"url": "https://issuer.example", "clientIdLists": ["sts.amazonaws.com"], "tags": TAGS},
        replace={"url": "https://other.example"},
    ),
    "aws:iam/policy:Policy": Case(
        {"name": "case", "policy": json.dumps(ALLOW), "description": "A case", "tags": TAGS},
        {"policy": json.dumps(ALLOW_LESS), "tags": {"Name": "second"}},
        {"name": "other"},
    ),
    "aws:ec2/vpc:Vpc": Case(
        {"cidrBlock": "10.9.0.0/16", "enableDnsHostnames": True, "enableDnsSupport": True, "tags": TAGS},
        {"enableDnsHostnames": False, "tags": {"Name": "second"}},
        {"cidrBlock": "10.8.0.0/16"},
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Case(
        {"vpcId": "@vpc.id", "tags": TAGS}, {"tags": {"Name": "second"}}, {"vpcId": "@vpc2.id"}, survives=True
    ),
    "aws:ec2/subnet:Subnet": Case(
        {
            "vpcId": "@vpc.id",
            "cidrBlock": "10.0.32.0/24",
            "availabilityZone": "eu-central-1b",
            "mapPublicIpOnLaunch": False,
            "tags": TAGS,
        },
        {"mapPublicIpOnLaunch": True, "tags": {"Name": "second"}},
        {"cidrBlock": "10.0.33.0/24"},
    ),
    "aws:ec2/routeTable:RouteTable": Case(
        {"vpcId": "@vpc.id", "tags": TAGS}, {"tags": {"Name": "second"}}, {"vpcId": "@vpc2.id"}
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Case(
        {"subnetId": "@subnet.id", "routeTableId": "@table.id"},
        {"routeTableId": "@table2.id"},
        {"subnetId": "@subnet2.id"},
        import_id="{subnetId}/{routeTableId}",
    ),
    "aws:ec2/internetGateway:InternetGateway": Case(
        {"vpcId": "@vpc2.id", "tags": TAGS}, {"tags": {"Name": "second"}}, {"vpcId": "@vpc.id"}
    ),
    "aws:ec2/route:Route": Case(
        {"routeTableId": "@table.id", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "@internet.id"},
        {"gatewayId": None, "natGatewayId": "@nat.id"},
        {"destinationCidrBlock": "10.77.0.0/16"},
        import_id="{routeTableId}_{destinationCidrBlock}",
    ),
    "aws:ec2/eip:Eip": Case({"domain": "vpc", "tags": TAGS}, {"tags": {"Name": "second"}}, {"domain": "standard"}),
    "aws:ec2/natGateway:NatGateway": Case(
        {"subnetId": "@subnet.id", "allocationId": "@address.id", "tags": TAGS},
        {"tags": {"Name": "second"}},
        {"subnetId": "@subnet2.id"},
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Case(
        {
            "vpcId": "@vpc.id",
            "serviceName": "com.amazonaws.eu-central-1.dynamodb",
            "vpcEndpointType": "Gateway",
            "routeTableIds": ["@table.id"],
            "policy": json.dumps(ALLOW),
            "tags": TAGS,
        },
        {"routeTableIds": ["@table2.id"], "policy": json.dumps(ALLOW_LESS), "tags": {"Name": "second"}},
        {"vpcId": "@vpc2.id"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": Case(
        {"vpcId": "@vpc.id", "name": "case", "description": "A case", "tags": TAGS},
        {"tags": {"Name": "second"}},
        {"description": "Another"},
    ),
    "aws:ec2/flowLog:FlowLog": Case(
        {
            "vpcId": "@vpc.id",
            "trafficType": "ALL",
            "logDestination": "@log.arn",
            "iamRoleArn": "@role.arn",
            "maxAggregationInterval": 60,
            "tags": TAGS,
        },
        {"tags": {"Name": "second"}},
        {"trafficType": "REJECT"},
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Case(
        {
            "securityGroupId": "@group.id",
            "referencedSecurityGroupId": "@group2.id",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "TLS",
            "tags": TAGS,
        },
        {"fromPort": 440, "description": "More", "tags": {"Name": "second"}},
        {"securityGroupId": "@group2.id"},
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Case(
        {"securityGroupId": "@group.id", "cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443},
        {"cidrIpv4": "10.0.0.0/8"},
        {"securityGroupId": "@group2.id"},
    ),
    "aws:cloudwatch/logGroup:LogGroup": Case(
        {"name": "/case/log", "retentionInDays": 14, "kmsKeyId": "@key.arn", "tags": TAGS},
        {"retentionInDays": 30, "kmsKeyId": "@key2.arn", "tags": {"Name": "second"}},
        {"name": "/case/other"},
    ),
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": Case(
        {"logGroupName": "@log.name", "policyDocument": json.dumps({"Name": "case", "Version": "2021-06-01"})},
        {"policyDocument": json.dumps({"Name": "other", "Version": "2021-06-01"})},
        {"logGroupName": "@waf_log.name"},
        importable=False,
        survives=True,
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Case(
        {"policyName": "case", "policyDocument": json.dumps(ALLOW)},
        {"policyDocument": json.dumps(ALLOW_LESS)},
        {"policyName": "other"},
    ),
    "aws:cloudwatch/dashboard:Dashboard": Case(
        {"dashboardName": "case", "dashboardBody": json.dumps({"widgets": []})},
        {"dashboardBody": json.dumps({"widgets": [], "periodOverride": "inherit"})},
        {"dashboardName": "other"},
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Case(
        {
            "name": "case",
            "alarmDescription": "It fails",
            "namespace": "AWS/Lambda",
            "metricName": "Errors",
            "dimensions": {"FunctionName": "case"},
            "statistic": "Sum",
            "period": 60,
            "evaluationPeriods": 3,
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "threshold": 1.5,
            "treatMissingData": "notBreaching",
            "alarmActions": ["@topic.arn"],
            "okActions": ["@topic.arn"],
            "tags": TAGS,
        },
        {"threshold": 2, "period": 120, "okActions": [], "tags": {"Name": "second"}},
        {"name": "other"},
    ),
    "aws:iam/role:Role": Case(
        {
            "name": "case",
            "assumeRolePolicy": json.dumps(ASSUME),
            "description": "A case",
            "permissionsBoundary": "@boundary.arn",
            "tags": TAGS,
        },
        {
            "description": "Another",
            "maxSessionDuration": 7200,
            "permissionsBoundary": "@boundary2.arn",
            "tags": {"Name": "second"},
        },
        {"path": "/other/"},
    ),
    "aws:iam/rolePolicy:RolePolicy": Case(
        {"role": "@role.name", "name": "case", "policy": json.dumps(ALLOW)},
        {"policy": json.dumps(ALLOW_LESS)},
        {"name": "other"},
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Case(
        {"role": "@role.name", "policyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"},
        replace={"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    "aws:kms/key:Key": Case(
        {
            "description": "A case",
            "enableKeyRotation": True,
            "deletionWindowInDays": 7,
            "policy": json.dumps({**KEY_POLICY, "Id": "case"}),
            "tags": TAGS,
        },
        {"description": "Another", "enableKeyRotation": False, "tags": {"Name": "second"}},
        {"keyUsage": "SIGN_VERIFY"},
    ),
    "aws:kms/alias:Alias": Case(
        {"name": "alias/case", "targetKeyId": "@key.keyId"}, {"targetKeyId": "@key2.keyId"}, {"name": "alias/other"}
    ),
    "aws:dynamodb/table:Table": Case(
        {
            "name": "case",
            "billingMode": "PAY_PER_REQUEST",
            "hashKey": "id",
            "attributes": [{"name": name, "type": "S"} for name in ("id", "owner", "at")],
            "globalSecondaryIndexes": [INDEX],
            "streamEnabled": True,
            "streamViewType": "NEW_IMAGE",
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "@key.arn"},
            "pointInTimeRecovery": {"enabled": True},
            "ttl": {"enabled": True, "attributeName": "gone"},
            "deletionProtectionEnabled": True,
            "tags": TAGS,
        },
        {
            "globalSecondaryIndexes": [{**INDEX, "projectionType": "KEYS_ONLY"}],
            "pointInTimeRecovery": {"enabled": False},
            "ttl": None,
            "deletionProtectionEnabled": False,
            "tags": {"Name": "second"},
        },
        {"hashKey": "owner"},
    ),
    "aws:dynamodb/tableItem:TableItem": Case(
        {"tableName": "@store.name", "hashKey": "id", "item": json.dumps({"id": {"S": "one"}, "n": {"N": "1"}})},
        {"item": json.dumps({"id": {"S": "one"}, "n": {"N": "2"}})},
        {"hashKey": "other"},
        importable=False,
    ),
    "aws:sqs/queue:Queue": Case(
        {
            "name": "case",
            "kmsMasterKeyId": "@key.arn",
            "messageRetentionSeconds": 86400,
            "visibilityTimeoutSeconds": 180,
            "receiveWaitTimeSeconds": 20,
            "redrivePolicy": {"deadLetterTargetArn": "@queue.arn", "maxReceiveCount": 12},
            "tags": TAGS,
        },
        {"messageRetentionSeconds": 3600, "visibilityTimeoutSeconds": None, "tags": {"Name": "second"}},
        {"name": "other"},
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Case(
        {"queueUrl": "@queue.url", "policy": sent_by("sns", "sqs:SendMessage")},
        {"policy": sent_by("events", "sqs:SendMessage")},
        {"queueUrl": "@queue2.url"},
    ),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": Case(
        {"queueUrl": "@queue.url", "redriveAllowPolicy": json.dumps({"redrivePermission": "allowAll"})},
        {"redriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})},
        {"queueUrl": "@queue2.url"},
    ),
    "aws:cloudwatch/eventRule:EventRule": Case(
        {"name": "case", "scheduleExpression": "rate(1 minute)", "tags": TAGS},
        {"scheduleExpression": "rate(5 minutes)", "description": "Case", "tags": {"Name": "second"}},
        {"name": "other"},
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Case(
        {"rule": "@rule.name", "targetId": "case", "arn": "@queue.arn"},
        {"arn": "@queue2.arn"},
        {"targetId": "other"},
        import_id="{rule}/{targetId}",
    ),
    "aws:sns/topic:Topic": Case(
        {"name": "case", "kmsMasterKeyId": "@key.arn", "tags": TAGS},
        {"kmsMasterKeyId": "@key2.arn", "displayName": "Case", "tags": {"Name": "second"}},
        {"name": "other"},
    ),
    "aws:sns/topicPolicy:TopicPolicy": Case(
        {"arn": "@topic.arn", "policy": sent_by("cloudwatch", "sns:Publish")},
        {"policy": sent_by("events", "sns:Publish")},
        {"arn": "arn:aws:sns:eu-central-1:000000000000:other"},
        survives=True,
    ),
    "aws:sns/topicSubscription:TopicSubscription": Case(
        {"topic": "@topic.arn", "protocol": "sqs", "endpoint": "@queue.arn", "rawMessageDelivery": True},
        {"rawMessageDelivery": False},
        {"endpoint": "@queue2.arn"},
    ),
    "aws:secretsmanager/secret:Secret": Case(
        {"name": "case", "description": "A case", "kmsKeyId": "@key.arn", "recoveryWindowInDays": 0, "tags": TAGS},
        {"description": "Another", "tags": {"Name": "second"}},
        {"name": "other"},
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Case(
        {"secretId": "@secret.id", "secretString": "hush"}, replace={"secretString": "more"}, survives=True
    ),
    "aws:lambda/function:Function": Case(
        {
            "name": "case",
            "role": "@role.arn",
            "runtime": "python3.14",
            "architectures": ["arm64"],
            "handler": "handler.handler",
            "code": "@code.one",
            "sourceCodeHash": "one",
            "memorySize": 256,
            "timeout": 30,
            "reservedConcurrentExecutions": 5,
            "environment": {"variables": {"LOG_LEVEL": "INFO"}},
            "kmsKeyArn": "@key.arn",
            "loggingConfig": {"logFormat": "JSON", "applicationLogLevel": "INFO", "logGroup": "@log.name"},
            "tracingConfig": {"mode": "Active"},
            "snapStart": {"applyOn": "PublishedVersions"},
            "publish": True,
            "vpcConfig": {"subnetIds": ["@subnet.id"], "securityGroupIds": ["@group.id"]},
            "tags": TAGS,
        },
        {
            "code": "@code.two",
            "sourceCodeHash": "two",
            "memorySize": 512,
            "environment": {"variables": {"LOG_LEVEL": "DEBUG"}},
            "reservedConcurrentExecutions": -1,
            "vpcConfig": None,
            "tags": {"Name": "second"},
        },
        {"name": "other"},
    ),
    "aws:lambda/alias:Alias": Case(
        {"name": "case", "functionName": "@function.name", "functionVersion": "1", "description": "A case"},
        {"description": "Another", "functionVersion": "$LATEST"},
        {"name": "other"},
        import_id="{functionName}/{name}",
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Case(
        {
            "eventSourceArn": "@store.streamArn",
            "functionName": "@alias.arn",
            "startingPosition": "TRIM_HORIZON",
            "batchSize": 100,
            "filterCriteria": {"filters": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]},
            "functionResponseTypes": ["ReportBatchItemFailures"],
            "bisectBatchOnFunctionError": True,
            "maximumRetryAttempts": 10,
            "maximumBatchingWindowInSeconds": 0,
            "parallelizationFactor": 4,
            "destinationConfig": {"onFailure": {"destinationArn": "@queue.arn"}},
            "tags": TAGS,
        },
        {"batchSize": 50, "maximumRetryAttempts": 5, "tags": {"Name": "second"}},
        {"startingPosition": "LATEST"},
    ),
    "aws:lambda/permission:Permission": Case(
        {
            "function": "@function.name",
            "qualifier": "@alias.name",
            "statementId": "case",
            "action": "lambda:InvokeFunction",
            "principal": "apigateway.amazonaws.com",
            "sourceArn": "arn:aws:execute-api:eu-central-1:000000000000:abc/*",
        },
        replace={"statementId": "other"},
        import_id="{function}:{qualifier}/{statementId}",
    ),
    "aws:apigateway/restApi:RestApi": Case(
        {
            "name": "case",
            "description": "A case",
            "apiKeySource": "HEADER",
            "endpointConfiguration": {"types": "REGIONAL"},
            "securityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
            "endpointAccessMode": "BASIC",
            "tags": TAGS,
        },
        {
            "name": "other",
            "description": "Another",
            "securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09",
            "endpointAccessMode": "STRICT",
            "tags": {"Name": "second"},
        },
    ),
    "aws:apigateway/resource:Resource": Case(
        {"restApi": "@api.id", "parentId": "@api.rootResourceId", "pathPart": "case"},
        {"pathPart": "other"},
        {"restApi": "elsewhere"},
        import_id="{restApi}/{id}",
    ),
    "aws:apigateway/method:Method": Case(
        {
            "restApi": "@api.id",
            "resourceId": "@resource.id",
            "httpMethod": "GET",
            "authorization": "NONE",
            "apiKeyRequired": True,
            "requestParameters": {"method.request.path.id": True},
            "requestModels": {"application/json": "Empty"},
        },
        {"apiKeyRequired": False, "requestParameters": {"method.request.header.a": True}},
        {"httpMethod": "PUT"},
        import_id=METHOD_ID,
    ),
    "aws:apigateway/methodResponse:MethodResponse": Case(
        {**METHOD, "statusCode": "202", "responseModels": {"application/json": "Empty"}},
        {"responseParameters": {"method.response.header.a": True}},
        {"statusCode": "203"},
        import_id=f"{METHOD_ID}/{{statusCode}}",
    ),
    "aws:apigateway/integration:Integration": Case(
        {
            "restApi": "@api2.id",
            "resourceId": "@resource2.id",
            "httpMethod": "@method2.httpMethod",
            "type": "AWS_PROXY",
            "integrationHttpMethod": "POST",
            "uri": "@alias.invokeArn",
            "timeoutMilliseconds": 10000,
        },
        {"timeoutMilliseconds": 5000, "uri": "@function.invokeArn"},
        {"type": "MOCK"},
        import_id=METHOD_ID,
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": Case(
        {
            "restApi": "@api.id",
            "resourceId": "@resource.id",
            "httpMethod": "@integration.httpMethod",
            "statusCode": "@method_answer.statusCode",
            "responseTemplates": {"application/json": "{}"},
        },
        {"responseTemplates": {"application/json": '{"a": 1}'}},
        {"statusCode": "201"},
        import_id=f"{METHOD_ID}/{{statusCode}}",
    ),
    "aws:apigateway/model:Model": Case(
        {
            "restApi": "@api.id",
            "name": "Case",
            "contentType": "application/json",
            "description": "A case",
            "schema": json.dumps({"type": "object"}),
        },
        {"description": "Another", "schema": json.dumps({"type": "array"})},
        {"name": "Other"},
        import_id="{restApi}/{name}",
    ),
    "aws:apigateway/requestValidator:RequestValidator": Case(
        {"restApi": "@api.id", "name": "case", "validateRequestBody": True},
        {"name": "other", "validateRequestParameters": True},
        {"restApi": "elsewhere"},
        import_id="{restApi}/{id}",
    ),
    "aws:apigateway/response:Response": Case(
        {
            "restApiId": "@api.id",
            "responseType": "THROTTLED",
            "statusCode": "429",
            "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"},
            "responseTemplates": {"application/json": "{}"},
        },
        {"responseTemplates": {"application/json": '{"a": 1}'}},
        {"responseType": "QUOTA_EXCEEDED"},
        import_id="{restApiId}/{responseType}",
    ),
    "aws:apigateway/deployment:Deployment": Case(
        {"restApi": "@api.id", "description": "A case", "triggers": {"after": "@integration.id"}},
        {"description": "Another"},
        {"triggers": {"after": "something else"}},
        import_id="{restApi}/{id}",
    ),
    "aws:apigateway/stage:Stage": Case(
        {
            "restApi": "@api.id",
            "deployment": "@deployment.id",
            "stageName": "case",
            "description": "A case",
            "xrayTracingEnabled": True,
            "variables": {"one": "1"},
            "tags": TAGS,
        },
        {"description": "Another", "xrayTracingEnabled": False, "variables": {"two": "2"}, "tags": {"Name": "second"}},
        {"stageName": "other"},
        import_id="{restApi}/{stageName}",
    ),
    "aws:apigateway/methodSettings:MethodSettings": Case(
        {
            "restApi": "@api.id",
            "stageName": "@stage.stageName",
            "methodPath": "*/*",
            "settings": {"metricsEnabled": True, "throttlingRateLimit": 500, "throttlingBurstLimit": 1000},
        },
        {"settings": {"metricsEnabled": False, "throttlingRateLimit": 50, "throttlingBurstLimit": 100}},
        {"methodPath": "things/POST"},
        import_id="{restApi}/{stageName}/{methodPath}",
    ),
    "aws:apigateway/account:Account": Case(
        {"cloudwatchRoleArn": "@role.arn"}, {"cloudwatchRoleArn": "@role2.arn"}, survives=True
    ),
    "aws:apigateway/apiKey:ApiKey": Case(
        {"name": "case", "description": "A case", "value": "0123456789012345678901234", "tags": TAGS},
        {"description": "Another", "enabled": False, "tags": {"Name": "second"}},
        {"value": "1234567890123456789012345"},
    ),
    "aws:apigateway/usagePlan:UsagePlan": Case(
        {
            "name": "case",
            "description": "A case",
            "apiStages": [{"apiId": "@api.id", "stage": "@stage.stageName"}],
            "throttleSettings": {"rateLimit": 20, "burstLimit": 40},
            "quotaSettings": {"limit": 1000, "period": "MONTH"},
            "tags": TAGS,
        },
        {
            "apiStages": [],
            "throttleSettings": {"rateLimit": 10, "burstLimit": 40},
            "quotaSettings": {"limit": 500, "period": "MONTH"},
            "tags": {"Name": "second"},
        },
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": Case(
        {"usagePlanId": "@plan.id", "keyId": "@api_key.id", "keyType": "API_KEY"},
        replace={"keyId": "other"},
        import_id="{usagePlanId}/{keyId}",
    ),
    "aws:apigateway/domainName:DomainName": Case(
        {
            "domainName": "case.example.com",
            "regionalCertificateArn": "@certificate.arn",
            "endpointConfiguration": {"types": "REGIONAL"},
            "securityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
            "endpointAccessMode": "STRICT",
            "tags": TAGS,
        },
        {
            "securityPolicy": "TLS_1_2",
            "endpointAccessMode": None,
            "mutualTlsAuthentication": {"truststoreUri": "s3://ground/clients.pem", "truststoreVersion": "1"},
            "tags": {"Name": "second"},
        },
        {"domainName": "other.example.com"},
    ),
    "aws:apigateway/basePathMapping:BasePathMapping": Case(
        {"domainName": "@domain.domainName", "restApi": "@api.id", "stageName": "@stage.stageName"},
        {"basePath": "payments"},
        {"domainName": "other.example.com"},
        import_id="{domainName}/{basePath}",
    ),
    "aws:acm/certificate:Certificate": Case(
        {"domainName": "case.example.com", "validationMethod": "DNS", "keyAlgorithm": "EC_prime256v1", "tags": TAGS},
        {"tags": {"Name": "second"}},
        {"domainName": "other.example.com"},
    ),
    "aws:acm/certificateValidation:CertificateValidation": Case(
        {"certificateArn": "@certificate.arn", "validationRecordFqdns": ["_1.ground.example.com"]},
        replace={"certificateArn": "arn:aws:acm:eu-central-1:000000000000:certificate/other"},
        importable=False,
        survives=True,
    ),
    "aws:route53/record:Record": Case(
        {"zoneId": "@zone", "name": "case.example.com", "type": "CNAME", "ttl": 60, "records": ["one.example.org"]},
        {"ttl": 300, "records": ["two.example.org"]},
        {"name": "other.example.com"},
        import_id="{zoneId}_{name}_{type}",
    ),
    "aws:wafv2/webAcl:WebAcl": Case(
        {
            "name": "case",
            "description": "A case",
            "scope": "REGIONAL",
            "defaultAction": {"allow": {}},
            "rules": [RULE, MANAGED],
            "visibilityConfig": VISIBLE,
            "tags": TAGS,
        },
        {"description": "Another", "defaultAction": {"block": {}}, "rules": [MANAGED], "tags": {"Name": "second"}},
        {"name": "other"},
        import_id="{id}/{name}/{scope}",
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": Case(
        {"resourceArn": "@stage.arn", "webAclArn": "@acl.arn"},
        replace={"resourceArn": "arn:aws:apigateway:eu-central-1::/restapis/a/stages/b"},
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Case(
        {
            "resourceArn": "@acl.arn",
            "logDestinationConfigs": ["@waf_log.arn"],
            "redactedFields": [{"queryString": {}}, {"singleHeader": {"name": "cookie"}}],
        },
        {"redactedFields": [{"queryString": {}}]},
        {"resourceArn": "arn:aws:wafv2:eu-central-1:000000000000:regional/webacl/other/1"},
        importable=False,
        survives=True,
    ),
}


@pytest.fixture(scope="session")
def world(engine: Any, code: Any, zone: str) -> World:
    """Resolve `@name.output`, making what is named when it is first wanted."""
    made: dict[str, Any] = {}

    def resolve(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [resolve(item) for item in value]
        if not (isinstance(value, str) and value.startswith("@")):
            return value
        name, _, output = value[1:].partition(".")
        if name == "code":
            return code(output)
        if name == "zone":
            return zone
        if name not in made:
            token, inputs = GROUND[name]
            made[name] = engine.create(token, resolve(inputs), name)
        return made[name].id if output == "id" else made[name].outputs[output]

    return resolve


def test_a_case_is_written_for_every_type_of_the_aws_tables() -> None:
    assert set(CASES) == {token for token in ROWS if token.startswith("aws:")}


@pytest.mark.parametrize("token", sorted(CASES))
def test_a_type_is_created_read_imported_changed_replaced_and_deleted(token: str, engine: Any, world: World) -> None:
    case, row = CASES[token], ROWS[token]
    inputs = _json_texts(token, world(case.inputs))

    made = engine.create(token, inputs)
    assert made.id
    assert _shown(made.outputs, inputs) == _comparable(inputs), "the outputs tell of other values than were given"
    assert not engine.diff(made, inputs).diffs
    again = engine.read(made)
    assert again.inputs == made.inputs, "a refresh right after the creation finds a difference"
    assert again.outputs == made.outputs

    if case.importable:
        assert _imported(engine, made, case, inputs).id == made.id

    if case.update:
        changed = {
            key: value
            for key, value in {**inputs, **_json_texts(token, world(case.update))}.items()
            if value is not None
        }
        difference = engine.diff(made, changed)
        assert {path.partition(".")[0].partition("[")[0] for path in difference.detailedDiff} <= set(case.update)
        assert set(difference.diffs) == set(case.update)
        assert not difference.replaces
        engine.update(made, changed)
        assert _shown(made.outputs, changed) == _comparable(changed), (
            "the outputs tell of other values after the update"
        )
        assert not engine.diff(made, changed).diffs
        again = engine.read(made)
        assert again.inputs == made.inputs, "a refresh right after the update finds a difference"
        if case.importable:
            _imported(engine, made, case, changed)
        inputs = changed

    if case.replace:
        difference = engine.diff(made, {**inputs, **world(case.replace)})
        assert set(difference.replaces) == set(case.replace)

    engine.delete(made)
    assert (engine.read(made) is not None) == case.survives
    engine.delete(made)
    assert set(row.replace_on) <= set(made.inputs) | set(made.outputs)


def _imported(engine: Any, made: Any, case: Case, inputs: Props) -> Any:
    """What `pulumi import` reads is what was given, but for what the emulator does not hold."""
    given = {**made.outputs, "id": made.id}
    imported = engine.adopt(made.token, case.import_id.format(**given) if case.import_id else made.id)
    assert imported is not None
    known = input_properties(made.token)
    unread = {*ROWS[made.token].state_only, "code", "publish"}
    assert not [
        key
        for key in inputs.keys() - unread
        if not same(inputs[key], imported.inputs.get(key), known[key].type, loosely=True)
    ]
    return imported


def _json_texts(token: str, inputs: Props) -> Props:
    """Queue policies are written as objects above, to hold references; they are sent as text."""
    return {
        key: json.dumps(value) if key == "redrivePolicy" and isinstance(value, dict) else value
        for key, value in inputs.items()
    }


def _shown(outputs: Props, inputs: Props) -> Props:
    return _comparable({key: outputs.get(key) for key in inputs})


def _comparable(inputs: Props) -> Props:
    return {key: value for key, value in inputs.items() if key != "code"}
