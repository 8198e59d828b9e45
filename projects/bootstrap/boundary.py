"""The permissions boundary: the most that any role a layer makes may do, whatever its own policies say.

Without it a role that may make roles may do anything: it would make one with every permission and use that.
"""

from typing import Final

import pulumi_aws as aws

from facts import account_facts
from grants import Grant, own, policies
from tapstack.account_names import boundary_name
from tapstack.program.naming import Names

MOST: Final = [
    Grant(
        [
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ],
        [
            "arn:{partition}:dynamodb:{region}:{account}:table/{prefix}*",
        ],
    ),
    Grant(
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        ["arn:{partition}:dynamodb:{region}:{account}:table/{prefix}*/stream/*"],
    ),
    Grant(
        [
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ],
        ["arn:{partition}:sqs:{region}:{account}:{prefix}*"],
    ),
    Grant(["sns:Publish"], ["arn:{partition}:sns:{region}:{account}:{prefix}alerts"]),
    Grant(["kms:Decrypt", "kms:GenerateDataKey"], ["arn:{partition}:kms:{region}:{account}:key/*"], own("data")),
    # API Gateway makes log groups whose names hold ids not known before.
    Grant(
        [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:FilterLogEvents",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
        ],
        ["*"],
    ),
    # These take no narrower resource.
    Grant(
        [
            "dynamodb:ListStreams",
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ],
        ["*"],
    ),
]


def boundary_arn(names: Names) -> str:
    """Tell the boundary's ARN, which is known before it is made."""
    found = "arn:{partition}:iam::{account}:policy/".format_map(account_facts(names))
    return found + boundary_name(names.environment_suffix)


def make_boundary(names: Names) -> aws.iam.Policy:
    """Make the boundary, which the layers' setting `permissionsBoundary` names."""
    (document,) = policies(MOST, account_facts(names))
    return aws.iam.Policy(
        "boundary",
        name=boundary_name(names.environment_suffix),
        description="The most that a role made by a layer may do",
        policy=document,
    )
