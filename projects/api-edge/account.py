"""The role with which API Gateway writes logs: one for all APIs of an account in a region."""

import pulumi_aws as aws
from pulumi import Output

from settings import ApiEdgeSettings
from tapstack.naming import Names
from tapstack.policies import allow, assume_role, document


def make_account(names: Names, settings: ApiEdgeSettings) -> aws.apigateway.Account | None:
    """Make and set the role, unless another environment of this account and region does.

    Returns:
        The account's setting, or None where another environment sets it.
    """
    if not settings.manage_account_role:
        return None
    role = aws.iam.Role("api-logs", name=names("api-logs"), assume_role_policy=assume_role("apigateway.amazonaws.com"))
    policy = aws.iam.RolePolicy(
        "api-logs",
        name="logs",
        role=role.name,
        policy=document(
            # API Gateway lists and makes its own execution log groups, whose names hold ids not known before.
            allow(
                [
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogGroups",
                    "logs:DescribeLogStreams",
                    "logs:FilterLogEvents",
                    "logs:GetLogEvents",
                    "logs:PutLogEvents",
                ],
                "*",
            )
        ),
    )
    # API Gateway tries the role out when it is set, so its ARN is handed on once the policy is there.
    usable = Output.all(role.arn, policy.id).apply(lambda arn_and_policy: arn_and_policy[0])
    return aws.apigateway.Account("logs", cloudwatch_role_arn=usable)
