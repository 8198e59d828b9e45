"""What serves a REST API: stage, its settings, keys and usage plans, and the account's role for logs."""

from typing import Any, Final

from tapstack.providers.patches import patch_operations
from tapstack.providers.table import Call, Look, Row, Scope
from tapstack.providers.tables.apigateway.api import NAMES, TAGS, tag
from tapstack.providers.values import Props

_KEY_ARN: Final = "arn:aws:apigateway:${region}::/apikeys/${id}"
_PLAN_ARN: Final = "arn:aws:apigateway:${region}::/usageplans/${id}"
_STAGE_ARN: Final = "arn:aws:apigateway:${region}::/restapis/${restApi}/stages/${stageName}"
_STAGE: Final = {"restApiId": "$restApi", "stageName": "$stageName"}
_METHOD_SETTINGS: Final = {
    "cacheDataEncrypted": "caching/dataEncrypted",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cachingEnabled": "caching/enabled",
    "dataTraceEnabled": "logging/dataTrace",
    "loggingLevel": "logging/loglevel",
    "metricsEnabled": "metrics/enabled",
    "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
    "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
}


def _update_stage(scope: Scope, operations: list[dict[str, str]]) -> Props:
    params = {"restApiId": scope["restApi"], "stageName": scope["stageName"], "patchOperations": operations}
    return scope.call("apigateway", "update_stage", params) if operations else {}


def _put_settings(scope: Scope) -> Props:
    paths = {f"settings.{key}": f"/{scope['methodPath']}/{path}" for key, path in _METHOD_SETTINGS.items()}
    operations = patch_operations(paths, ["settings"], scope.state, scope.inputs)
    return _update_stage(scope, [{**operation, "op": "replace"} for operation in operations if "value" in operation])


def _read_settings(scope: Scope) -> Props | None:
    stage = scope.call("apigateway", "get_stage", {"restApiId": scope["restApi"], "stageName": scope["stageName"]})
    found = (stage.get("methodSettings") or {}).get(scope["methodPath"])
    if found is None:
        return None
    return {"settings": {key: found[key] for key in _METHOD_SETTINGS if key in found}}


def _remove_settings(scope: Scope) -> Props:
    return _update_stage(scope, [{"op": "remove", "path": f"/{scope['methodPath']}"}])


def _set_role(scope: Scope) -> Props:
    return _patch_account(scope.call, scope.inputs.get("cloudwatchRoleArn") or "")


def _reset_role(scope: Scope) -> Props:
    return _patch_account(scope.call, "")


def _patch_account(call: Any, arn: str) -> Props:
    operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}
    answer: Props = call("apigateway", "update_account", {"patchOperations": [operation]})
    return answer


def _stages_of(props: Props) -> set[str]:
    return {f"{item['apiId']}:{item['stage']}" for item in props.get("apiStages") or []}


def _move_stages(scope: Scope, wanted: set[str]) -> None:
    before = _stages_of(scope.state)
    operations = [
        *({"op": "remove", "path": "/apiStages", "value": stage} for stage in sorted(before - wanted)),
        *({"op": "add", "path": "/apiStages", "value": stage} for stage in sorted(wanted - before)),
    ]
    if operations:
        params = {"usagePlanId": scope["id"], "patchOperations": operations}
        scope.call("apigateway", "update_usage_plan", params)


