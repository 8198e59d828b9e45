"""For every control a program that breaks it, and the same with the one thing mended.

A program is the resources that it registers. Their properties are held to the AWS SDK's own metadata by
`test_programs.py`, so that none of them is one that AWS's provider does not have.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from support.analyzer import Given

ACCOUNT: Final = "123456789012"
Program = Sequence[Given]


@dataclasses.dataclass(frozen=True)
class Pair:
    """A program that breaks a control, and one that does not."""

    broken: Program
    mended: Program


def _of(kind: str, broken: Mapping[str, Any], mended: Mapping[str, Any], **common: Any) -> Pair:
    """Pair two programs of one resource, `test`."""
    return Pair([Given(kind, "test", {**common, **broken})], [Given(kind, "test", {**common, **mended})])


def _with(kind: str, common: Mapping[str, Any], *others: Given) -> Pair:
    """Pair a resource by itself with the same among others that go with it."""
    alone = Given(kind, "test", common)
    return Pair([alone], [alone, *others])


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


EVERYBODY: Final = {"Principal": {"AWS": "*"}}
OF_ACCOUNT: Final = {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
BY_WILDCARD: Final = {"Condition": {"StringLike": {"aws:SourceAccount": "*"}}}

STAGE: Final = "aws:apigateway/stage:Stage"
SETTINGS: Final = "aws:apigateway/methodSettings:MethodSettings"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
TABLE: Final = "aws:dynamodb/table:Table"
VPC: Final = "aws:ec2/vpc:Vpc"
RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
POLICY: Final = "aws:iam/policy:Policy"
KEY: Final = "aws:kms/key:Key"
FUNCTION: Final = "aws:lambda/function:Function"
BUCKET: Final = "aws:s3/bucket:Bucket"
SECRET: Final = "aws:secretsmanager/secret:Secret"
ACL: Final = "aws:wafv2/webAcl:WebAcl"

_STAGE: Final = {"restApi": "a", "deployment": "b", "stageName": "test"}
_ALARM: Final = {"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1}
_TABLE: Final = {"attributes": [{"name": "id", "type": "S"}], "hashKey": "id", "billingMode": "PAY_PER_REQUEST"}
_FUNCTION: Final = {"role": "arn:aws:iam::123456789012:role/test", "runtime": "python3.13"}
_RULE: Final = {"securityGroupId": "sg-1", "ipProtocol": "tcp"}
_VISIBILITY: Final = {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": False, "metricName": "test"}
_ACL: Final = {"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": _VISIBILITY}
_ACL_RULE: Final = {
    "name": "rate",
    "priority": 0,
    "action": {"block": {}},
    "statement": {"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP"}},
    "visibilityConfig": _VISIBILITY,
}
_OFF: Final = {**_VISIBILITY, "cloudwatchMetricsEnabled": False}


def _opened(port: int, last: int | None = None, *, cidr: str = "0.0.0.0/0") -> Pair:
    """Pair a rule for everybody with the same for a private network."""
    ports = {"fromPort": port, "toPort": last or port}
    key = "cidrIpv6" if ":" in cidr else "cidrIpv4"
    return _of(RULE, {key: cidr}, {"cidrIpv4": "10.0.0.0/8"}, **_RULE, **ports)


def _endpoint(service: str) -> Pair:
    endpoint = {
        "serviceName": f"com.amazonaws.eu-central-1.{service}",
        "vpcEndpointType": "Interface",
        "vpcId": "vpc",
    }
    return _with(VPC, {}, Given("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", endpoint, {"vpcId": ["test"]}))


def _of_bucket(kind: str, **inputs: Any) -> Given:
    return Given(
        f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", "beside", {"bucket": "test", **inputs}, {"bucket": ["test"]}
    )


def _bucket_policy(*statements: Mapping[str, Any]) -> Given:
    return _of_bucket("BucketPolicy", policy=document(*statements))


def _granted(action: str, **narrowed: Any) -> Pair:
    bucket = Given(BUCKET, "test")
    open_to_all = {"Principal": "*"}
    return Pair(
        [bucket, _bucket_policy(allow(action, "*", **open_to_all))],
        [bucket, _bucket_policy(allow(action, "*", **open_to_all, **narrowed))],
    )


_TLS: Final = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_BLOCK: Final = {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True}
_VERSIONED: Final = _of_bucket("BucketVersioning", versioningConfiguration={"status": "Enabled"})
_LIFECYCLE: Final = dataclasses.replace(
    _of_bucket("BucketLifecycleConfiguration", rules=[{"id": "old", "status": "Enabled"}]), name="lifecycle"
)
_ROTATION: Final = Given(
    "aws:secretsmanager/secretRotation:SecretRotation",
    "rotation",
    {"secretId": "test", "rotationRules": {"automaticallyAfterDays": 30}},
    {"secretId": ["test"]},
)
_SLOW_ROTATION: Final = dataclasses.replace(
    _ROTATION, inputs={"secretId": "test", "rotationRules": {"automaticallyAfterDays": 365}}
)

PROGRAMS: Final[Mapping[str, Pair]] = {
    "ACM.2": _of(
        "aws:acm/certificate:Certificate",
        {"keyAlgorithm": "RSA_1024"},
        {"keyAlgorithm": "RSA_2048"},
        domainName="a.example",
    ),
    "APIGateway.1": Pair(
        [
            Given(STAGE, "test", _STAGE),
            Given(
                SETTINGS,
                "all",
                {"restApi": "a", "stageName": "test", "methodPath": "*/*", "settings": {"loggingLevel": "OFF"}},
                {"stageName": ["test"]},
            ),
        ],
        [
            Given(STAGE, "test", _STAGE),
            Given(
                SETTINGS,
                "all",
                {"restApi": "a", "stageName": "test", "methodPath": "*/*", "settings": {"loggingLevel": "ERROR"}},
                {"stageName": ["test"]},
            ),
        ],
    ),
    "APIGateway.2": _of(STAGE, {}, {"clientCertificateId": "certificate"}, **_STAGE),
    "APIGateway.3": _of(STAGE, {"xrayTracingEnabled": False}, {"xrayTracingEnabled": True}, **_STAGE),
    "APIGateway.4": _with(
        STAGE,
        _STAGE,
        Given(
            "aws:wafv2/webAclAssociation:WebAclAssociation",
            "firewall",
            {"resourceArn": "stage", "webAclArn": "acl"},
            {"resourceArn": ["test"]},
        ),
    ),
    "APIGateway.5": _of(
        SETTINGS,
        {"settings": {"cachingEnabled": True}},
        {"settings": {"cachingEnabled": True, "cacheDataEncrypted": True}},
        restApi="a",
        stageName="test",
        methodPath="*/*",
    ),
    "APIGateway.11": _of(
        "aws:apigateway/domainName:DomainName",
        {"securityPolicy": "TLS_1_2"},
        {"securityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"},
        domainName="a.example",
    ),
    "CloudWatch.15": _of(ALARM, {"alarmActions": []}, {"alarmActions": ["arn:aws:sns:::alerts"]}, **_ALARM),
    "CloudWatch.16": _of(LOG_GROUP, {"retentionInDays": 30}, {"retentionInDays": 365}),
    "CloudWatch.17": _of(ALARM, {"actionsEnabled": False}, {"actionsEnabled": True}, **_ALARM),
    "Custom.1": _of(LOG_GROUP, {}, {"kmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/1"}),
    "Custom.2": _of(FUNCTION, {}, {"codeSigningConfigArn": "arn:aws:lambda:::code-signing-config:csc-1"}, **_FUNCTION),
    "DynamoDB.1": _of(TABLE, {"billingMode": "PROVISIONED"}, {}, **_TABLE),
    "DynamoDB.2": _of(TABLE, {}, {"pointInTimeRecovery": {"enabled": True}}, **_TABLE),
    "DynamoDB.6": _of(TABLE, {"deletionProtectionEnabled": False}, {"deletionProtectionEnabled": True}, **_TABLE),
    "EC2.2": _with(
        VPC, {}, Given("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "closed", {}, {"vpcId": ["test"]})
    ),
    "EC2.6": _with(
        VPC, {}, Given("aws:ec2/flowLog:FlowLog", "log", {"vpcId": "vpc", "trafficType": "ALL"}, {"vpcId": ["test"]})
    ),
    "EC2.10": _endpoint("ec2"),
    "EC2.13": _opened(22),
    "EC2.14": _opened(3389),
    "EC2.15": _of("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True}, {"mapPublicIpOnLaunch": False}, vpcId="vpc"),
    "EC2.18": _opened(8443),
    "EC2.19": _opened(5000, 6000),
    "EC2.53": _opened(1, 1024),
    "EC2.54": _opened(22, cidr="::/0"),
    "EC2.55": _endpoint("ecr.api"),
    "EC2.56": _endpoint("ecr.dkr"),
    "EC2.57": _endpoint("ssm"),
    "EC2.58": _endpoint("ssm-contacts"),
    "EC2.60": _endpoint("ssm-incidents"),
    "IAM.1": _of(POLICY, {"policy": document(allow("*", "*"))}, {"policy": document(allow("s3:GetObject", "*"))}),
    "IAM.21": _of(POLICY, {"policy": document(allow("s3:*", "a"))}, {"policy": document(allow("s3:Get*", "a"))}),
    "KMS.1": _of(
        POLICY,
        {"policy": document(allow("kms:*", "*"))},
        {"policy": document(allow("kms:*", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/*"))},
    ),
    "KMS.2": _of(
        "aws:iam/rolePolicy:RolePolicy",
        {"policy": document(allow("kms:Decrypt", "arn:aws:kms:*:*:key/*"))},
        {"policy": document(allow("kms:Decrypt", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1"))},
        role="test",
    ),
    "KMS.4": _of(KEY, {"enableKeyRotation": False}, {"enableKeyRotation": True}),
    "KMS.5": _of(
        KEY,
        {"policy": document(allow("kms:*", "*", **EVERYBODY, **BY_WILDCARD))},
        {"policy": document(allow("kms:*", "*", **EVERYBODY, **OF_ACCOUNT))},
        enableKeyRotation=True,
    ),
    "Lambda.1": _of(
        "aws:lambda/permission:Permission",
        {"principal": "s3.amazonaws.com"},
        {"principal": "s3.amazonaws.com", "sourceAccount": ACCOUNT},
        action="lambda:InvokeFunction",
        function="test",
    ),
    "Lambda.2": _of(FUNCTION, {"runtime": "python3.9"}, {}, **_FUNCTION),
    "Lambda.3": _of(FUNCTION, {}, {"vpcConfig": {"subnetIds": ["a", "b"], "securityGroupIds": ["c"]}}, **_FUNCTION),
    "Lambda.5": _of(
        FUNCTION,
        {"vpcConfig": {"subnetIds": ["a"], "securityGroupIds": ["c"]}},
        {"vpcConfig": {"subnetIds": ["a", "b"], "securityGroupIds": ["c"]}},
        **_FUNCTION,
    ),
    "S3.2": _granted("s3:Get*", **OF_ACCOUNT),
    "S3.3": _granted("s3:PutObject", **OF_ACCOUNT),
    "S3.5": _with(BUCKET, {}, _bucket_policy(_TLS)),
    "S3.6": Pair(
        [Given(BUCKET, "test"), _bucket_policy(allow("s3:PutBucketPolicy", "*", Principal={"AWS": "210987654321"}))],
        [Given(BUCKET, "test"), _bucket_policy(allow("s3:GetObject", "*", Principal={"AWS": "210987654321"}))],
    ),
    "S3.7": _with(BUCKET, {}, _of_bucket("BucketReplicationConfig", role="test", rules=[])),
    "S3.8": Pair(
        [Given(BUCKET, "test"), _of_bucket("BucketPublicAccessBlock", **_BLOCK)],
        [Given(BUCKET, "test"), _of_bucket("BucketPublicAccessBlock", **_BLOCK, restrictPublicBuckets=True)],
    ),
    "S3.9": _with(BUCKET, {}, _of_bucket("BucketLogging", targetBucket="logs", targetPrefix="")),
    "S3.10": Pair([Given(BUCKET, "test"), _VERSIONED], [Given(BUCKET, "test"), _VERSIONED, _LIFECYCLE]),
    "S3.11": _with(BUCKET, {}, _of_bucket("BucketNotification", eventbridge=True)),
    "S3.12": Pair(
        [Given(BUCKET, "test"), _of_bucket("BucketOwnershipControls", rule={"objectOwnership": "ObjectWriter"})],
        [Given(BUCKET, "test"), _of_bucket("BucketOwnershipControls", rule={"objectOwnership": "BucketOwnerEnforced"})],
    ),
    "S3.13": _with(BUCKET, {}, _LIFECYCLE),
    "S3.14": _with(BUCKET, {}, _VERSIONED),
    "S3.15": _of(BUCKET, {}, {"objectLockEnabled": True}),
    "S3.17": _with(
        BUCKET,
        {},
        _of_bucket(
            "BucketServerSideEncryptionConfiguration",
            rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
        ),
    ),
    "SecretsManager.1": _with(SECRET, {}, _ROTATION),
    "SecretsManager.4": Pair([Given(SECRET, "test"), _SLOW_ROTATION], [Given(SECRET, "test"), _ROTATION]),
    "SNS.1": _of("aws:sns/topic:Topic", {}, {"kmsMasterKeyId": "alias/aws/sns"}),
    "SNS.4": _of(
        "aws:sns/topicPolicy:TopicPolicy",
        {"policy": document(allow("sns:Publish", "*", **EVERYBODY))},
        {"policy": document(allow("sns:Publish", "*", **EVERYBODY, **OF_ACCOUNT))},
        arn="arn:aws:sns:::test",
    ),
    "SQS.1": _of("aws:sqs/queue:Queue", {"sqsManagedSseEnabled": False}, {"sqsManagedSseEnabled": True}),
    "SQS.3": _of(
        "aws:sqs/queuePolicy:QueuePolicy",
        {"policy": document(allow("sqs:SendMessage", "*", **EVERYBODY))},
        {"policy": document(allow("sqs:SendMessage", "*", **EVERYBODY, **OF_ACCOUNT))},
        queueUrl="https://sqs/test",
    ),
    "WAF.10": _of(ACL, {}, {"rules": [_ACL_RULE]}, **_ACL),
    "WAF.11": _with(
        ACL,
        {**_ACL, "rules": [_ACL_RULE]},
        Given(
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
            "log",
            {"resourceArn": "acl", "logDestinationConfigs": ["arn"]},
            {"resourceArn": ["test"]},
        ),
    ),
    "WAF.12": _of(ACL, {"rules": [{**_ACL_RULE, "visibilityConfig": _OFF}]}, {"rules": [_ACL_RULE]}, **_ACL),
}
