"""AWS's own refusals, in AWS's own words, where the emulator lets things pass.

One more is a function that raises those words, and its row in `PRECONDITIONS`.
"""

import enum
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tapstack.providers.calls import unrecorded
from tapstack.providers.clients import ProviderError, is_gone
from tapstack.providers.crud import Resource
from tapstack.providers.values import Props

_STAGE_ARN: Final = re.compile(r"arn:[^:]+:apigateway:[^:]*::/restapis/(?P<api>[^/]+)/stages/(?P<stage>[^/]+)")


class Moment(enum.Flag):
    """When AWS looks."""

    CREATE = enum.auto()
    UPDATE = enum.auto()
    DELETE = enum.auto()


_CREATE, _UPDATE, _DELETE = Moment.CREATE, Moment.UPDATE, Moment.DELETE


@dataclass(frozen=True)
class Precondition:
    """One thing that AWS wants to be so before it makes, changes or deletes a resource.

    Attributes:
        token: the resource type.
        moment: when AWS looks.
        check: raises `ProviderError` with AWS's code and words where it is not so.
        source: where AWS says it.
    """

    token: str
    moment: Moment
    check: Callable[[Resource], None]
    source: str


def require(moment: Moment, resource: Resource) -> None:
    """Refuse what AWS would not do at this moment.

    Raises:
        ProviderError: AWS's code and message.
    """
    for precondition in PRECONDITIONS:
        if precondition.token == resource.token and moment in precondition.moment:
            with unrecorded():
                precondition.check(resource)


def _ask(resource: Resource, service: str, operation: str, **params: Any) -> Props | None:
    """Call an operation; None where what it asks for is not there."""
    try:
        return resource.call(service, operation, params)
    except ProviderError as error:
        if is_gone(error):
            return None
        raise


def _stage_exists(resource: Resource, api: str, stage: str) -> bool:
    return _ask(resource, "apigateway", "get_stage", restApiId=api, stageName=stage) is not None


def _plan_has_stages(resource: Resource) -> None:
    for item in resource.inputs.get("apiStages") or []:
        if not _stage_exists(resource, item["apiId"], item["stage"]):
            raise ProviderError(f"BadRequestException: API Stage not found: {item['apiId']}:{item['stage']}")


def _association_has_stage(resource: Resource) -> None:
    match = _STAGE_ARN.fullmatch(resource.inputs["resourceArn"])
    if match and not _stage_exists(resource, match["api"], match["stage"]):
        raise ProviderError(_NO_WAF_ITEM)
    _acl_exists(resource, resource.inputs["webAclArn"])


# AWS writes the apostrophe so.
_NO_WAF_ITEM: Final = (
    "WAFNonexistentItemException: AWS WAF couldn’t perform the operation because your resource doesn’t exist."  # noqa: RUF001
)


def _acl_exists(resource: Resource, arn: str) -> None:
    """An ARN ends in `regional/webacl/<name>/<id>`."""
    name, _, acl_id = arn.rpartition("webacl/")[2].partition("/")
    scope = "CLOUDFRONT" if ":global/" in arn else "REGIONAL"
    if not acl_id or _ask(resource, "wafv2", "get_web_acl", Name=name, Scope=scope, Id=acl_id) is None:
        raise ProviderError(_NO_WAF_ITEM)


def _acl_can_log(resource: Resource) -> None:
    for destination in resource.inputs["logDestinationConfigs"]:
        name = destination.removesuffix(":*").rpartition(":log-group:")[2].rpartition("/")[2]
        if not name.startswith("aws-waf-logs-"):
            raise ProviderError(
                "WAFInvalidParameterException: Error reason: The ARN isn't valid. A valid ARN begins with arn: and "
                "includes other information separated by colons or slashes., field: LOG_DESTINATION, "
                f"parameter: {destination} (names of log destinations begin with aws-waf-logs-)"
            )
    _acl_exists(resource, resource.inputs["resourceArn"])


def _acl_is_free(resource: Resource) -> None:
    answer = _ask(resource, "wafv2", "list_resources_for_web_acl", WebACLArn=resource.state["arn"]) or {}
    if answer.get("ResourceArns"):
        raise ProviderError(
            "WAFAssociatedItemException: AWS WAF couldn’t perform the operation because your resource is being used "  # noqa: RUF001
            "by another resource or it’s associated with another resource."  # noqa: RUF001
        )