ROWS: Final = {
    "aws:apigateway/stage:Stage": Row(
        service="apigateway",
        create=Call(
            operation="create_stage",
            auto=(
                "cacheClusterEnabled",
                "cacheClusterSize",
                "deployment",
                "description",
                "documentationVersion",
                "restApi",
                "stageName",
                "tags",
                "variables",
                "xrayTracingEnabled",
            ),
        ),
        id="ags-${restApi}-${stageName}",
        settle=(
            Call(
                operation="update_stage",
                params=_STAGE,
                patch={
                    "accessLogSettings.destinationArn": "/accessLogSettings/destinationArn",
                    "accessLogSettings.format": "/accessLogSettings/format",
                },
            ),
            tag(_STAGE_ARN),
        ),
        read=(Look(operation="get_stage", params=_STAGE),),
        update=(
            Call(
                operation="update_stage",
                params=_STAGE,
                patch={
                    "cacheClusterEnabled": "/cacheClusterEnabled",
                    "cacheClusterSize": "/cacheClusterSize",
                    "deployment": "/deploymentId",
                    "description": "/description",
                    "documentationVersion": "/documentationVersion",
                    "variables": "/variables",
                    "xrayTracingEnabled": "/tracingEnabled",
                },
            ),
        ),
        delete=(Call(operation="delete_stage", params=_STAGE),),
        outputs={
            "arn": _STAGE_ARN,
            "executionArn": "arn:aws:execute-api:${region}:${account}:${restApi}/${stageName}",
            # Not AWS's address but the emulator's: the API answers there.
            "invokeUrl": "${emulator}/restapis/${restApi}/${stageName}/_user_request_",
        },
        names={**NAMES, "xrayTracingEnabled": "tracingEnabled"},
        replace_on=("restApi", "stageName"),
        import_id="(?P<restApi>[^/]+)/(?P<stageName>.+)",
        tagging=TAGS,
    ),
    "aws:apigateway/methodSettings:MethodSettings": Row(
        service="apigateway",
        create=Call(run=_put_settings, on=("methodPath", "restApi", "settings", "stageName")),
        id="${restApi}-${stageName}-${methodPath}",
        read=(Look(run=_read_settings),),
        update=(Call(run=_put_settings, on=("settings",)),),
        delete=(Call(run=_remove_settings),),
        replace_on=("methodPath", "restApi", "stageName"),
        import_id="(?P<restApi>[^/]+)/(?P<stageName>[^/]+)/(?P<methodPath>.+)",
    ),
    "aws:apigateway/account:Account": Row(
        service="apigateway",
        create=Call(run=_set_role, on=("cloudwatchRoleArn",)),
        id="api-gateway-account",
        read=(Look(operation="get_account"),),
        update=(Call(run=_set_role, on=("cloudwatchRoleArn",)),),
        delete=(Call(run=_reset_role),),
    ),
    "aws:apigateway/apiKey:ApiKey": Row(
        service="apigateway",
        create=Call(operation="create_api_key", auto=("customerId", "description", "enabled", "name", "tags", "value")),
        id="@id",
        settle=(tag(_KEY_ARN),),
        read=(Look(operation="get_api_key", params={"apiKey": "$id", "includeValue": True}),),
        update=(
            Call(
                operation="update_api_key",
                params={"apiKey": "$id"},
                patch={
                    "customerId": "/customerId",
                    "description": "/description",
                    "enabled": "/enabled",
                    "name": "/name",
                },
            ),
        ),
        delete=(Call(operation="delete_api_key", params={"apiKey": "$id"}),),
        outputs={"arn": _KEY_ARN},
        defaults={"description": "Managed by Pulumi", "enabled": True},
        replace_on=("value",),
        auto_name="name",
        secrets=("value",),
        tagging=TAGS,
    ),
    "aws:apigateway/usagePlan:UsagePlan": Row(
        service="apigateway",
        create=Call(
            operation="create_usage_plan",
            auto=("apiStages", "description", "name", "quotaSettings", "tags", "throttleSettings"),
        ),
        id="@id",
        settle=(tag(_PLAN_ARN),),
        read=(Look(operation="get_usage_plan", params={"usagePlanId": "$id"}),),
        update=(
            Call(run=lambda scope: _move_stages(scope, _stages_of(scope.inputs)), on=("apiStages",)),
            Call(
                operation="update_usage_plan",
                params={"usagePlanId": "$id"},
                patch={
                    "description": "/description",
                    "name": "/name",
                    "productCode": "/productCode",
                    "quotaSettings": "/quota",
                    "throttleSettings": "/throttle",
                },
            ),
        ),
        # As the real provider does: AWS deletes no plan that still has stages.
        delete=(
            Call(run=lambda scope: _move_stages(scope, set())),
            Call(operation="delete_usage_plan", params={"usagePlanId": "$id"}),
        ),
        outputs={"arn": _PLAN_ARN},
        names={"quotaSettings": "quota", "throttleSettings": "throttle"},
        auto_name="name",
        tagging=TAGS,
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": Row(
        service="apigateway",
        create=Call(operation="create_usage_plan_key", auto=True),
        id="$keyId",
        read=(
            Look(
                operation="get_usage_plan_key",
                params={"usagePlanId": "$usagePlanId", "keyId": "$keyId"},
                take={"keyType": "type", "keyId": "id"},
            ),
        ),
        delete=(Call(operation="delete_usage_plan_key", params={"usagePlanId": "$usagePlanId", "keyId": "$keyId"}),),
        replace_on=("keyId", "keyType", "usagePlanId"),
        secrets=("value",),
        import_id="(?P<usagePlanId>[^/]+)/(?P<keyId>.+)",
    ),
}
