"""The api-edge layer's types."""

import json
from typing import Any, Final

from emulator.requests.resource import Call, Resource

TAGS: Final = {"Name": "replay"}
CHANGED: Final = {"Name": "changed"}
API: Final = {"restApiId": "$api"}
METHOD: Final = {**API, "resourceId": "$resource", "httpMethod": "POST"}
STAGE: Final = {**API, "stageName": "live"}
ARN: Final = "arn:aws:apigateway:eu-central-1::"


def _replace(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


def _update_stage(*operations: dict[str, str]) -> Call:
    return Call("apigateway:UpdateStage", {**STAGE, "patchOperations": [*operations]})


def _tag(resource: str) -> Call:
    return Call("apigateway:TagResource", {"resourceArn": f"{ARN}{resource}", "tags": CHANGED})


_API: Final = Call("apigateway:GetRestApi", API)
_STAGE: Final = Call("apigateway:GetStage", STAGE)
_VISIBLE: Final = {"CloudWatchMetricsEnabled": True, "MetricName": "replay", "SampledRequestsEnabled": True}
_RULES: Final[list[dict[str, Any]]] = [
    {
        "Name": "rate",
        "Priority": 1,
        "Action": {"Block": {}},
        "Statement": {"RateBasedStatement": {"AggregateKeyType": "IP", "EvaluationWindowSec": 300, "Limit": 2000}},
        "VisibilityConfig": _VISIBLE,
    },
    {
        "Name": "common",
        "Priority": 2,
        "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": {"Name": "AWSManagedRulesCommonRuleSet", "VendorName": "AWS"}},
        "VisibilityConfig": _VISIBLE,
    },
]
_ACL: Final = Call("wafv2:GetWebACL", {"Id": "$acl", "Name": "replay", "Scope": "REGIONAL"}, {"acl_lock": "LockToken"})
_ASSOCIATED: Final = {"ResourceArn": f"{ARN}/restapis/$api/stages/live"}


def _put_alarm(threshold: float) -> Call:
    return Call(
        "cloudwatch:PutMetricAlarm",
        {
            "ActionsEnabled": True,
            "AlarmActions": ["$topic"],
            "AlarmDescription": "replay",
            "AlarmName": "replay",
            "ComparisonOperator": "GreaterThanThreshold",
            "Dimensions": [{"Name": "FunctionName", "Value": "replay"}],
            "EvaluationPeriods": 1,
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "Period": 60,
            "Statistic": "Sum",
            "Tags": [{"Key": "Name", "Value": "replay"}],
            "Threshold": threshold,
            "TreatMissingData": "notBreaching",
        },
    )


def _put_dashboard(title: str) -> Call:
    widget = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": title}}
    return Call(
        "cloudwatch:PutDashboard", {"DashboardName": "replay", "DashboardBody": json.dumps({"widgets": [widget]})}
    )


def _put_response(template: str) -> Call:
    return Call(
        "apigateway:PutGatewayResponse",
        {
            **API,
            "responseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"},
            "responseTemplates": {"application/json": template},
            "responseType": "THROTTLED",
            "statusCode": "429",
        },
    )


