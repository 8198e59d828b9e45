"""One Lambda function: role, log group, code, version and alias."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output

from alias import make_alias
from settings import ComputeSettings
from tapstack.contracts.data import DataContract
from tapstack.program.log_protection import mask_card_numbers
from tapstack.program.naming import Names
from tapstack.program.packaging import RUNTIME, package
from tapstack.program.policies import Statement, allow, assume_role, document
from transactions.agreed.encryption import PURPOSE_CONDITION, PURPOSES, Purpose
from transactions.agreed.environments import Environment, LogEnvironment
from transactions.product import PRODUCT


@dataclass(frozen=True)
class Placement:
    """Subnets and security group of a function inside the VPC."""

    subnet_ids: Input[Sequence[str]]
    security_group_id: Input[str]


@dataclass(frozen=True, kw_only=True)
class FunctionShape:
    """What differs from one function to the next."""

    name: str
    """As operators read it, such as `fraud-detector`; the code lies in the folder of the same name with underscores."""
    memory_mb: int
    timeout_seconds: int
    reserved_concurrency: int
    environment: Environment[Input[str]]
    grants: Sequence[Statement]
    """What the function may do beside writing its logs and traces."""
    placement: Placement | None
    """None runs it outside the VPC."""
    decrypts: Sequence[Purpose] = ()
    """What of merchants' it may decrypt, of all that is encrypted by itself under the key."""


@dataclass(frozen=True)
class LiveFunction:
    """A function and the alias that callers use."""

    function: aws.lambda_.Function
    alias: aws.lambda_.Alias


def make_function(names: Names, settings: ComputeSettings, data: DataContract, shape: FunctionShape) -> LiveFunction:
    """Make a function that publishes a version at every change of its code or configuration, and its alias."""
    log_group = aws.cloudwatch.LogGroup(
        shape.name,
        name=f"/aws/lambda/{names(shape.name)}",
        retention_in_days=settings.log_retention_days,
        kms_key_id=data.key_arn,
    )
    mask_card_numbers(shape.name, log_group)
    role, policy = _make_role(names, shape, log_group, data)
    module = shape.name.replace("-", "_")
    built = package(module, settings.function_platform)
    function = aws.lambda_.Function(
        shape.name,
        name=names(shape.name),
        role=role.arn,
        runtime=RUNTIME,
        architectures=["arm64"],
        handler=f"{module}.handler.handler",
        code=pulumi.FileArchive(f"{built.path}"),
        source_code_hash=built.source_code_hash,
        memory_size=shape.memory_mb,
        timeout=shape.timeout_seconds,
        reserved_concurrent_executions=shape.reserved_concurrency,
        environment={
            "variables": {
                **LogEnvironment(service=shape.name, log_level=settings.log_level).variables(),
                **shape.environment.variables(),
            }
        },
        kms_key_arn=data.key_arn,
        logging_config={
            "log_format": "JSON",
            # Lambda drops what is below this level, and counts a line without one, as metrics are, as INFO. So it is
            # never above INFO; what the function itself writes is for LOG_LEVEL to say.
            "application_log_level": "DEBUG" if settings.log_level == "DEBUG" else "INFO",
            "log_group": log_group.name,
        },
        tracing_config={"mode": "Active"},
        snap_start={"apply_on": "PublishedVersions"},
        publish=True,
        vpc_config=(
            {
                "subnet_ids": shape.placement.subnet_ids,
                "security_group_ids": [shape.placement.security_group_id],
            }
            if shape.placement
            else None
        ),
        # AWS runs a SnapStart function once to publish it; that run needs the policy, and no value says so.
        opts=pulumi.ResourceOptions(depends_on=[policy]),
    )
    return LiveFunction(function, make_alias(settings, shape.name, function))


def _make_role(
    names: Names, shape: FunctionShape, log_group: aws.cloudwatch.LogGroup, data: DataContract
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    account = aws.get_caller_identity().account_id
    role = aws.iam.Role(
        shape.name,
        name=names(shape.name),
        description=f"What the {shape.name} function of {PRODUCT} may do",
        assume_role_policy=assume_role("lambda.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}}),
    )
    policy = aws.iam.RolePolicy(
        shape.name,
        name="function",
        role=role.name,
        policy=document(
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], Output.format("{0}:*", log_group.arn)),
            # X-Ray has no resources to name.
            allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
            allow(["kms:Decrypt", "kms:GenerateDataKey"], data.key_arn),
            _no_decryption_of(sorted(set(PURPOSES) - set(shape.decrypts)), data),
            *(_network_interfaces() if shape.placement else []),
            *shape.grants,
        ),
    )
    return role, policy


def _no_decryption_of(purposes: Sequence[Purpose], data: DataContract) -> Statement:
    """Keep from a function what is encrypted for others: it may use the key for what services keep under it."""
    return {
        "Effect": "Deny",
        "Action": ["kms:Decrypt"],
        "Resource": data.key_arn,
        "Condition": {"StringEquals": {PURPOSE_CONDITION: purposes}},
    }


def _network_interfaces() -> Sequence[Statement]:
    """Let Lambda attach the function to its subnets, and the function's own code do nothing of the kind.

    EC2 takes no narrower resource for these calls. Those that code makes by the role, and no others of these, carry the
    function's ARN: https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
    """
    actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ]
    made_by_code = {"Null": {"lambda:SourceFunctionArn": "false"}}
    return [allow(actions, "*"), {"Effect": "Deny", "Action": actions, "Resource": "*", "Condition": made_by_code}]