def _deployment_has_methods(resource: Resource) -> None:
    answer = resource.call(
        "apigateway", "get_resources", {"restApiId": resource.inputs["restApi"], "embed": ["methods"], "limit": 500}
    )
    methods = [(item["id"], method) for item in answer["items"] for method in (item.get("resourceMethods") or {})]
    if not methods:
        raise ProviderError("BadRequestException: The REST API doesn't contain any methods")
    for resource_id, method in methods:
        params = {"restApiId": resource.inputs["restApi"], "resourceId": resource_id, "httpMethod": method}
        if _ask(resource, "apigateway", "get_integration", **params) is None:
            raise ProviderError("BadRequestException: No integration defined for method")


def _stage_can_be(resource: Resource) -> None:
    api, deployment = resource.inputs["restApi"], resource.inputs["deployment"]
    if _ask(resource, "apigateway", "get_deployment", restApiId=api, deploymentId=deployment) is None:
        raise ProviderError("NotFoundException: Invalid Deployment identifier specified")
    if resource.inputs.get("accessLogSettings") and not _account_role(resource):
        raise ProviderError(_NO_LOGS_ROLE)


_NO_LOGS_ROLE: Final = "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging"


def _account_role(resource: Resource) -> str | None:
    return resource.call("apigateway", "get_account", {}).get("cloudwatchRoleArn")


def _settings_can_log(resource: Resource) -> None:
    level = (resource.inputs.get("settings") or {}).get("loggingLevel", "OFF")
    if level != "OFF" and not _account_role(resource):
        raise ProviderError(_NO_LOGS_ROLE)


def _stage_is_free(resource: Resource) -> None:
    api, stage = resource.state["restApi"], resource.state["stageName"]
    for plan in resource.call("apigateway", "get_usage_plans", {"limit": 500})["items"]:
        if any((item["apiId"], item["stage"]) == (api, stage) for item in plan.get("apiStages") or []):
            raise ProviderError(
                f"BadRequestException: Cannot delete stage '{stage}' because it is associated with one or more usage "
                f"plans: {plan['id']}"
            )


def _deployment_is_free(resource: Resource) -> None:
    answer = _ask(resource, "apigateway", "get_stages", restApiId=resource.state["restApi"]) or {"item": []}
    if any(stage.get("deploymentId") == resource.id for stage in answer["item"]):
        raise ProviderError("BadRequestException: Active stages pointing to this deployment must be moved or deleted")


def _api_is_free(resource: Resource) -> None:
    for plan in resource.call("apigateway", "get_usage_plans", {"limit": 500})["items"]:
        stages = [item["stage"] for item in plan.get("apiStages") or [] if item["apiId"] == resource.id]
        if stages:
            raise ProviderError(
                f"BadRequestException: Cannot delete API '{resource.id}' because its stage '{stages[0]}' is associated "
                f"with usage plan {plan['id']}"
            )


def _function_exists(resource: Resource, name: str, qualifier: str | None = None) -> None:
    """Take a name, a partial or a full ARN, each with or without the qualifier."""
    parts = name.rpartition(":function:")[2].split(":")
    qualifier = qualifier or (parts[1] if len(parts) > 1 else None)
    arn = f"arn:aws:lambda:{resource.region}:{resource.clients.account}:function:{parts[0]}"
    if _ask(resource, "lambda", "get_function", FunctionName=parts[0]) is None:
        raise ProviderError(f"ResourceNotFoundException: Function not found: {arn}")
    if qualifier and _ask(resource, "lambda", "get_function", FunctionName=parts[0], Qualifier=qualifier) is None:
        if qualifier.isdigit():
            raise ProviderError(f"ResourceNotFoundException: Function not found: {arn}:{qualifier}")
        raise ProviderError(f"ResourceNotFoundException: Cannot find alias arn: {arn}:{qualifier}")


def _alias_has_versions(resource: Resource) -> None:
    main = resource.inputs["functionVersion"]
    weights: Props = (resource.inputs.get("routingConfig") or {}).get("additionalVersionWeights") or {}
    for version in (main, *weights):
        _function_exists(resource, resource.inputs["functionName"], version)
    if main in weights:
        raise ProviderError(
            f"InvalidParameterValueException: Invalid function version {main}. Function version {main} is already "
            "included in routing configuration."
        )


