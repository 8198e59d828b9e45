"""Rules of APIs and their firewall, broken."""

from collections.abc import Mapping
from typing import Any, Final

from support.rules.case import Broken, Held
from support.rules.given import ACCOUNT, ACL, METHOD, REGION

RESOURCE: Final = "aws:apigateway/resource:Resource"
MODEL: Final = "aws:apigateway/model:Model"
METHOD_TYPE: Final = "aws:apigateway/method:Method"
INTEGRATION: Final = "aws:apigateway/integration:Integration"
METHOD_RESPONSE: Final = "aws:apigateway/methodResponse:MethodResponse"
RESPONSE: Final = "aws:apigateway/integrationResponse:IntegrationResponse"
DEPLOYMENT: Final = "aws:apigateway/deployment:Deployment"
STAGE: Final = "aws:apigateway/stage:Stage"
SETTINGS: Final = "aws:apigateway/methodSettings:MethodSettings"
KEY: Final = "aws:apigateway/apiKey:ApiKey"
PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"
ACL_TYPE: Final = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

NO_ACL: Final = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/none/00000000-0000-0000-0000-000000000000"
LOG: Final = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"


def path(part: str, parent: str = "@things.id") -> dict[str, Any]:
    return {"restApi": "@api.id", "parentId": parent, "pathPart": part}


def method(verb: str, **more: Any) -> dict[str, Any]:
    return {**METHOD, "httpMethod": verb, "authorization": "NONE", **more}


def model(name: str, schema: str = "{}") -> dict[str, Any]:
    return {"restApi": "@api.id", "name": name, "contentType": "application/json", "schema": schema}


def stage(name: str, **more: Any) -> dict[str, Any]:
    return {"restApi": "@api.id", "deployment": "@deployment.id", "stageName": name, **more}


def plan(name: str) -> dict[str, Any]:
    return {"apiStages": [{"apiId": "@api.id", "stage": name}]}


ROOT_METHOD: Final = {"restApi": "@planned-api.id", "resourceId": "@planned-api.rootResourceId", "httpMethod": "GET"}
UNKNOWN: Final = {"integration.request.header.X": "method.request.header.Unknown"}
KNOWN: Final = {"integration.request.header.X": "method.request.header.Known"}

