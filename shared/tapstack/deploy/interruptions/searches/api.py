"""What belongs to a REST API, and the keys and plans beside it."""

from collections.abc import Mapping
from typing import Final

from tapstack.deploy.interruptions.search import Search

_METHOD: Final = "{restApiId: restApi, resourceId: resourceId, httpMethod: httpMethod}"
_METHOD_ID: Final = "join('/', [inputs.restApi, inputs.resourceId, inputs.httpMethod])"

SEARCHES: Final[Mapping[str, Search]] = {
    "aws:apigateway/apiKey:ApiKey": Search(
        service="apigateway",
        operation="get_api_keys",
        params="{nameQuery: name}",
        items="items",
        tells="item.name == inputs.name",
        tagged=True,
        id="item.id",
    ),
    "aws:apigateway/basePathMapping:BasePathMapping": Search(
        service="apigateway",
        operation="get_base_path_mapping",
        params="{domainName: domainName, basePath: basePath || '(none)'}",
        id="join('/', [inputs.domainName, inputs.basePath || ''])",
    ),
    "aws:apigateway/deployment:Deployment": Search(
        service="apigateway",
        operation="get_deployments",
        params="{restApiId: restApi}",
        items="items",
        tells="item.description == inputs.description",
        id="join('/', [inputs.restApi, item.id])",
    ),
    "aws:apigateway/domainName:DomainName": Search(
        service="apigateway",
        operation="get_domain_name",
        params="{domainName: domainName}",
        id="item.domainName",
    ),
    "aws:apigateway/method:Method": Search(service="apigateway", operation="get_method", params=_METHOD, id=_METHOD_ID),
    "aws:apigateway/methodResponse:MethodResponse": Search(
        service="apigateway",
        operation="get_method_response",
        params="{restApiId: restApi, resourceId: resourceId, httpMethod: httpMethod, statusCode: statusCode}",
        id="join('/', [inputs.restApi, inputs.resourceId, inputs.httpMethod, inputs.statusCode])",
    ),
    "aws:apigateway/model:Model": Search(
        service="apigateway",
        operation="get_model",
        params="{restApiId: restApi, modelName: name}",
        id="join('/', [inputs.restApi, inputs.name])",
    ),
    "aws:apigateway/requestValidator:RequestValidator": Search(
        service="apigateway",
        operation="get_request_validators",
        params="{restApiId: restApi}",
        items="items",
        tells="item.name == inputs.name",
        id="join('/', [inputs.restApi, item.id])",
    ),
    "aws:apigateway/resource:Resource": Search(
        service="apigateway",
        operation="get_resources",
        params="{restApiId: restApi}",
        items="items",
        tells="item.parentId == inputs.parentId && item.pathPart == inputs.pathPart",
        id="join('/', [inputs.restApi, item.id])",
    ),
    "aws:apigateway/restApi:RestApi": Search(
        service="apigateway",
        operation="get_rest_apis",
        items="items",
        tells="item.name == inputs.name",
        tagged=True,
        id="item.id",
    ),
    "aws:apigateway/stage:Stage": Search(
        service="apigateway",
        operation="get_stage",
        params="{restApiId: restApi, stageName: stageName}",
        id="join('/', [inputs.restApi, inputs.stageName])",
    ),
    "aws:apigateway/usagePlan:UsagePlan": Search(
        service="apigateway",
        operation="get_usage_plans",
        items="items",
        tells="item.name == inputs.name",
        tagged=True,
        id="item.id",
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": Search(
        service="apigateway",
        operation="get_usage_plan_keys",
        params="{usagePlanId: usagePlanId}",
        items="items",
        tells="item.id == inputs.keyId",
        id="join('/', [inputs.usagePlanId, inputs.keyId])",
    ),
}