def _permission_has_function(resource: Resource) -> None:
    _function_exists(resource, resource.inputs["function"], resource.inputs.get("qualifier"))


def _mapping_has_both_ends(resource: Resource) -> None:
    source = resource.inputs.get("eventSourceArn") or ""
    service, name = (source.split(":", 5) + [""] * 6)[2], source.rpartition(":")[2]
    if service == "sqs" and _ask(resource, "sqs", "get_queue_url", QueueName=name) is None:
        raise ProviderError(
            "InvalidParameterValueException: Error occurred while ReceiveMessage. SQS Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."
        )
    if service == "dynamodb":
        table = source.partition(":table/")[2].partition("/")[0]
        answer = _ask(resource, "dynamodb", "describe_table", TableName=table) or {"Table": {}}
        if answer["Table"].get("LatestStreamArn") != source:
            raise ProviderError(f"InvalidParameterValueException: Stream not found: {source}")
    _function_exists(resource, resource.inputs["functionName"])


def _function_has_role(resource: Resource) -> None:
    role = resource.inputs["role"].rpartition("/")[2]
    answer = _ask(resource, "iam", "get_role", RoleName=role)
    document = answer["Role"]["AssumeRolePolicyDocument"] if answer else {}
    if "lambda.amazonaws.com" not in json.dumps(document):
        raise ProviderError(
            "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda."
        )


def _role_is_free(resource: Resource) -> None:
    if _ask(resource, "iam", "get_role", RoleName=resource.id) is None:
        return
    attached = resource.call("iam", "list_attached_role_policies", {"RoleName": resource.id})["AttachedPolicies"]
    if attached and not resource.state.get("forceDetachPolicies"):
        raise ProviderError("DeleteConflict: Cannot delete entity, must detach all policies first.")
    if resource.call("iam", "list_role_policies", {"RoleName": resource.id})["PolicyNames"]:
        raise ProviderError("DeleteConflict: Cannot delete entity, must delete policies first.")
    # Stricter than AWS, which deletes such a role and leaves a function that fails at its next start.
    for function in resource.call("lambda", "list_functions", {})["Functions"]:
        if function.get("Role") == resource.state.get("arn"):
            raise ProviderError(
                f"DeleteConflict: Cannot delete entity, function {function['FunctionName']} still runs with it."
            )


_POLICY_SIZE: Final = 6144
_POLICIES_PER_ROLE: Final = 10


def _policy_fits(resource: Resource) -> None:
    # AWS counts no white space.
    if len(re.sub(r"\s", "", resource.inputs["policy"])) > _POLICY_SIZE:
        raise ProviderError(f"LimitExceeded: Cannot exceed quota for PolicySize: {_POLICY_SIZE}")


def _policy_is_free(resource: Resource) -> None:
    """Ask for roles that have it as their boundary too, which the emulator does not count as attached."""
    found = _ask(resource, "iam", "list_entities_for_policy", PolicyArn=resource.id) or {}
    if found.get("PolicyRoles") or found.get("PolicyUsers") or found.get("PolicyGroups"):
        raise ProviderError("DeleteConflict: Cannot delete a policy attached to entities.")


def _role_has_room(resource: Resource) -> None:
    role = resource.inputs["role"]
    attached = _ask(resource, "iam", "list_attached_role_policies", RoleName=role) or {"AttachedPolicies": []}
    if len(attached["AttachedPolicies"]) >= _POLICIES_PER_ROLE:
        raise ProviderError(f"LimitExceeded: Cannot exceed quota for PoliciesPerRole: {_POLICIES_PER_ROLE}")


def _vpc_is_free(resource: Resource) -> None:
    inside: Props = {"Filters": [{"Name": "vpc-id", "Values": [resource.id]}]}
    groups = resource.call("ec2", "describe_security_groups", inside)["SecurityGroups"]
    attached: Props = {"Filters": [{"Name": "attachment.vpc-id", "Values": [resource.id]}]}
    gateways = resource.call("ec2", "describe_internet_gateways", attached)["InternetGateways"]
    if (
        resource.call("ec2", "describe_subnets", inside)["Subnets"]
        or any(group["GroupName"] != "default" for group in groups)
        or any(item.get("VpcId") == resource.id for gateway in gateways for item in gateway.get("Attachments") or [])
    ):
        raise ProviderError(_in_use("vpc", resource))


