"""VPC endpoints: DynamoDB through a gateway (free), SQS through an interface in every zone."""

import pulumi
import pulumi_aws as aws
from pulumi import Output

from security_groups import SecurityGroups, allow_out
from subnets import Subnets
from tapstack.program.naming import Names


def make_endpoints(names: Names, vpc: aws.ec2.Vpc, isolated: Subnets, egress: Subnets, groups: SecurityGroups) -> None:
    """Make both endpoints; each serves this account's principals and nobody else's."""
    region = aws.get_region().region
    policy = _own_account_only()
    dynamodb = aws.ec2.VpcEndpoint(
        "dynamodb",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{region}.dynamodb",
        vpc_endpoint_type="Gateway",
        route_table_ids=Output.all(isolated.route_table_ids, egress.route_table_ids).apply(
            lambda tables: [*tables[0], *tables[1]]
        ),
        policy=policy,
        tags={"Name": names("dynamodb")},
    )
    allow_out("functions-to-dynamodb", groups.functions, "TLS to DynamoDB", prefix_list_id=dynamodb.prefix_list_id)
    aws.ec2.VpcEndpoint(
        "sqs",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{region}.sqs",
        vpc_endpoint_type="Interface",
        subnet_ids=isolated.subnet_ids,
        security_group_ids=[groups.endpoints.id],
        private_dns_enabled=True,
        policy=policy,
        tags={"Name": names("sqs")},
    )


def _own_account_only() -> Output[str]:
    account = aws.get_caller_identity().account_id
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "*",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
                }
            ],
        }
    )
