"""What API Gateway refuses of API keys and usage plans, and what a usage plan holds back from deletion."""

from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask
from tapstack.providers.values import Props

_KEY: Final = ("aws:apigateway/apiKey:ApiKey",)
_PLAN: Final = ("aws:apigateway/usagePlan:UsagePlan",)
_PLANS: Final = DOCS + "apigateway/latest/developerguide/api-gateway-create-usage-plans.html"
_API: Final = DOCS + "apigateway/latest/api/"
_SHORTEST_KEY: Final = 20


def _short_key(inputs: Inputs) -> Iterator[Words]:
    if (value := inputs.get("value")) and len(value) < _SHORTEST_KEY:
        yield {}


def _key_taken(resource: Resource) -> Iterator[Words]:
    value = resource.inputs.get("value")
    if not value:
        return
    held = resource.call("apigateway", "get_api_keys", {"includeValues": True, "limit": 500})["items"]
    if any(key.get("value") == value for key in held):
        yield {}


def _plan_of_no_stage(resource: Resource) -> Iterator[Words]:
    for item in resource.inputs.get("apiStages") or []:
        at = {"restApiId": item["apiId"], "stageName": item["stage"]}
        if ask(resource, "apigateway", "get_stage", **at) is None:
            yield {"api": item["apiId"], "stage": item["stage"]}


def _plans(resource: Resource) -> list[Props]:
    found: list[Props] = resource.call("apigateway", "get_usage_plans", {"limit": 500})["items"]
    return found


def _stage_in_plan(resource: Resource) -> Iterator[Words]:
    api, stage = resource.state["restApi"], resource.state["stageName"]
    for plan in _plans(resource):
        if any((item["apiId"], item["stage"]) == (api, stage) for item in plan.get("apiStages") or []):
            yield {"stage": stage, "plan": plan["id"]}


def _api_in_plan(resource: Resource) -> Iterator[Words]:
    for plan in _plans(resource):
        for item in plan.get("apiStages") or []:
            if item["apiId"] == resource.id:
                yield {"api": resource.id, "stage": item["stage"], "plan": plan["id"]}


RULES: Final = (
    InputRule(
        name="api-key-too-short",
        types=_KEY,
        operation="apigateway:CreateApiKey",
        code="BadRequestException",
        message="API Key value should be at least 20 characters",
        source=_API + "API_CreateApiKey.html",
        check=_short_key,
    ),
    StateRule(
        name="api-key-taken",
        types=_KEY,
        operation="apigateway:CreateApiKey",
        code="ConflictException",
        message="API Key already exists",
        source=_API + "API_CreateApiKey.html",
        moment=Moment.CREATE,
        check=_key_taken,
    ),
    StateRule(
        name="usage-plan-of-no-stage",
        types=_PLAN,
        operation="apigateway:CreateUsagePlan",
        code="BadRequestException",
        message="API Stage not found: {api}:{stage}",
        source=_PLANS,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_plan_of_no_stage,
    ),
    StateRule(
        name="stage-in-a-usage-plan",
        types=("aws:apigateway/stage:Stage",),
        operation="apigateway:DeleteStage",
        code="BadRequestException",
        message="Cannot delete stage '{stage}' because it is associated with one or more usage plans: {plan}",
        source=_API + "API_DeleteStage.html",
        moment=Moment.DELETE,
        check=_stage_in_plan,
    ),
    StateRule(
        name="api-in-a-usage-plan",
        types=("aws:apigateway/restApi:RestApi",),
        operation="apigateway:DeleteRestApi",
        code="BadRequestException",
        message="Cannot delete API '{api}' because its stage '{stage}' is associated with usage plan {plan}",
        source=_API + "API_DeleteRestApi.html",
        moment=Moment.DELETE,
        check=_api_in_plan,
    ),
)