BROKEN: Final[Mapping[str, Broken | Held]] = {
    "path-part": Broken(RESOURCE, path("a part"), path("a-part")),
    "path-of-no-parent": Broken(RESOURCE, path("orphan", "none"), path("child")),
    "path-taken": Broken(RESOURCE, path("things", "@api.rootResourceId"), path("others", "@api.rootResourceId")),
    "path-with-two-variables": Broken(RESOURCE, path("{name}"), path("name")),
    "path-below-a-greedy-one": Broken(RESOURCE, path("below", "@greedy.id"), path("below")),
    "model-name": Broken(MODEL, model("A-Model"), model("AModel")),
    "model-schema": Broken(MODEL, model("Text", '{"type": "text"}'), model("Text", '{"type": "string"}')),
    "model-name-taken": Broken(MODEL, model("Given"), model("NotGiven")),
    "method-without-authorizer": Broken(METHOD_TYPE, method("PUT", authorization="CUSTOM"), method("PUT")),
    "method-parameter": Broken(
        METHOD_TYPE,
        method("PATCH", requestParameters={"header.X": True}),
        method("PATCH", requestParameters={"method.request.header.X": True}),
    ),
    "method-of-no-path": Broken(METHOD_TYPE, method("HEAD", resourceId="none"), method("HEAD")),
    "method-taken": Broken(METHOD_TYPE, method("GET"), method("POST")),
    "method-with-no-validator": Broken(
        METHOD_TYPE,
        method("OPTIONS", requestValidatorId="none"),
        {"requestValidatorId": None, "resourceId": "@thing.id"},
    ),
    "method-with-no-model": Broken(
        METHOD_TYPE,
        method("DELETE", requestModels={"application/json": "None"}),
        method("DELETE", requestModels={"application/json": "Given"}, resourceId="@thing.id"),
    ),
    "integration-without-method": Broken(
        INTEGRATION,
        {**METHOD, "resourceId": "@thing.id", "type": "HTTP_PROXY", "uri": "https://example.com"},
        {"integrationHttpMethod": "GET"},
    ),
    "integration-of-no-method": Broken(
        INTEGRATION, {**METHOD, "httpMethod": "PATCH", "resourceId": "@thing.id", "type": "MOCK"}, given="integration"
    ),
    "integration-of-an-undeclared-parameter": Broken(
        INTEGRATION,
        {**METHOD, "resourceId": "@thing.id", "type": "MOCK", "requestParameters": UNKNOWN},
        {"requestParameters": KNOWN},
    ),
    "method-response-of-no-method": Broken(
        METHOD_RESPONSE,
        {**METHOD, "httpMethod": "PATCH", "resourceId": "@thing.id", "statusCode": "200"},
        {"httpMethod": "GET"},
    ),
    "method-response-taken": Broken(METHOD_RESPONSE, {**METHOD, "statusCode": "200"}, {"statusCode": "202"}),
    "integration-response-of-an-undeclared-parameter": Broken(
        RESPONSE,
        {**METHOD, "statusCode": "200", "responseParameters": {"method.response.header.Unknown": "'x'"}},
        {"responseParameters": {"method.response.header.Known": "'x'"}},
    ),
    "account-role-of-another-service": Broken(
        "aws:apigateway/account:Account", {"cloudwatchRoleArn": "@role-for-ec2.arn"}, given="account"
    ),
    "deployment-of-no-method": Broken(DEPLOYMENT, {"restApi": "@empty-api.id"}, given="deployment"),
    "deployment-of-a-method-without-integration": Broken(DEPLOYMENT, {"restApi": "@half-api.id"}, given="deployment"),
    "deployment-on-a-stage": Held(
        "held-deployment", {"on-stage": (STAGE, stage("held", deployment="@held-deployment.id"))}
    ),
    "stage-of-no-deployment": Broken(STAGE, stage("next", deployment="none"), stage("next")),
    "stage-taken": Broken(STAGE, stage("live"), stage("second")),
    "access-logs-without-account-role": Broken(
        STAGE,
        stage("logged", accessLogSettings={"destinationArn": f"{LOG}access", "format": "$context.requestId"}),
        stage("unlogged", accessLogSettings=None),
    ),
    "execution-logs-without-account-role": Broken(
        SETTINGS,
        {"restApi": "@api.id", "stageName": "live", "methodPath": "*/*", "settings": {"loggingLevel": "ERROR"}},
        {"settings": {"loggingLevel": "OFF"}},
    ),
    "settings-of-no-stage": Broken(
        SETTINGS,
        {"restApi": "@api.id", "stageName": "none", "methodPath": "*/*", "settings": {"metricsEnabled": True}},
        {"stageName": "live"},
    ),
    "api-key-too-short": Broken(KEY, {"value": "short"}, {"value": "twenty-characters-at-least"}),
    "api-key-taken": Broken(KEY, {"value": "given-given-given-given"}, {"value": "other-other-other-other"}),
    "usage-plan-of-no-stage": Broken(PLAN, plan("none"), plan("live")),
    "stage-in-a-usage-plan": Held("planned-stage", {"plan-of-stage": (PLAN, plan("planned"))}),
    "api-in-a-usage-plan": Held(
        "planned-api",
        {
            "planned-method": (METHOD_TYPE, {**ROOT_METHOD, "authorization": "NONE"}),
            "planned-integration": (
                INTEGRATION,
                {**ROOT_METHOD, "httpMethod": "@planned-method.httpMethod", "type": "MOCK"},
            ),
            "planned-deployment": (
                DEPLOYMENT,
                {"restApi": "@planned-api.id", "triggers": {"after": "@planned-integration.id"}},
            ),
            "stage-of-planned-api": (
                STAGE,
                {"restApi": "@planned-api.id", "deployment": "@planned-deployment.id", "stageName": "live"},
            ),
            "plan-of-api": (
                PLAN,
                {"apiStages": [{"apiId": "@planned-api.id", "stage": "@stage-of-planned-api.stageName"}]},
            ),
        },
    ),
    "web-acl-name-taken": Broken(ACL_TYPE, {**ACL, "name": "given"}, {"name": "not-given"}),
    "web-acl-in-use": Held(
        "used-acl", {"association": (ASSOCIATION, {"resourceArn": "@stage.arn", "webAclArn": "@used-acl.arn"})}
    ),
    "web-acl-association-of-no-stage": Broken(
        ASSOCIATION,
        {"resourceArn": f"arn:aws:apigateway:{REGION}::/restapis/@{{api.id}}/stages/none", "webAclArn": "@acl.arn"},
        {"resourceArn": "@second-stage.arn"},
    ),
    "web-acl-association-with-no-web-acl": Broken(
        ASSOCIATION, {"resourceArn": "@third-stage.arn", "webAclArn": NO_ACL}, {"webAclArn": "@acl.arn"}
    ),
    "web-acl-log-name": Broken(
        LOGGING,
        {"resourceArn": "@acl.arn", "logDestinationConfigs": [f"{LOG}edge"]},
        {"logDestinationConfigs": [f"{LOG}aws-waf-logs-edge"]},
    ),
    "web-acl-logs-of-no-web-acl": Broken(
        LOGGING,
        {"resourceArn": NO_ACL, "logDestinationConfigs": [f"{LOG}aws-waf-logs-edge"]},
        {"resourceArn": "@acl.arn"},
    ),
}