def _subnet_is_free(resource: Resource) -> None:
    if _endpoint_in(resource) or _gateway_in(resource) or _function_with(resource, "SubnetIds"):
        raise ProviderError(_in_use("subnet", resource))


def _group_is_free(resource: Resource) -> None:
    # The emulator does not tell which groups an endpoint has.
    rules = resource.call("ec2", "describe_security_group_rules", {})["SecurityGroupRules"]
    named = any(
        (rule.get("ReferencedGroupInfo") or {}).get("GroupId") == resource.id and rule["GroupId"] != resource.id
        for rule in rules
    )
    if named or _function_with(resource, "SecurityGroupIds"):
        raise ProviderError(f"DependencyViolation: resource {resource.id} has a dependent object")


def _in_use(kind: str, resource: Resource) -> str:
    return f"DependencyViolation: The {kind} '{resource.id}' has dependencies and cannot be deleted."


def _endpoint_in(resource: Resource) -> bool:
    endpoints = resource.call("ec2", "describe_vpc_endpoints", {})["VpcEndpoints"]
    return any(resource.id in (item.get("SubnetIds") or []) for item in endpoints if item["State"] not in _GOING)


def _gateway_in(resource: Resource) -> bool:
    gateways = resource.call("ec2", "describe_nat_gateways", {})["NatGateways"]
    return any(item["SubnetId"] == resource.id for item in gateways if item["State"] not in _GOING)


def _function_with(resource: Resource, member: str) -> bool:
    functions = resource.call("lambda", "list_functions", {})["Functions"]
    return any(resource.id in ((function.get("VpcConfig") or {}).get(member) or []) for function in functions)


_GOING: Final = frozenset({"deleted", "deleting"})


def _table_is_unprotected(resource: Resource) -> None:
    answer = _ask(resource, "dynamodb", "describe_table", TableName=resource.id)
    if answer and answer["Table"].get("DeletionProtectionEnabled"):
        raise ProviderError(
            "ValidationException: Resource cannot be deleted as it is currently protected against deletion. "
            "Disable deletion protection first."
        )


def _queue_of(resource: Resource) -> str | None:
    """Name the queue that a mapping reads from; None where it reads from something else."""
    source = str(resource.inputs.get("eventSourceArn") or resource.state.get("eventSourceArn") or "")
    return source.rpartition(":")[2] if source.split(":", 3)[2:3] == ["sqs"] else None


def _function_of(resource: Resource) -> str:
    """Name the function of a mapping, which may be given by an ARN, with or without a qualifier."""
    name = str(resource.inputs["functionName"])
    return (name.rpartition(":function:")[2] or name).partition(":")[0]


def _queue_outlasts_function(resource: Resource) -> None:
    """Lambda looks when the mapping is made or changed, and not when either time changes afterwards."""
    if not (queue := _queue_of(resource)):
        return
    url = _ask(resource, "sqs", "get_queue_url", QueueName=queue) or {}
    function = _ask(resource, "lambda", "get_function_configuration", FunctionName=_function_of(resource)) or {}
    if not url or not function:
        return
    params = {"QueueUrl": url["QueueUrl"], "AttributeNames": ["VisibilityTimeout"]}
    visible = int(resource.call("sqs", "get_queue_attributes", params)["Attributes"]["VisibilityTimeout"])
    if visible < function["Timeout"]:
        raise ProviderError(
            f"InvalidParameterValueException: Queue visibility timeout: {visible} seconds is less than "
            f"Function timeout: {function['Timeout']} seconds"
        )


def _mapping_is_the_only_one(resource: Resource) -> None:
    if not _queue_of(resource):
        return
    source, function = resource.inputs["eventSourceArn"], _function_of(resource)
    wanted = resource.inputs["functionName"]
    answer = resource.call("lambda", "list_event_source_mappings", {"EventSourceArn": source, "FunctionName": wanted})
    for mapping in answer["EventSourceMappings"]:
        if mapping["EventSourceArn"] == source and mapping["State"] != "Deleting":
            raise ProviderError(
                f'ResourceConflictException: An event source mapping with SQS arn (" {source} ") and function '
                f'(" {function} ") already exists. Please update or delete the existing mapping with UUID '
                f"{mapping['UUID']}"
            )


_DOCS: Final = "https://docs.aws.amazon.com/"

