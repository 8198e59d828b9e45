"""What API Gateway refuses and the emulator does not, in its own words."""

from typing import Final

from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import Resource
from tapstack.providers.rules.precondition import DOCS, Moment, Precondition, ask


def stage_exists(resource: Resource, api: str, stage: str) -> bool:
    """Tell whether an API has a stage."""
    return ask(resource, "apigateway", "get_stage", restApiId=api, stageName=stage) is not None


def _plan_has_stages(resource: Resource) -> None:
    for item in resource.inputs.get("apiStages") or []:
        if not stage_exists(resource, item["apiId"], item["stage"]):
            raise ProviderError(f"BadRequestException: API Stage not found: {item['apiId']}:{item['stage']}")


def _deployment_has_methods(resource: Resource) -> None:
    answer = resource.call(
        "apigateway", "get_resources", {"restApiId": resource.inputs["restApi"], "embed": ["methods"], "limit": 500}
    )
    methods = [(item["id"], method) for item in answer["items"] for method in (item.get("resourceMethods") or {})]
    if not methods:
        raise ProviderError("BadRequestException: The REST API doesn't contain any methods")
    for resource_id, method in methods:
        params = {"restApiId": resource.inputs["restApi"], "resourceId": resource_id, "httpMethod": method}
        if ask(resource, "apigateway", "get_integration", **params) is None:
            raise ProviderError("BadRequestException: No integration defined for method")


def _stage_can_be(resource: Resource) -> None:
    api, deployment = resource.inputs["restApi"], resource.inputs["deployment"]
    if ask(resource, "apigateway", "get_deployment", restApiId=api, deploymentId=deployment) is None:
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
    answer = ask(resource, "apigateway", "get_stages", restApiId=resource.state["restApi"]) or {"item": []}
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


PRECONDITIONS: Final = (
    Precondition(
        "aws:apigateway/deployment:Deployment",
        Moment.CREATE,
        _deployment_has_methods,
        DOCS + "apigateway/latest/developerguide/how-to-deploy-api.html",
    ),
    Precondition(
        "aws:apigateway/methodSettings:MethodSettings",
        Moment.CREATE | Moment.UPDATE,
        _settings_can_log,
        DOCS + "apigateway/latest/developerguide/set-up-logging.html",
    ),
    Precondition(
        "aws:apigateway/stage:Stage",
        Moment.CREATE | Moment.UPDATE,
        _stage_can_be,
        DOCS + "apigateway/latest/developerguide/set-up-logging.html",
    ),
    Precondition(
        "aws:apigateway/usagePlan:UsagePlan",
        Moment.CREATE | Moment.UPDATE,
        _plan_has_stages,
        DOCS + "apigateway/latest/developerguide/api-gateway-create-usage-plans.html",
    ),
    Precondition(
        "aws:apigateway/deployment:Deployment",
        Moment.DELETE,
        _deployment_is_free,
        DOCS + "apigateway/latest/api/API_DeleteDeployment.html",
    ),
    Precondition(
        "aws:apigateway/restApi:RestApi",
        Moment.DELETE,
        _api_is_free,
        DOCS + "apigateway/latest/api/API_DeleteRestApi.html",
    ),
    Precondition(
        "aws:apigateway/stage:Stage", Moment.DELETE, _stage_is_free, DOCS + "apigateway/latest/api/API_DeleteStage.html"
    ),
)
