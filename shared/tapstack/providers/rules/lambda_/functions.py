"""What Lambda refuses of functions, aliases and permissions."""

import json
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.lambda_.names import absent_alias, absent_function, absent_version
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, document
from tapstack.providers.values import Props

_FUNCTION: Final = ("aws:lambda/function:Function",)
_ALIAS: Final = ("aws:lambda/alias:Alias",)
_PERMISSION: Final = ("aws:lambda/permission:Permission",)

_RESERVED: Final = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
_ENVIRONMENT_BYTES: Final = 4096
_UNRESERVED: Final = 100


def _variables(inputs: Inputs) -> Props:
    return (inputs.get("environment") or {}).get("variables") or {}


def _reserved_variables(inputs: Inputs) -> Iterator[Words]:
    if taken := sorted(_variables(inputs).keys() & _RESERVED):
        yield {"keys": ", ".join(taken)}


def _large_environment(inputs: Inputs) -> Iterator[Words]:
    if len(json.dumps(_variables(inputs), separators=(",", ":")).encode()) > _ENVIRONMENT_BYTES:
        yield {}


def _role_not_assumable(resource: Resource) -> Iterator[Words]:
    answer = ask(resource, "iam", "get_role", RoleName=resource.inputs["role"].rpartition("/")[2])
    trusted = answer["Role"]["AssumeRolePolicyDocument"] if answer else {}
    if "lambda.amazonaws.com" not in json.dumps(trusted):
        yield {}


def _function_taken(resource: Resource) -> Iterator[Words]:
    name = resource.inputs["name"]
    if ask(resource, "lambda", "get_function", FunctionName=name) is not None:
        yield {"name": name}


def _reserves_too_much(resource: Resource) -> Iterator[Words]:
    wanted = resource.inputs.get("reservedConcurrentExecutions")
    if wanted is None or wanted < 0:
        return
    limit = resource.call("lambda", "get_account_settings", {})["AccountLimit"]["ConcurrentExecutions"]
    names = [item["FunctionName"] for item in resource.call("lambda", "list_functions", {})["Functions"]]
    reserved = sum(
        (ask(resource, "lambda", "get_function_concurrency", FunctionName=name) or {}).get(
            "ReservedConcurrentExecutions", 0
        )
        for name in names
        if name != resource.inputs["name"]
    )
    if limit - reserved - wanted < _UNRESERVED:
        yield {"least": _UNRESERVED}


def _subnet_missing(resource: Resource) -> Iterator[Words]:
    for subnet in (resource.inputs.get("vpcConfig") or {}).get("subnetIds") or []:
        if ask(resource, "ec2", "describe_subnets", SubnetIds=[subnet]) is None:
            yield {"subnet": subnet}


def _group_missing(resource: Resource) -> Iterator[Words]:
    for group in (resource.inputs.get("vpcConfig") or {}).get("securityGroupIds") or []:
        if ask(resource, "ec2", "describe_security_groups", GroupIds=[group]) is None:
            yield {"group": group}


def _groups_of_two_networks(resource: Resource) -> Iterator[Words]:
    groups = (resource.inputs.get("vpcConfig") or {}).get("securityGroupIds") or []
    if len(groups) > 1:
        found = resource.call("ec2", "describe_security_groups", {"GroupIds": groups})["SecurityGroups"]
        if len({group["VpcId"] for group in found}) > 1:
            yield {}


def _versions(resource: Resource) -> list[str]:
    weights: Props = (resource.inputs.get("routingConfig") or {}).get("additionalVersionWeights") or {}
    return [resource.inputs["functionVersion"], *weights]


def _alias_of_no_version(resource: Resource) -> Iterator[Words]:
    for version in _versions(resource):
        yield from absent_function(resource, resource.inputs["functionName"])
        yield from absent_version(resource, resource.inputs["functionName"], version)


def _alias_shares_with_itself(inputs: Inputs) -> Iterator[Words]:
    main = inputs["functionVersion"]
    if main in ((inputs.get("routingConfig") or {}).get("additionalVersionWeights") or {}):
        yield {"version": main}


def _alias_taken(resource: Resource) -> Iterator[Words]:
    found = ask(
        resource,
        "lambda",
        "get_alias",
        FunctionName=resource.inputs["functionName"],
        Name=resource.inputs["name"],
    )
    if found:
        yield {"arn": found["AliasArn"]}


def _permission_of_no_function(resource: Resource) -> Iterator[Words]:
    yield from absent_function(resource, resource.inputs["function"])


def _permission_of_no_alias(resource: Resource) -> Iterator[Words]:
    yield from absent_alias(resource, resource.inputs["function"], resource.inputs.get("qualifier"))


def _statement_taken(resource: Resource) -> Iterator[Words]:
    where = {"Qualifier": resource.inputs["qualifier"]} if resource.inputs.get("qualifier") else {}
    answer = ask(resource, "lambda", "get_policy", FunctionName=resource.inputs["function"], **where) or {}
    wanted = resource.inputs.get("statementId")
    if any(item.get("Sid") == wanted for item in (document(answer.get("Policy")) or {}).get("Statement", [])):
        yield {"sid": wanted}


