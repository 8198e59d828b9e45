"""What Lambda refuses and the emulator does not, in its own words."""

import json
from typing import Any, Final

from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import Resource
from tapstack.providers.rules.precondition import DOCS, Moment, Precondition, ask


def _function_exists(resource: Resource, name: str, qualifier: str | None = None) -> None:
    """Take a name, a partial or a full ARN, each with or without the qualifier."""
    parts = name.rpartition(":function:")[2].split(":")
    qualifier = qualifier or (parts[1] if len(parts) > 1 else None)
    arn = f"arn:aws:lambda:{resource.region}:{resource.clients.account}:function:{parts[0]}"
    if ask(resource, "lambda", "get_function", FunctionName=parts[0]) is None:
        raise ProviderError(f"ResourceNotFoundException: Function not found: {arn}")
    if qualifier and ask(resource, "lambda", "get_function", FunctionName=parts[0], Qualifier=qualifier) is None:
        if qualifier.isdigit():
            raise ProviderError(f"ResourceNotFoundException: Function not found: {arn}:{qualifier}")
        raise ProviderError(f"ResourceNotFoundException: Cannot find alias arn: {arn}:{qualifier}")


def _alias_has_versions(resource: Resource) -> None:
    main = resource.inputs["functionVersion"]
    weights: dict[str, Any] = (resource.inputs.get("routingConfig") or {}).get("additionalVersionWeights") or {}
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
    if service == "sqs" and ask(resource, "sqs", "get_queue_url", QueueName=name) is None:
        raise ProviderError(
            "InvalidParameterValueException: Error occurred while ReceiveMessage. SQS Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."
        )
    if service == "dynamodb":
        table = source.partition(":table/")[2].partition("/")[0]
        answer = ask(resource, "dynamodb", "describe_table", TableName=table) or {"Table": {}}
        if answer["Table"].get("LatestStreamArn") != source:
            raise ProviderError(f"InvalidParameterValueException: Stream not found: {source}")
    _function_exists(resource, resource.inputs["functionName"])


def _function_has_role(resource: Resource) -> None:
    role = resource.inputs["role"].rpartition("/")[2]
    answer = ask(resource, "iam", "get_role", RoleName=role)
    document = answer["Role"]["AssumeRolePolicyDocument"] if answer else {}
    if "lambda.amazonaws.com" not in json.dumps(document):
        raise ProviderError(
            "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda."
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
    url = ask(resource, "sqs", "get_queue_url", QueueName=queue) or {}
    function = ask(resource, "lambda", "get_function_configuration", FunctionName=_function_of(resource)) or {}
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


PRECONDITIONS: Final = (
    Precondition(
        "aws:lambda/alias:Alias",
        Moment.CREATE | Moment.UPDATE,
        _alias_has_versions,
        DOCS + "lambda/latest/api/API_CreateAlias.html",
    ),
    Precondition(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        Moment.CREATE,
        _mapping_has_both_ends,
        DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
    ),
    Precondition(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        Moment.CREATE,
        _mapping_is_the_only_one,
        DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
    ),
    Precondition(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        Moment.CREATE | Moment.UPDATE,
        _queue_outlasts_function,
        DOCS + "lambda/latest/dg/services-sqs-configure.html",
    ),
    Precondition(
        "aws:lambda/function:Function",
        Moment.CREATE,
        _function_has_role,
        DOCS + "lambda/latest/api/API_CreateFunction.html",
    ),
    Precondition(
        "aws:lambda/permission:Permission",
        Moment.CREATE,
        _permission_has_function,
        DOCS + "lambda/latest/api/API_AddPermission.html",
    ),
)
