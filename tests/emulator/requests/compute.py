"""The compute layer's types."""

import io
import json
import zipfile
from typing import Final

from emulator.requests.resource import Call, Resource

TAGS: Final = {"Name": "replay"}
CHANGED: Final = {"Name": "changed"}


def _archive(answer: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("main.py", f"def handler(event, context):\n    return {answer!r}\n")
    return written.getvalue()


_ASSUMED_BY_LAMBDA: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
_RECEIVES: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                "Resource": "*",
            }
        ],
    }
)
_ROLE_POLICY: Final = Call("iam:GetRolePolicy", {"RoleName": "replay", "PolicyName": "inline"})
_FUNCTION: Final = Call("lambda:GetFunction", {"FunctionName": "replay"})
# What the layers hand over as a function's name is an ARN wherever a program gives one.
_ALIAS: Final = Call("lambda:GetAlias", {"FunctionName": "$function_arn", "Name": "live"})
_PERMITTED: Final = Call("lambda:GetPolicy", {"FunctionName": "$function_arn", "Qualifier": "live"})
_MAPPING: Final = Call("lambda:GetEventSourceMapping", {"UUID": "$mapping"}, {"mapping_arn": "EventSourceMappingArn"})
_PROTECTION: Final = json.dumps(
    {
        "Name": "replay",
        "Version": "2021-06-01",
        "Statement": [
            {
                "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/CreditCardNumber"],
                "Operation": {"Audit": {"FindingsDestination": {}}},
            },
            {
                "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/CreditCardNumber"],
                "Operation": {"Deidentify": {"MaskConfig": {}}},
            },
        ],
    }
)