RULES: Final = (
    InputRule(
        name="function-with-reserved-variables",
        types=_FUNCTION,
        operation="lambda:CreateFunction",
        code="InvalidParameterValueException",
        message="Lambda was unable to configure your environment variables because the environment variables you have "
        "provided contains reserved keys that are currently not supported for modification. Reserved keys used in this "
        "request: {keys}",
        source=DOCS + "lambda/latest/dg/configuration-envvars.html",
        check=_reserved_variables,
    ),
    InputRule(
        name="function-with-large-environment",
        types=_FUNCTION,
        operation="lambda:CreateFunction",
        code="InvalidParameterValueException",
        # AWS goes on with all that was measured, which may be secret.
        message="Lambda was unable to configure your environment variables because the environment variables you have "
        "provided exceeded the 4KB limit.",
        source=DOCS + "lambda/latest/dg/gettingstarted-limits.html",
        check=_large_environment,
    ),
    StateRule(
        name="function-with-role-of-another-service",
        types=_FUNCTION,
        operation="lambda:CreateFunction",
        code="InvalidParameterValueException",
        message="The role defined for the function cannot be assumed by Lambda.",
        source=DOCS + "lambda/latest/dg/lambda-intro-execution-role.html",
        moment=Moment.CREATE,
        check=_role_not_assumable,
    ),
    StateRule(
        name="function-name-taken",
        types=_FUNCTION,
        operation="lambda:CreateFunction",
        code="ResourceConflictException",
        message="Function already exist: {name}",
        source=DOCS + "lambda/latest/api/API_CreateFunction.html",
        moment=Moment.CREATE,
        check=_function_taken,
    ),
    StateRule(
        name="function-reserves-what-must-stay-unreserved",
        types=_FUNCTION,
        operation="lambda:PutFunctionConcurrency",
        code="InvalidParameterValueException",
        message="Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        "below its minimum value of [{least}].",
        source=DOCS + "lambda/latest/dg/configuration-concurrency.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_reserves_too_much,
    ),
    StateRule(
        name="function-in-no-subnet",
        types=_FUNCTION,
        operation="lambda:CreateFunction",
        code="InvalidParameterValueException",
        message="Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: "
        "The subnet ID '{subnet}' does not exist",
        source=DOCS + "lambda/latest/dg/configuration-vpc.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_subnet_missing,
    ),
    StateRule(
        name="function-with-no-security-group",
        types=_FUNCTION,
        operation="lambda:CreateFunction",
        code="InvalidParameterValueException",
        message="Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error "
        "Message: The security group '{group}' does not exist",
        source=DOCS + "lambda/latest/dg/configuration-vpc.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_group_missing,
    ),
    StateRule(
        name="function-with-security-groups-of-two-vpcs",
        types=_FUNCTION,
        operation="lambda:CreateFunction",
        code="InvalidParameterValueException",
        message="Security Groups are required to be in the same VPC.",
        source=DOCS + "lambda/latest/dg/configuration-vpc.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_groups_of_two_networks,
    ),
    InputRule(
        name="alias-that-shares-with-itself",
        types=_ALIAS,
        operation="lambda:CreateAlias",
        code="InvalidParameterValueException",
        message="Invalid function version {version}. Function version {version} is already included in routing "
        "configuration.",
        source=DOCS + "lambda/latest/dg/configuring-alias-routing.html",
        check=_alias_shares_with_itself,
    ),
    StateRule(
        name="alias-of-no-version",
        types=_ALIAS,
        operation="lambda:CreateAlias",
        code="ResourceNotFoundException",
        message="Function not found: {arn}",
        source=DOCS + "lambda/latest/api/API_CreateAlias.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_alias_of_no_version,
    ),
    StateRule(
        name="alias-name-taken",
        types=_ALIAS,
        operation="lambda:CreateAlias",
        code="ResourceConflictException",
        message="Alias already exists: {arn}",
        source=DOCS + "lambda/latest/api/API_CreateAlias.html",
        moment=Moment.CREATE,
        check=_alias_taken,
    ),
    StateRule(
        name="permission-of-no-function",
        types=_PERMISSION,
        operation="lambda:AddPermission",
        code="ResourceNotFoundException",
        message="Function not found: {arn}",
        source=DOCS + "lambda/latest/api/API_AddPermission.html",
        moment=Moment.CREATE,
        check=_permission_of_no_function,
    ),
    StateRule(
        name="permission-of-no-alias",
        types=_PERMISSION,
        operation="lambda:AddPermission",
        code="ResourceNotFoundException",
        message="Cannot find alias arn: {arn}",
        source=DOCS + "lambda/latest/api/API_AddPermission.html",
        moment=Moment.CREATE,
        check=_permission_of_no_alias,
    ),
    StateRule(
        name="permission-statement-taken",
        types=_PERMISSION,
        operation="lambda:AddPermission",
        code="ResourceConflictException",
        message="The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
        "existing statement.",
        source=DOCS + "lambda/latest/api/API_AddPermission.html",
        moment=Moment.CREATE,
        check=_statement_taken,
    ),
)
