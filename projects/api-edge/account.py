"""The role with which API Gateway writes logs: one for all environments of an account.

API Gateway has one setting per account and region, so environments that share them share the role too. Nobody owns it:
every environment describes the same role, under a name without a suffix, and the same setting. Whichever comes first
makes them; the next finds the role by its name and takes it on as it is, and setting the account to the role that it
already has changes nothing, so none sees a difference in what another did. An environment that is destroyed lets go of
them (`retain_on_delete`): the provider would else reset the setting, and the stages of all others lose their logs.

Considered and left: a role per environment leaves the account with a role that is gone once the environment that came
last is destroyed; one environment as the owner breaks the others when it goes; a project of its own is one more step
before the first deployment. The price is that the role and the setting stay when the last environment is gone. Both
cost nothing.

Its boundary is a policy of AWS's own. One of an environment would be changed by whichever environment is deployed, and
could not be deleted with it.
"""

import pulumi
import pulumi_aws as aws
from pulumi import Output

from settings import ApiEdgeSettings
from tapstack.account_names import API_LOGS_BOUNDARY, API_LOGS_ROLE
from tapstack.program.policies import allow, assume_role, document


def make_account(settings: ApiEdgeSettings) -> aws.apigateway.Account | None:
    """Make and set the role, or take on the one that another environment has made.

    Returns:
        The account's setting, or None where somebody else sees to it.
    """
    if not settings.manage_account_role:
        return None
    is_there = bool(aws.iam.get_roles(name_regex=f"^{API_LOGS_ROLE}$").names)
    role = aws.iam.Role(
        "api-logs",
        name=API_LOGS_ROLE,
        assume_role_policy=assume_role("apigateway.amazonaws.com"),
        permissions_boundary=f"arn:{aws.get_partition().partition}:iam::aws:policy/{API_LOGS_BOUNDARY}",
        tags={"Environment": "all"},
        # Where this environment has it in its state already, there is nothing to import and the engine does not.
        opts=pulumi.ResourceOptions(import_=API_LOGS_ROLE if is_there else None, retain_on_delete=True),
    )
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
        opts=pulumi.ResourceOptions(retain_on_delete=True),
    )
    # API Gateway tries the role out when it is set, so its ARN is handed on once the policy is there.
    usable = Output.all(role.arn, policy.id).apply(lambda arn_and_policy: arn_and_policy[0])
    return aws.apigateway.Account(
        "logs", cloudwatch_role_arn=usable, opts=pulumi.ResourceOptions(retain_on_delete=True)
    )
