"""Functions with their versions and aliases, event source mappings, permissions."""

import json
from pathlib import Path
from typing import Any, Final

from tapstack.providers.blobs import zip_bytes
from tapstack.providers.table import Call, Look, Row, Scope, Tagging
from tapstack.providers.values import Props

_CODE: Final = ("architectures", "code", "imageUri", "s3Bucket", "s3Key", "s3ObjectVersion", "sourceCodeHash")
_CONFIGURATION: Final = (
    "deadLetterConfig",
    "description",
    "environment",
    "ephemeralStorage",
    "fileSystemConfig",
    "handler",
    "imageConfig",
    "kmsKeyArn",
    "layers",
    "loggingConfig",
    "memorySize",
    "role",
    "runtime",
    "snapStart",
    "timeout",
    "tracingConfig",
    "vpcConfig",
)
_INVOKE: Final = "arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions"


def _code(scope: Scope) -> Props:
    if scope.inputs.get("s3Bucket"):
        given = {"S3Bucket": "s3Bucket", "S3Key": "s3Key", "S3ObjectVersion": "s3ObjectVersion"}
        return {member: scope.inputs[key] for member, key in given.items() if scope.inputs.get(key)}
    if scope.inputs.get("imageUri"):
        return {"ImageUri": scope.inputs["imageUri"]}
    return {"ZipFile": zip_bytes(scope.inputs.get("code"), Path(scope["folder"]))}


def _set_concurrency(scope: Scope) -> Props:
    reserved = scope.inputs.get("reservedConcurrentExecutions", -1)
    if reserved < 0:
        return (
            scope.call("lambda", "delete_function_concurrency", {"FunctionName": scope["id"]}) if scope.changed else {}
        )
    params = {"FunctionName": scope["id"], "ReservedConcurrentExecutions": reserved}
    return scope.call("lambda", "put_function_concurrency", params)


def _update_code(scope: Scope) -> Props:
    architectures = {"Architectures": scope.inputs["architectures"]} if scope.inputs.get("architectures") else {}
    return scope.call("lambda", "update_function_code", {"FunctionName": scope["id"], **_code(scope), **architectures})


def _publish(scope: Scope) -> Props:
    """Publish what has changed; a change of tags or concurrency alone makes no version."""
    if not scope.inputs.get("publish"):
        return {}
    return scope.call("lambda", "publish_version", {"FunctionName": scope["id"]})


def _newest_version(scope: Scope) -> Props:
    """Find the version to show: the newest published one where the function publishes, else `$LATEST`."""
    number = "$LATEST"
    if scope["publish"]:
        marker: str | None = ""
        published = []
        while marker is not None:
            params = {"FunctionName": scope["id"], **({"Marker": marker} if marker else {})}
            answer = scope.call("lambda", "list_versions_by_function", params)
            published += [item["Version"] for item in answer["Versions"] if item["Version"].isdigit()]
            marker = answer.get("NextMarker") or None
        number = max(published, key=int, default=number)
    return {"version": number}


def _statement(scope: Scope) -> Props | None:
    """Find the statement in the function's policy, and say it in the words of the inputs."""
    qualifier = {"Qualifier": scope["qualifier"]} if scope["qualifier"] else {}
    answer = scope.call("lambda", "get_policy", {"FunctionName": scope["function"], **qualifier})
    statements = json.loads(answer["Policy"])["Statement"]
    found = next((item for item in statements if item.get("Sid") == scope["statementId"]), None)
    if found is None:
        return None
    principal: Any = found["Principal"]
    conditions = {key: value for pairs in (found.get("Condition") or {}).values() for key, value in pairs.items()}
    values = {
        "action": found["Action"],
        "principal": principal if isinstance(principal, str) else next(iter(principal.values())),
        "sourceAccount": conditions.get("AWS:SourceAccount"),
        "sourceArn": conditions.get("AWS:SourceArn"),
        "statementId": found["Sid"],
    }
    return {key: value for key, value in values.items() if value is not None}


