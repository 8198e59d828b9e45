"""What others can add to the API, its usage plans and its web ACL."""

from typing import Final

from tapstack.deploy.drift.by_design import PLAN_KEY
from tapstack.deploy.drift.look import Look

_API: Final = "aws:apigateway/restApi:RestApi"
_METHOD: Final = "aws:apigateway/method:Method"
_PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"
_RESOURCE: Final = "aws:apigateway/resource:Resource"
_WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"


def _of_api(operation: str, items: str, of_type: str, name: str, detail: str = "[]") -> Look:
    """Look at one kind of an API's parts; `name` is what AWS and the SDK both call what tells one from another."""
    return Look(
        of=_API,
        service="apigateway",
        operation=operation,
        params="{restApiId: id}",
        items=items,
        type=of_type,
        key=f"[thing.id, item.{name}]",
        own=f"[restApi || restApiId, {name}]",
        name=f"item.{name}",
        detail=detail,
    )


def _methods(of: str, params: str, resource: str) -> Look:
    return Look(
        of=of,
        service="apigateway",
        operation="get_resource",
        params=params,
        items="values(resourceMethods || `{}`)",
        type=_METHOD,
        key=f"[thing.{resource}, item.httpMethod]",
        own="[resourceId, httpMethod]",
        name="item.httpMethod",
        detail="[item.apiKeyRequired && 'with' || 'without', 'an API key']",
    )


LOOKS: Final = (
    Look(
        of=_API,
        service="apigateway",
        operation="get_resources",
        params="{restApiId: id}",
        items="items[?parentId]",
        type=_RESOURCE,
        key="[thing.id, item.id]",
        own="[restApi, id]",
        name="item.path",
    ),
    _methods(_API, "{restApiId: id, resourceId: rootResourceId, embed: ['methods']}", "rootResourceId"),
    _methods(_RESOURCE, "{restApiId: restApi, resourceId: id, embed: ['methods']}", "id"),
    _of_api("get_stages", "item", "aws:apigateway/stage:Stage", "stageName"),
    _of_api("get_authorizers", "items", "aws:apigateway/authorizer:Authorizer", "id"),
    _of_api("get_deployments", "items", "aws:apigateway/deployment:Deployment", "id"),
    _of_api(
        "get_gateway_responses",
        "items[?!defaultResponse]",
        "aws:apigateway/response:Response",
        "responseType",
    ),
    # Every API is born with these two.
    _of_api("get_models", "items[?name != 'Empty' && name != 'Error']", "aws:apigateway/model:Model", "name"),
    _of_api("get_request_validators", "items", "aws:apigateway/requestValidator:RequestValidator", "id", "[item.name]"),
    Look(
        of=_PLAN,
        service="apigateway",
        operation="get_usage_plan_keys",
        params="{usagePlanId: id}",
        items="items",
        type=PLAN_KEY,
        key="[thing.id, item.id]",
        own="[usagePlanId, keyId]",
        name="item.id",
        detail="[item.name]",
    ),
    Look(
        of=_API,
        service="apigateway",
        operation="get_usage_plans",
        params="`{}`",
        items="items[?apiStages[?apiId == '$id']]",
        type=_PLAN,
        key="[item.id]",
        own="[id]",
        name="item.id",
        detail="[item.name]",
    ),
    Look(
        of=_WEB_ACL,
        service="wafv2",
        operation="list_resources_for_web_acl",
        params="{WebACLArn: arn, ResourceType: 'API_GATEWAY'}",
        items="ResourceArns",
        type="aws:wafv2/webAclAssociation:WebAclAssociation",
        key="[thing.arn, item]",
        own="[webAclArn, resourceArn]",
        name="item",
    ),
)