PRECONDITIONS: Final = (
    Precondition(
        "aws:apigateway/deployment:Deployment",
        _CREATE,
        _deployment_has_methods,
        _DOCS + "apigateway/latest/developerguide/how-to-deploy-api.html",
    ),
    Precondition(
        "aws:apigateway/methodSettings:MethodSettings",
        _CREATE | _UPDATE,
        _settings_can_log,
        _DOCS + "apigateway/latest/developerguide/set-up-logging.html",
    ),
    Precondition(
        "aws:apigateway/stage:Stage",
        _CREATE | _UPDATE,
        _stage_can_be,
        _DOCS + "apigateway/latest/developerguide/set-up-logging.html",
    ),
    Precondition(
        "aws:apigateway/usagePlan:UsagePlan",
        _CREATE | _UPDATE,
        _plan_has_stages,
        _DOCS + "apigateway/latest/developerguide/api-gateway-create-usage-plans.html",
    ),
    Precondition(
        "aws:apigateway/deployment:Deployment",
        _DELETE,
        _deployment_is_free,
        _DOCS + "apigateway/latest/api/API_DeleteDeployment.html",
    ),
    Precondition(
        "aws:apigateway/restApi:RestApi", _DELETE, _api_is_free, _DOCS + "apigateway/latest/api/API_DeleteRestApi.html"
    ),
    Precondition(
        "aws:apigateway/stage:Stage", _DELETE, _stage_is_free, _DOCS + "apigateway/latest/api/API_DeleteStage.html"
    ),
    Precondition(
        "aws:dynamodb/table:Table",
        _DELETE,
        _table_is_unprotected,
        _DOCS + "amazondynamodb/latest/APIReference/API_DeleteTable.html",
    ),
    Precondition(
        "aws:ec2/securityGroup:SecurityGroup",
        _DELETE,
        _group_is_free,
        _DOCS + "AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html",
    ),
    Precondition(
        "aws:ec2/subnet:Subnet", _DELETE, _subnet_is_free, _DOCS + "AWSEC2/latest/APIReference/API_DeleteSubnet.html"
    ),
    Precondition("aws:ec2/vpc:Vpc", _DELETE, _vpc_is_free, _DOCS + "AWSEC2/latest/APIReference/API_DeleteVpc.html"),
    Precondition(
        "aws:iam/policy:Policy",
        _CREATE | _UPDATE,
        _policy_fits,
        _DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Precondition(
        "aws:iam/policy:Policy", _DELETE, _policy_is_free, _DOCS + "IAM/latest/APIReference/API_DeletePolicy.html"
    ),
    Precondition("aws:iam/role:Role", _DELETE, _role_is_free, _DOCS + "IAM/latest/APIReference/API_DeleteRole.html"),
    Precondition(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        _CREATE,
        _role_has_room,
        _DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Precondition(
        "aws:lambda/alias:Alias",
        _CREATE | _UPDATE,
        _alias_has_versions,
        _DOCS + "lambda/latest/api/API_CreateAlias.html",
    ),
    Precondition(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        _CREATE,
        _mapping_has_both_ends,
        _DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
    ),
    Precondition(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        _CREATE,
        _mapping_is_the_only_one,
        _DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
    ),
    Precondition(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        _CREATE | _UPDATE,
        _queue_outlasts_function,
        _DOCS + "lambda/latest/dg/services-sqs-configure.html",
    ),
    Precondition(
        "aws:lambda/function:Function", _CREATE, _function_has_role, _DOCS + "lambda/latest/api/API_CreateFunction.html"
    ),
    Precondition(
        "aws:lambda/permission:Permission",
        _CREATE,
        _permission_has_function,
        _DOCS + "lambda/latest/api/API_AddPermission.html",
    ),
    Precondition(
        "aws:wafv2/webAcl:WebAcl", _DELETE, _acl_is_free, _DOCS + "waf/latest/APIReference/API_DeleteWebACL.html"
    ),
    Precondition(
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        _CREATE,
        _association_has_stage,
        _DOCS + "waf/latest/APIReference/API_AssociateWebACL.html",
    ),
    Precondition(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        _CREATE | _UPDATE,
        _acl_can_log,
        _DOCS + "waf/latest/APIReference/API_PutLoggingConfiguration.html",
    ),
)
"""Where two are of one type, the first that does not hold is told."""
