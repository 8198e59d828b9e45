"""Flow logs: every connection in the VPC, accepted or refused, to a log group of its own."""

import pulumi
import pulumi_aws as aws

from settings import NetworkSettings
from tapstack.program.naming import Names
from tapstack.program.policies import allow, assume_role, document


def make_flow_logs(names: Names, settings: NetworkSettings, vpc: aws.ec2.Vpc) -> None:
    """Make the log group, the role that writes to it, and the flow log."""
    # It holds addresses, ports and counts, and nothing of what is sent: there is nothing in it to mask.
    log_group = aws.cloudwatch.LogGroup(
        "flow-logs", name=names("flow-logs"), retention_in_days=settings.flow_log_retention_days
    )
    role = aws.iam.Role(
        "flow-logs",
        name=names("flow-logs"),
        assume_role_policy=assume_role("vpc-flow-logs.amazonaws.com"),
    )
    policy = aws.iam.RolePolicy(
        "flow-logs",
        role=role.name,
        policy=document(
            allow(
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                log_group.arn.apply(lambda arn: f"{arn}:*"),
            )
        ),
    )
    aws.ec2.FlowLog(
        "flow-logs",
        vpc_id=vpc.id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=log_group.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=60,
        tags={"Name": names("flow-logs")},
        # AWS checks the role when the flow log is made; the permission is no value of the role.
        opts=pulumi.ResourceOptions(depends_on=[policy]),
    )
