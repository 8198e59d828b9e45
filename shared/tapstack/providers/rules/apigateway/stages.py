"""What API Gateway refuses of deployments, stages and their logs."""

import json
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, Moment, StateRule, Words, ask

_DEPLOYMENT: Final = ("aws:apigateway/deployment:Deployment",)
_STAGE: Final = ("aws:apigateway/stage:Stage",)
_SETTINGS: Final = ("aws:apigateway/methodSettings:MethodSettings",)
_ACCOUNT: Final = ("aws:apigateway/account:Account",)
_API: Final = DOCS + "apigateway/latest/api/"
_DEPLOYING: Final = DOCS + "apigateway/latest/developerguide/how-to-deploy-api.html"
_LOGGING: Final = DOCS + "apigateway/latest/developerguide/set-up-logging.html"


def _methods(resource: Resource) -> list[tuple[str, str]]:
    """List an API's methods: the path's id, and the HTTP method."""
    params = {"restApiId": resource.inputs["restApi"], "embed": ["methods"], "limit": 500}
    answer = resource.call("apigateway", "get_resources", params)
    return [(item["id"], method) for item in answer["items"] for method in (item.get("resourceMethods") or {})]


def _deploys_nothing(resource: Resource) -> Iterator[Words]:
    if not _methods(resource):
        yield {}


def _deploys_no_integration(resource: Resource) -> Iterator[Words]:
    for resource_id, method in _methods(resource):
        at = {"restApiId": resource.inputs["restApi"], "resourceId": resource_id, "httpMethod": method}
        if ask(resource, "apigateway", "get_integration", **at) is None:
            yield {}


def _deployed_on_a_stage(resource: Resource) -> Iterator[Words]:
    answer = ask(resource, "apigateway", "get_stages", restApiId=resource.state["restApi"]) or {"item": []}
    if any(stage.get("deploymentId") == resource.id for stage in answer["item"]):
        yield {}


def _no_deployment(resource: Resource) -> Iterator[Words]:
    at = {"restApiId": resource.inputs["restApi"], "deploymentId": resource.inputs["deployment"]}
    if ask(resource, "apigateway", "get_deployment", **at) is None:
        yield {}


def _stage_taken(resource: Resource) -> Iterator[Words]:
    at = {"restApiId": resource.inputs["restApi"], "stageName": resource.inputs["stageName"]}
    if ask(resource, "apigateway", "get_stage", **at) is not None:
        yield {}


def _account_logs(resource: Resource) -> bool:
    return bool(resource.call("apigateway", "get_account", {}).get("cloudwatchRoleArn"))


def _no_access_logs(resource: Resource) -> Iterator[Words]:
    if resource.inputs.get("accessLogSettings") and not _account_logs(resource):
        yield {}


def _no_execution_logs(resource: Resource) -> Iterator[Words]:
    level = (resource.inputs.get("settings") or {}).get("loggingLevel", "OFF")
    if level != "OFF" and not _account_logs(resource):
        yield {}


def _settings_of_no_stage(resource: Resource) -> Iterator[Words]:
    at = {"restApiId": resource.inputs["restApi"], "stageName": resource.inputs["stageName"]}
    if ask(resource, "apigateway", "get_stage", **at) is None:
        yield {}


def _role_of_another_service(resource: Resource) -> Iterator[Words]:
    arn = resource.inputs.get("cloudwatchRoleArn")
    answer = ask(resource, "iam", "get_role", RoleName=arn.rpartition("/")[2]) if arn else None
    trusted = answer["Role"]["AssumeRolePolicyDocument"] if answer else {}
    if arn and "apigateway.amazonaws.com" not in json.dumps(trusted):
        yield {}


_NO_LOGS: Final = "CloudWatch Logs role ARN must be set in account settings to enable logging"

RULES: Final = (
    StateRule(
        name="account-role-of-another-service",
        types=_ACCOUNT,
        operation="apigateway:UpdateAccount",
        code="BadRequestException",
        message="The role ARN does not have required permissions configured. Please grant trust permission for API "
        "Gateway and add the required role policy.",
        source=_LOGGING,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_role_of_another_service,
    ),
    StateRule(
        name="deployment-of-no-method",
        types=_DEPLOYMENT,
        operation="apigateway:CreateDeployment",
        code="BadRequestException",
        message="The REST API doesn't contain any methods",
        source=_DEPLOYING,
        moment=Moment.CREATE,
        check=_deploys_nothing,
    ),
    StateRule(
        name="deployment-of-a-method-without-integration",
        types=_DEPLOYMENT,
        operation="apigateway:CreateDeployment",
        code="BadRequestException",
        message="No integration defined for method",
        source=_DEPLOYING,
        moment=Moment.CREATE,
        check=_deploys_no_integration,
    ),
    StateRule(
        name="deployment-on-a-stage",
        types=_DEPLOYMENT,
        operation="apigateway:DeleteDeployment",
        code="BadRequestException",
        message="Active stages pointing to this deployment must be moved or deleted",
        source=_API + "API_DeleteDeployment.html",
        moment=Moment.DELETE,
        check=_deployed_on_a_stage,
    ),
    StateRule(
        name="stage-of-no-deployment",
        types=_STAGE,
        operation="apigateway:CreateStage",
        code="NotFoundException",
        message="Invalid Deployment identifier specified",
        source=_API + "API_CreateStage.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_no_deployment,
    ),
    StateRule(
        name="stage-taken",
        types=_STAGE,
        operation="apigateway:CreateStage",
        code="ConflictException",
        message="Stage already exists",
        source=_API + "API_CreateStage.html",
        moment=Moment.CREATE,
        check=_stage_taken,
    ),
    StateRule(
        name="access-logs-without-account-role",
        types=_STAGE,
        operation="apigateway:UpdateStage",
        code="BadRequestException",
        message=_NO_LOGS,
        source=_LOGGING,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_no_access_logs,
    ),
    StateRule(
        name="execution-logs-without-account-role",
        types=_SETTINGS,
        operation="apigateway:UpdateStage",
        code="BadRequestException",
        message=_NO_LOGS,
        source=_LOGGING,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_no_execution_logs,
    ),
    StateRule(
        name="settings-of-no-stage",
        types=_SETTINGS,
        operation="apigateway:UpdateStage",
        code="NotFoundException",
        message="Invalid stage identifier specified",
        source=_API + "API_UpdateStage.html",
        moment=Moment.CREATE,
        check=_settings_of_no_stage,
    ),
)