ROWS: Final = {
    "aws:lambda/function:Function": Row(
        service="lambda",
        create=Call(operation="create_function", params={"Code": _code}, auto=True, also=_CODE),
        id="@FunctionName",
        settle=(Call(run=_set_concurrency, on=("reservedConcurrentExecutions",)),),
        read=(
            Look(
                operation="get_function",
                params={"FunctionName": "$id"},
                pick="Configuration",
                take={
                    "arn": "FunctionArn",
                    "name": "FunctionName",
                    # What AWS adds to them can be read, and is no input.
                    "snapStart": "SnapStart.{ApplyOn: ApplyOn}",
                    "vpcConfig": "VpcConfig.{SubnetIds: SubnetIds, SecurityGroupIds: SecurityGroupIds}",
                    "sourceCodeSize": "CodeSize",
                    # The latter two speak of `$LATEST`; `_newest_version` knows better.
                    "version": "`null`",
                    "qualifiedArn": "`null`",
                },
            ),
            Look(
                operation="get_function",
                params={"FunctionName": "$id"},
                pick="Concurrency",
                take={"reservedConcurrentExecutions": "ReservedConcurrentExecutions"},
                auto=False,
            ),
            Look(run=_newest_version),
        ),
        update=(
            Call(
                operation="update_function_configuration",
                params={"FunctionName": "$id"},
                auto=_CONFIGURATION,
                on=_CONFIGURATION,
            ),
            Call(run=_update_code, on=_CODE),
            Call(run=_publish, on=(*_CODE, *_CONFIGURATION, "publish")),
        ),
        delete=(Call(operation="delete_function", params={"FunctionName": "$id"}),),
        outputs={
            "invokeArn": f"{_INVOKE}/${{arn}}/invocations",
            "qualifiedArn": "${arn}:${version}",
            "qualifiedInvokeArn": f"{_INVOKE}/${{arn}}:${{version}}/invocations",
        },
        names={"name": "FunctionName"},
        defaults={"memorySize": 128, "packageType": "Zip", "publish": False, "skipDestroy": False, "timeout": 3}
        | {"reservedConcurrentExecutions": -1},
        blank={
            "deadLetterConfig": {"targetArn": ""},
            "description": "",
            "environment": {"variables": {}},
            "kmsKeyArn": "",
            "layers": [],
            "snapStart": {"applyOn": "None"},
            "tracingConfig": {"mode": "PassThrough"},
            "vpcConfig": {"subnetIds": [], "securityGroupIds": []},
        },
        replace_on=("name", "packageType"),
        auto_name="name",
        name_limit=64,
        recompute=dict.fromkeys(
            ("lastModified", "qualifiedArn", "qualifiedInvokeArn", "version"), (*_CODE, *_CONFIGURATION)
        ),
        ordered=("layers",),
        state_only=("skipDestroy", "sourceCodeHash"),
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"Resource": "$arn"},
            read=Look(operation="list_tags", params={"Resource": "$arn"}, take={"tags": "Tags"}, auto=False),
        ),
    ),
    "aws:lambda/alias:Alias": Row(
        service="lambda",
        create=Call(operation="create_alias", auto=True),
        id="@AliasArn",
        read=(
            Look(
                operation="get_alias",
                params={"FunctionName": "$functionName", "Name": "$name"},
                take={"id": "AliasArn"},
            ),
        ),
        update=(
            Call(
                operation="update_alias",
                params={"FunctionName": "$functionName", "Name": "$name"},
                auto=("description", "functionVersion", "routingConfig"),
            ),
        ),
        delete=(Call(operation="delete_alias", params={"FunctionName": "$functionName", "Name": "$name"}),),
        outputs={"invokeArn": f"{_INVOKE}/${{arn}}/invocations"},
        names={"arn": "AliasArn"},
        blank={"description": "", "routingConfig": {"additionalVersionWeights": {}}},
        replace_on=("functionName", "name"),
        auto_name="name",
        import_id="(?P<functionName>[^/]+)/(?P<name>.+)",
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Row(
        service="lambda",
        create=Call(operation="create_event_source_mapping", auto=True),
        id="@UUID",
        read=(
            Look(
                operation="get_event_source_mapping",
                params={"UUID": "$id"},
                take={
                    "functionName": "FunctionArn",
                    "enabled": "State == 'Enabled' || State == 'Enabling' || State == 'Creating'",
                },
            ),
        ),
        update=(Call(operation="update_event_source_mapping", params={"UUID": "$id"}, auto=True),),
        delete=(Call(operation="delete_event_source_mapping", params={"UUID": "$id"}),),
        outputs={"arn": "arn:aws:lambda:${region}:${account}:event-source-mapping:${id}"},
        names={"destinationArn": "Destination", "arn": "EventSourceMappingArn"},
        defaults={"enabled": True},
        blank={"filterCriteria": {"filters": []}, "functionResponseTypes": []},
        replace_on=("eventSourceArn", "startingPosition", "startingPositionTimestamp"),
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"Resource": "$arn"},
            read=Look(operation="list_tags", params={"Resource": "$arn"}, take={"tags": "Tags"}, auto=False),
        ),
    ),
    "aws:lambda/permission:Permission": Row(
        service="lambda",
        create=Call(operation="add_permission", auto=True),
        id="$statementId",
        read=(Look(run=_statement),),
        delete=(
            Call(
                operation="remove_permission",
                params={"FunctionName": "$function", "Qualifier": "$qualifier", "StatementId": "$statementId"},
            ),
        ),
        names={"function": "FunctionName", "principalOrgId": "PrincipalOrgID"},
        replace_on=(
            "action",
            "eventSourceToken",
            "function",
            "functionUrlAuthType",
            "principal",
            "principalOrgId",
            "qualifier",
            "sourceAccount",
            "sourceArn",
            "statementId",
        ),
        auto_name="statementId",
        import_id=r"(?P<function>[^/:]+)(?::(?P<qualifier>[^/]+))?/(?P<statementId>.+)",
    ),
}