COMPUTE: Final = (
    Resource(
        "aws_iam_role",
        create=[
            Call(
                "iam:CreateRole",
                {
                    "AssumeRolePolicyDocument": _ASSUMED_BY_LAMBDA,
                    "Description": "replay",
                    "MaxSessionDuration": 3600,
                    "Path": "/",
                    "RoleName": "replay",
                    "Tags": [{"Key": "Name", "Value": "replay"}],
                },
                {"role_arn": "Role.Arn"},
            )
        ],
        read=[
            Call("iam:GetRole", {"RoleName": "replay"}),
            Call("iam:ListRolePolicies", {"RoleName": "replay"}),
            _ROLE_POLICY,
            Call("iam:ListAttachedRolePolicies", {"RoleName": "replay"}),
        ],
        update=[
            Call("iam:UpdateRoleDescription", {"RoleName": "replay", "Description": "changed"}),
            Call("iam:TagRole", {"RoleName": "replay", "Tags": [{"Key": "Name", "Value": "changed"}]}),
        ],
        delete=[
            Call("iam:ListInstanceProfilesForRole", {"RoleName": "replay"}),
            Call("iam:ListRolePolicies", {"RoleName": "replay"}),
            Call("iam:DeleteRole", {"RoleName": "replay"}),
        ],
    ),
    Resource(
        "aws_iam_role_policy",
        create=[Call("iam:PutRolePolicy", {"RoleName": "replay", "PolicyName": "inline", "PolicyDocument": _RECEIVES})],
        read=[_ROLE_POLICY],
        update=[Call("iam:PutRolePolicy", {"RoleName": "replay", "PolicyName": "inline", "PolicyDocument": _RECEIVES})],
        delete=[Call("iam:DeleteRolePolicy", {"RoleName": "replay", "PolicyName": "inline"})],
    ),
    Resource(
        "aws_cloudwatch_log_group",
        create=[
            Call(
                "logs:CreateLogGroup",
                {
                    "kmsKeyId": "$key_arn",
                    "logGroupClass": "STANDARD",
                    "logGroupName": "/replay/group",
                    "tags": TAGS,
                },
            ),
            Call("logs:PutRetentionPolicy", {"logGroupName": "/replay/group", "retentionInDays": 30}),
            Call(
                "logs:DescribeLogGroups",
                {"logGroupNamePrefix": "/replay/group"},
                {"group_arn": "logGroups[0].logGroupArn"},
            ),
        ],
        read=[
            Call("logs:DescribeLogGroups", {"logGroupNamePrefix": "/replay/group"}),
            Call("logs:ListTagsForResource", {"resourceArn": "$group_arn"}),
        ],
        update=[
            Call("logs:PutRetentionPolicy", {"logGroupName": "/replay/group", "retentionInDays": 14}),
            Call("logs:TagResource", {"resourceArn": "$group_arn", "tags": CHANGED}),
        ],
        delete=[Call("logs:DeleteLogGroup", {"logGroupName": "/replay/group"})],
    ),
    Resource(
        "aws_cloudwatch_log_data_protection_policy",
        seen=False,
        create=[
            Call(
                "logs:PutDataProtectionPolicy",
                {"logGroupIdentifier": "/replay/group", "policyDocument": _PROTECTION},
            )
        ],
        read=[Call("logs:GetDataProtectionPolicy", {"logGroupIdentifier": "/replay/group"})],
        delete=[Call("logs:DeleteDataProtectionPolicy", {"logGroupIdentifier": "/replay/group"})],
    ),
    Resource(
        "aws_cloudwatch_log_resource_policy",
        seen=False,
        create=[
            Call(
                "logs:PutResourcePolicy",
                {
                    "policyDocument": json.dumps(
                        {
                            "Version": "2012-10-17",
                            "Statement": [
                                {
                                    "Effect": "Allow",
                                    "Principal": {"Service": "delivery.logs.amazonaws.com"},
                                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                                    "Resource": "$group_arn:*",
                                }
                            ],
                        }
                    ),
                    "policyName": "replay",
                },
            )
        ],
        read=[Call("logs:DescribeResourcePolicies", {})],
        delete=[Call("logs:DeleteResourcePolicy", {"policyName": "replay"})],
    ),
    Resource(
        "aws_lambda_function",
        create=[
            Call(
                "lambda:CreateFunction",
                {
                    "Architectures": ["arm64"],
                    "Code": {"ZipFile": _archive("one")},
                    "Description": "replay",
                    "Environment": {"Variables": {"LOG_LEVEL": "INFO"}},
                    "FunctionName": "replay",
                    "Handler": "main.handler",
                    "KMSKeyArn": "$key_arn",
                    "LoggingConfig": {
                        "ApplicationLogLevel": "INFO",
                        "LogFormat": "JSON",
                        "LogGroup": "/replay/group",
                        "SystemLogLevel": "INFO",
                    },
                    "MemorySize": 512,
                    "PackageType": "Zip",
                    "Publish": True,
                    "Role": "$role_arn",
                    "Runtime": "python3.13",
                    "SnapStart": {"ApplyOn": "PublishedVersions"},
                    "Tags": TAGS,
                    "Timeout": 10,
                    "TracingConfig": {"Mode": "Active"},
                    "VpcConfig": {
                        "Ipv6AllowedForDualStack": False,
                        "SecurityGroupIds": ["$group"],
                        "SubnetIds": ["$subnet"],
                    },
                },
                {"function_arn": "FunctionArn"},
            ),
            Call("lambda:GetFunction", {"FunctionName": "replay"}, {"function_arn": "Configuration.FunctionArn"}),
        ],
        read=[
            _FUNCTION,
            Call("lambda:GetFunctionCodeSigningConfig", {"FunctionName": "replay"}),
            Call("lambda:ListVersionsByFunction", {"FunctionName": "replay", "MaxItems": 10000}),
        ],
        update=[
            Call(
                "lambda:UpdateFunctionConfiguration",
                {
                    "Description": "changed",
                    "Environment": {"Variables": {"LOG_LEVEL": "DEBUG"}},
                    "FunctionName": "replay",
                    "MemorySize": 1024,
                    "Timeout": 12,
                },
            ),
            Call("lambda:GetFunctionConfiguration", {"FunctionName": "replay"}),
            Call(
                "lambda:UpdateFunctionCode",
                {"Architectures": ["arm64"], "FunctionName": "replay", "ZipFile": _archive("two")},
            ),
            Call("lambda:PutFunctionConcurrency", {"FunctionName": "replay", "ReservedConcurrentExecutions": 5}),
            Call("lambda:PublishVersion", {"FunctionName": "replay"}),
            Call("lambda:TagResource", {"Resource": "$function_arn", "Tags": CHANGED}),
        ],
        delete=[Call("lambda:DeleteFunction", {"FunctionName": "replay"})],
    ),
    Resource(
        "aws_lambda_alias",
        create=[
            Call(
                "lambda:CreateAlias",
                {
                    "Description": "replay",
                    "FunctionName": "$function_arn",
                    "FunctionVersion": "1",
                    "Name": "live",
                    "RoutingConfig": {},
                },
                {"alias_arn": "AliasArn"},
            )
        ],
        read=[_ALIAS],
        update=[
            Call(
                "lambda:UpdateAlias",
                {
                    "Description": "changed",
                    "FunctionName": "$function_arn",
                    "FunctionVersion": "1",
                    "Name": "live",
                    "RoutingConfig": {},
                },
            )
        ],
        delete=[Call("lambda:DeleteAlias", {"FunctionName": "$function_arn", "Name": "live"})],
    ),
    Resource(
        "aws_lambda_permission",
        create=[
            Call(
                "lambda:AddPermission",
                {
                    "Action": "lambda:InvokeFunction",
                    "FunctionName": "$function_arn",
                    "Principal": "apigateway.amazonaws.com",
                    "Qualifier": "live",
                    "SourceArn": "arn:aws:execute-api:eu-central-1:000000000000:replay/*/*",
                    "StatementId": "replay",
                },
            )
        ],
        read=[_PERMITTED],
        delete=[
            Call(
                "lambda:RemovePermission",
                {"FunctionName": "$function_arn", "Qualifier": "live", "StatementId": "replay"},
            ),
            Call(
                "lambda:GetPolicy",
                {"FunctionName": "$function_arn", "Qualifier": "live"},
                error="ResourceNotFoundException",
            ),
        ],
    ),
    Resource(
        "aws_lambda_event_source_mapping",
        create=[
            Call(
                "lambda:CreateEventSourceMapping",
                {
                    "BatchSize": 10,
                    "Enabled": True,
                    "EventSourceArn": "$queue_arn",
                    "FunctionName": "$alias_arn",
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    "MaximumBatchingWindowInSeconds": 0,
                    "ScalingConfig": {"MaximumConcurrency": 5},
                    "Tags": TAGS,
                },
                {"mapping": "UUID"},
            ),
            _MAPPING,
        ],
        read=[_MAPPING, Call("lambda:ListTags", {"Resource": "$mapping_arn"})],
        update=[
            Call(
                "lambda:UpdateEventSourceMapping",
                {"BatchSize": 5, "FunctionName": "$alias_arn", "UUID": "$mapping"},
            ),
            Call("lambda:TagResource", {"Resource": "$mapping_arn", "Tags": CHANGED}),
        ],
        delete=[
            Call("lambda:DeleteEventSourceMapping", {"UUID": "$mapping"}),
            Call("lambda:GetEventSourceMapping", {"UUID": "$mapping"}, error="ResourceNotFoundException"),
        ],
    ),
    Resource(
        "aws_cloudwatch_event_rule",
        seen=False,
        create=[
            Call(
                "events:PutRule",
                {
                    "Description": "replay",
                    "EventBusName": "default",
                    "Name": "replay",
                    "ScheduleExpression": "rate(1 minute)",
                    "State": "ENABLED",
                    "Tags": [{"Key": "Name", "Value": "replay"}],
                },
                {"rule_arn": "RuleArn"},
            )
        ],
        read=[
            Call("events:DescribeRule", {"EventBusName": "default", "Name": "replay"}),
            Call("events:ListTagsForResource", {"ResourceARN": "$rule_arn"}),
        ],
        update=[
            Call("events:TagResource", {"ResourceARN": "$rule_arn", "Tags": [{"Key": "Name", "Value": "changed"}]})
        ],
        delete=[Call("events:DeleteRule", {"EventBusName": "default", "Force": False, "Name": "replay"})],
    ),
    Resource(
        "aws_cloudwatch_event_target",
        seen=False,
        create=[
            Call(
                "events:PutTargets",
                {
                    "EventBusName": "default",
                    "Rule": "replay",
                    "Targets": [{"Arn": "$alias_arn", "Id": "notifier", "Input": "{}"}],
                },
            )
        ],
        read=[Call("events:ListTargetsByRule", {"EventBusName": "default", "Rule": "replay"})],
        delete=[
            Call(
                "events:RemoveTargets",
                {"EventBusName": "default", "Force": False, "Ids": ["notifier"], "Rule": "replay"},
            )
        ],
    ),
)