API_EDGE: Final = (
    Resource(
        "aws_api_gateway_account",
        create=[
            Call(
                "apigateway:UpdateAccount",
                {"patchOperations": [_replace("/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/logs")]},
            )
        ],
        read=[Call("apigateway:GetAccount", {})],
    ),
    Resource(
        "aws_api_gateway_rest_api",
        create=[
            Call(
                "apigateway:CreateRestApi",
                {
                    "description": "replay",
                    "disableExecuteApiEndpoint": False,
                    "endpointConfiguration": {"types": ["REGIONAL"]},
                    "minimumCompressionSize": 1024,
                    "name": "replay",
                    "tags": TAGS,
                },
                {"api": "id", "root": "rootResourceId"},
            ),
            Call("apigateway:GetResources", API, {"root": "items[?path=='/'].id | [0]"}),
        ],
        read=[_API, Call("apigateway:GetResources", API)],
        update=[
            Call(
                "apigateway:UpdateRestApi",
                {
                    **API,
                    "patchOperations": [
                        _replace("/description", "changed"),
                        _replace("/minimumCompressionSize", "2048"),
                        _replace("/disableExecuteApiEndpoint", "false"),
                    ],
                },
            ),
            _tag("/restapis/$api"),
        ],
        delete=[Call("apigateway:DeleteRestApi", API)],
    ),
    Resource(
        "aws_api_gateway_resource",
        create=[
            Call(
                "apigateway:CreateResource",
                {**API, "parentId": "$root", "pathPart": "transactions"},
                {"resource": "id"},
            )
        ],
        read=[Call("apigateway:GetResource", {**API, "resourceId": "$resource"})],
        delete=[Call("apigateway:DeleteResource", {**API, "resourceId": "$resource"})],
    ),
    Resource(
        "aws_api_gateway_model",
        seen=False,
        create=[
            Call(
                "apigateway:CreateModel",
                {
                    **API,
                    "contentType": "application/json",
                    "description": "replay",
                    "name": "Replay",
                    "schema": '{"type": "object"}',
                },
            )
        ],
        read=[Call("apigateway:GetModel", {**API, "modelName": "Replay", "flatten": False})],
        update=[
            Call(
                "apigateway:UpdateModel",
                {
                    **API,
                    "modelName": "Replay",
                    "patchOperations": [
                        _replace("/description", "changed"),
                        _replace("/schema", '{"type": "string"}'),
                    ],
                },
            )
        ],
        delete=[Call("apigateway:DeleteModel", {**API, "modelName": "Replay"})],
    ),
    Resource(
        "aws_api_gateway_request_validator",
        seen=False,
        create=[
            Call(
                "apigateway:CreateRequestValidator",
                {**API, "name": "replay", "validateRequestBody": False, "validateRequestParameters": True},
                {"validator": "id"},
            )
        ],
        read=[Call("apigateway:GetRequestValidator", {**API, "requestValidatorId": "$validator"})],
        delete=[Call("apigateway:DeleteRequestValidator", {**API, "requestValidatorId": "$validator"})],
    ),
    Resource(
        "aws_api_gateway_method",
        create=[
            Call(
                "apigateway:PutMethod",
                {
                    **METHOD,
                    "apiKeyRequired": True,
                    "authorizationType": "NONE",
                    "operationName": "postTransaction",
                    "requestParameters": {"method.request.header.Idempotency-Key": True},
                    "requestValidatorId": "$validator",
                },
            )
        ],
        read=[Call("apigateway:GetMethod", METHOD)],
        update=[
            Call("apigateway:GetIntegration", METHOD),
            Call(
                "apigateway:UpdateMethod",
                {
                    **METHOD,
                    "patchOperations": [
                        _replace("/apiKeyRequired", "false"),
                        _replace("/requestParameters/method.request.header.Idempotency-Key", "false"),
                    ],
                },
            ),
        ],
        delete=[Call("apigateway:DeleteMethod", METHOD)],
    ),
    Resource(
        "aws_api_gateway_integration",
        create=[
            Call(
                "apigateway:PutIntegration",
                {
                    **METHOD,
                    "integrationHttpMethod": "POST",
                    "passthroughBehavior": "WHEN_NO_MATCH",
                    "timeoutInMillis": 29000,
                    "type": "AWS_PROXY",
                    "uri": f"{ARN.replace('::', ':lambda:')}path/2015-03-31/functions/$alias_arn/invocations",
                },
            )
        ],
        read=[Call("apigateway:GetIntegration", METHOD)],
        update=[
            Call(
                "apigateway:UpdateIntegration",
                {
                    **METHOD,
                    "patchOperations": [
                        _replace("/timeoutInMillis", "15000"),
                        _replace("/passthroughBehavior", "NEVER"),
                        {"op": "add", "path": "/requestTemplates/application~1json", "value": "{}"},
                    ],
                },
            )
        ],
        delete=[Call("apigateway:DeleteIntegration", METHOD)],
    ),
    Resource(
        "aws_api_gateway_method_response",
        seen=False,
        create=[
            Call(
                "apigateway:PutMethodResponse",
                {
                    **METHOD,
                    "responseModels": {"application/json": "Replay"},
                    "responseParameters": {"method.response.header.Location": True},
                    "statusCode": "202",
                },
            )
        ],
        read=[Call("apigateway:GetMethodResponse", {**METHOD, "statusCode": "202"})],
        delete=[Call("apigateway:DeleteMethodResponse", {**METHOD, "statusCode": "202"})],
    ),
    Resource(
        "aws_api_gateway_integration_response",
        seen=False,
        create=[
            Call(
                "apigateway:PutIntegrationResponse",
                {
                    **METHOD,
                    "responseParameters": {"method.response.header.Location": "'/'"},
                    "responseTemplates": {"application/json": ""},
                    "statusCode": "202",
                },
            )
        ],
        read=[Call("apigateway:GetIntegrationResponse", {**METHOD, "statusCode": "202"})],
        delete=[Call("apigateway:DeleteIntegrationResponse", {**METHOD, "statusCode": "202"})],
    ),
    Resource(
        "aws_api_gateway_gateway_response",
        create=[_put_response('{"title":"Too Many Requests"}')],
        read=[Call("apigateway:GetGatewayResponse", {**API, "responseType": "THROTTLED"})],
        update=[_put_response('{"title":"Slow down"}')],
        delete=[Call("apigateway:DeleteGatewayResponse", {**API, "responseType": "THROTTLED"})],
    ),
    Resource(
        "aws_api_gateway_deployment",
        create=[Call("apigateway:CreateDeployment", {**API, "description": "replay"}, {"deployment": "id"})],
        read=[
            Call("apigateway:GetDeployment", {**API, "deploymentId": "$deployment"}),
        ],
        update=[
            Call(
                "apigateway:UpdateDeployment",
                {**API, "deploymentId": "$deployment", "patchOperations": [_replace("/description", "changed")]},
            )
        ],
        delete=[Call("apigateway:DeleteDeployment", {**API, "deploymentId": "$deployment"})],
    ),
    Resource(
        "aws_api_gateway_stage",
        create=[
            Call(
                "apigateway:CreateStage",
                {
                    **STAGE,
                    "cacheClusterEnabled": False,
                    "deploymentId": "$deployment",
                    "description": "replay",
                    "tags": TAGS,
                    "tracingEnabled": True,
                    "variables": {},
                },
            ),
            _update_stage(
                _replace("/accessLogSettings/destinationArn", "$group_arn"),
                _replace("/accessLogSettings/format", '{"requestId":"$context.requestId"}'),
            ),
        ],
        read=[_STAGE],
        update=[
            _update_stage(
                _replace("/deploymentId", "$deployment"),
                _replace("/description", "changed"),
                _replace("/tracingEnabled", "false"),
            ),
            _tag("/restapis/$api/stages/live"),
        ],
        delete=[Call("apigateway:DeleteStage", STAGE)],
    ),
    Resource(
        "aws_api_gateway_method_settings",
        create=[
            _update_stage(
                _replace("/*/*/metrics/enabled", "true"),
                _replace("/*/*/logging/loglevel", "ERROR"),
                _replace("/*/*/logging/dataTrace", "false"),
                _replace("/*/*/throttling/burstLimit", "50"),
                _replace("/*/*/throttling/rateLimit", "25.5"),
            )
        ],
        read=[_STAGE],
        update=[_update_stage(_replace("/*/*/throttling/burstLimit", "60"))],
        delete=[_update_stage({"op": "remove", "path": "/*/*"})],
    ),
    Resource(
        "aws_api_gateway_usage_plan",
        create=[
            Call(
                "apigateway:CreateUsagePlan",
                {
                    "apiStages": [{"apiId": "$api", "stage": "live"}],
                    "description": "replay",
                    "name": "replay",
                    "quota": {"limit": 1000, "offset": 0, "period": "DAY"},
                    "tags": TAGS,
                    "throttle": {"burstLimit": 20, "rateLimit": 10},
                },
                {"plan": "id"},
            )
        ],
        read=[Call("apigateway:GetUsagePlan", {"usagePlanId": "$plan"})],
        update=[
            Call(
                "apigateway:UpdateUsagePlan",
                {
                    "usagePlanId": "$plan",
                    "patchOperations": [
                        _replace("/description", "changed"),
                        {"op": "remove", "path": "/apiStages", "value": "$api:live"},
                        {"op": "add", "path": "/apiStages", "value": "$api:live"},
                        _replace("/throttle/rateLimit", "12.5"),
                        _replace("/throttle/burstLimit", "30"),
                        _replace("/quota/limit", "2000"),
                        _replace("/quota/offset", "0"),
                        _replace("/quota/period", "DAY"),
                    ],
                },
            )
        ],
        delete=[
            Call(
                "apigateway:UpdateUsagePlan",
                {
                    "usagePlanId": "$plan",
                    "patchOperations": [{"op": "remove", "path": "/apiStages", "value": "$api:live"}],
                },
            ),
            Call("apigateway:DeleteUsagePlan", {"usagePlanId": "$plan"}),
        ],
    ),
    Resource(
        "aws_api_gateway_api_key",
        create=[
            # An empty value is how the provider spells none: API Gateway makes one.
            Call(
                "apigateway:CreateApiKey",
                {"description": "replay", "enabled": True, "name": "replay", "tags": TAGS, "value": ""},
                {"key_of_api": "id"},
            )
        ],
        read=[Call("apigateway:GetApiKey", {"apiKey": "$key_of_api", "includeValue": True})],
        update=[
            Call(
                "apigateway:UpdateApiKey",
                {
                    "apiKey": "$key_of_api",
                    "patchOperations": [_replace("/description", "changed"), _replace("/enabled", "false")],
                },
            ),
            _tag("/apikeys/$key_of_api"),
        ],
        delete=[Call("apigateway:DeleteApiKey", {"apiKey": "$key_of_api"})],
    ),
    Resource(
        "aws_api_gateway_usage_plan_key",
        create=[
            Call(
                "apigateway:CreateUsagePlanKey",
                {"keyId": "$key_of_api", "keyType": "API_KEY", "usagePlanId": "$plan"},
            )
        ],
        read=[Call("apigateway:GetUsagePlanKey", {"keyId": "$key_of_api", "usagePlanId": "$plan"})],
        delete=[Call("apigateway:DeleteUsagePlanKey", {"keyId": "$key_of_api", "usagePlanId": "$plan"})],
    ),
    Resource(
        "aws_wafv2_web_acl",
        create=[
            Call(
                "wafv2:CreateWebACL",
                {
                    "DefaultAction": {"Allow": {}},
                    "Description": "replay",
                    "Name": "replay",
                    "Rules": _RULES,
                    "Scope": "REGIONAL",
                    "Tags": [{"Key": "Name", "Value": "replay"}],
                    "VisibilityConfig": _VISIBLE,
                },
                {"acl": "Summary.Id", "acl_arn": "Summary.ARN", "acl_lock": "Summary.LockToken"},
            )
        ],
        read=[_ACL, Call("wafv2:ListTagsForResource", {"ResourceARN": "$acl_arn"})],
        update=[
            Call(
                "wafv2:UpdateWebACL",
                {
                    "DefaultAction": {"Allow": {}},
                    "Description": "changed",
                    "Id": "$acl",
                    "LockToken": "$acl_lock",
                    "Name": "replay",
                    "Rules": _RULES[:1],
                    "Scope": "REGIONAL",
                    "VisibilityConfig": _VISIBLE,
                },
                {"acl_lock": "NextLockToken"},
            ),
            Call("wafv2:TagResource", {"ResourceARN": "$acl_arn", "Tags": [{"Key": "Name", "Value": "changed"}]}),
        ],
        delete=[
            Call(
                "wafv2:DeleteWebACL",
                {"Id": "$acl", "LockToken": "$acl_lock", "Name": "replay", "Scope": "REGIONAL"},
            )
        ],
    ),
    Resource(
        "aws_wafv2_web_acl_association",
        create=[Call("wafv2:AssociateWebACL", {**_ASSOCIATED, "WebACLArn": "$acl_arn"})],
        read=[Call("wafv2:GetWebACLForResource", _ASSOCIATED)],
        delete=[Call("wafv2:DisassociateWebACL", _ASSOCIATED)],
    ),
    Resource(
        "aws_wafv2_web_acl_logging_configuration",
        seen=False,
        create=[
            Call(
                "wafv2:PutLoggingConfiguration",
                {
                    "LoggingConfiguration": {
                        "LogDestinationConfigs": [
                            "arn:aws:logs:eu-central-1:000000000000:log-group:aws-waf-logs-replay"
                        ],
                        "LoggingFilter": {
                            "DefaultBehavior": "KEEP",
                            "Filters": [
                                {
                                    "Behavior": "DROP",
                                    "Conditions": [{"ActionCondition": {"Action": "COUNT"}}],
                                    "Requirement": "MEETS_ANY",
                                }
                            ],
                        },
                        "RedactedFields": [{"SingleHeader": {"Name": "x-api-key"}}],
                        "ResourceArn": "$acl_arn",
                    }
                },
            )
        ],
        read=[Call("wafv2:GetLoggingConfiguration", {"ResourceArn": "$acl_arn"})],
        delete=[
            Call("wafv2:DeleteLoggingConfiguration", {"ResourceArn": "$acl_arn"}),
            Call("wafv2:GetLoggingConfiguration", {"ResourceArn": "$acl_arn"}, error="WAFNonexistentItemException"),
        ],
    ),
    Resource(
        "aws_cloudwatch_metric_alarm",
        create=[_put_alarm(0.5)],
        read=[
            Call(
                "cloudwatch:DescribeAlarms",
                {"AlarmNames": ["replay"], "AlarmTypes": ["MetricAlarm"]},
                {"alarm_arn": "MetricAlarms[0].AlarmArn"},
            ),
            Call("cloudwatch:ListTagsForResource", {"ResourceARN": "$alarm_arn"}),
        ],
        update=[
            _put_alarm(1.5),
            Call(
                "cloudwatch:TagResource",
                {"ResourceARN": "$alarm_arn", "Tags": [{"Key": "Name", "Value": "changed"}]},
            ),
        ],
        delete=[Call("cloudwatch:DeleteAlarms", {"AlarmNames": ["replay"]})],
    ),
    Resource(
        "aws_cloudwatch_dashboard",
        create=[_put_dashboard("one")],
        read=[Call("cloudwatch:GetDashboard", {"DashboardName": "replay"})],
        update=[_put_dashboard("two")],
        delete=[Call("cloudwatch:DeleteDashboards", {"DashboardNames": ["replay"]})],
    ),
)
