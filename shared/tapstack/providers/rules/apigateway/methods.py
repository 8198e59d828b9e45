"""What API Gateway refuses of methods, integrations and their responses."""

import re
from collections.abc import Iterator
from typing import Any, Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask
from tapstack.providers.values import Props

_METHOD: Final = ("aws:apigateway/method:Method",)
_INTEGRATION: Final = ("aws:apigateway/integration:Integration",)
_METHOD_RESPONSE: Final = ("aws:apigateway/methodResponse:MethodResponse",)
_RESPONSE: Final = ("aws:apigateway/integrationResponse:IntegrationResponse",)
_PARAMETER: Final = re.compile(
    r"method\.request\.(path|querystring|multivaluequerystring|header|multivalueheader)\.\S+"
)
_API: Final = DOCS + "apigateway/latest/api/"
_MAPPINGS: Final = DOCS + "apigateway/latest/developerguide/request-response-data-mappings.html"
_BUILT_IN: Final = frozenset({"Empty", "Error"})
_WRONG_MAPPING: Final = (
    "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression "
    "parameter specified: {parameter}]"
)


def _at(resource: Resource) -> Props:
    inputs = resource.inputs
    return {
        "restApiId": inputs["restApi"],
        "resourceId": inputs["resourceId"],
        "httpMethod": inputs["httpMethod"],
    }


def _method(resource: Resource) -> Props | None:
    return ask(resource, "apigateway", "get_method", **_at(resource))


def _no_authorizer(inputs: Inputs) -> Iterator[Words]:
    if inputs["authorization"] in {"CUSTOM", "COGNITO_USER_POOLS"} and "authorizerId" not in inputs:
        yield {}


def _odd_parameter(inputs: Inputs) -> Iterator[Words]:
    for parameter in inputs.get("requestParameters") or {}:
        if not _PARAMETER.fullmatch(parameter):
            yield {"parameter": parameter}


def _resource_missing(resource: Resource) -> Iterator[Words]:
    at = {"restApiId": resource.inputs["restApi"], "resourceId": resource.inputs["resourceId"]}
    if ask(resource, "apigateway", "get_resource", **at) is None:
        yield {}


def _method_taken(resource: Resource) -> Iterator[Words]:
    if _method(resource) is not None:
        yield {}


def _validator_missing(resource: Resource) -> Iterator[Words]:
    validator, api = resource.inputs.get("requestValidatorId"), resource.inputs["restApi"]
    params = {"restApiId": api, "requestValidatorId": validator}
    if validator and ask(resource, "apigateway", "get_request_validator", **params) is None:
        yield {}


def _model_missing(resource: Resource) -> Iterator[Words]:
    for name in (resource.inputs.get("requestModels") or {}).values():
        params = {"restApiId": resource.inputs["restApi"], "modelName": name}
        if name not in _BUILT_IN and ask(resource, "apigateway", "get_model", **params) is None:
            yield {"model": name}


def _no_method_of_integration(inputs: Inputs) -> Iterator[Words]:
    if inputs["type"] != "MOCK" and "integrationHttpMethod" not in inputs:
        yield {}


def _no_method(resource: Resource) -> Iterator[Words]:
    if _method(resource) is None:
        yield {}


def _undeclared_request(resource: Resource) -> Iterator[Words]:
    declared = (_method(resource) or {}).get("requestParameters") or {}
    for value in (resource.inputs.get("requestParameters") or {}).values():
        if _PARAMETER.fullmatch(value) and ".path." not in value and value not in declared:
            yield {"parameter": value}


def _response_taken(resource: Resource) -> Iterator[Words]:
    if _method_response(resource) is not None:
        yield {}


def _method_response(resource: Resource) -> Any:
    code = {"statusCode": resource.inputs["statusCode"]}
    return ask(resource, "apigateway", "get_method_response", **_at(resource), **code)


def _undeclared_response(resource: Resource) -> Iterator[Words]:
    declared = (_method_response(resource) or {}).get("responseParameters") or {}
    for name in resource.inputs.get("responseParameters") or {}:
        if name not in declared:
            yield {"parameter": name}


RULES: Final = (
    InputRule(
        name="method-without-authorizer",
        types=_METHOD,
        operation="apigateway:PutMethod",
        code="BadRequestException",
        message="Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS "
        "requires a valid authorizer.",
        source=_API + "API_PutMethod.html",
        check=_no_authorizer,
    ),
    InputRule(
        name="method-parameter",
        types=_METHOD,
        operation="apigateway:PutMethod",
        code="BadRequestException",
        message=_WRONG_MAPPING,
        source=_MAPPINGS,
        check=_odd_parameter,
    ),
    StateRule(
        name="method-of-no-path",
        types=_METHOD,
        operation="apigateway:PutMethod",
        code="NotFoundException",
        message="Invalid Resource identifier specified",
        source=_API + "API_PutMethod.html",
        moment=Moment.CREATE,
        check=_resource_missing,
    ),
    StateRule(
        name="method-taken",
        types=_METHOD,
        operation="apigateway:PutMethod",
        code="ConflictException",
        message="Method already exists for this resource",
        source=_API + "API_PutMethod.html",
        moment=Moment.CREATE,
        check=_method_taken,
    ),
    StateRule(
        name="method-with-no-validator",
        types=_METHOD,
        operation="apigateway:PutMethod",
        code="BadRequestException",
        message="Invalid Request Validator identifier specified",
        source=_API + "API_PutMethod.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_validator_missing,
    ),
    StateRule(
        name="method-with-no-model",
        types=_METHOD,
        operation="apigateway:PutMethod",
        code="BadRequestException",
        message="Invalid model identifier specified: {model}",
        source=_API + "API_PutMethod.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_model_missing,
    ),
    InputRule(
        name="integration-without-method",
        types=_INTEGRATION,
        operation="apigateway:PutIntegration",
        code="BadRequestException",
        message="Enumeration value for HttpMethod must be non-empty",
        source=_API + "API_PutIntegration.html",
        check=_no_method_of_integration,
    ),
    StateRule(
        name="integration-of-no-method",
        types=_INTEGRATION,
        operation="apigateway:PutIntegration",
        code="NotFoundException",
        message="Invalid Method identifier specified",
        source=_API + "API_PutIntegration.html",
        moment=Moment.CREATE,
        check=_no_method,
    ),
    StateRule(
        name="integration-of-an-undeclared-parameter",
        types=_INTEGRATION,
        operation="apigateway:PutIntegration",
        code="BadRequestException",
        message=_WRONG_MAPPING,
        source=_MAPPINGS,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_undeclared_request,
    ),
    StateRule(
        name="method-response-of-no-method",
        types=_METHOD_RESPONSE,
        operation="apigateway:PutMethodResponse",
        code="NotFoundException",
        message="Invalid Method identifier specified",
        source=_API + "API_PutMethodResponse.html",
        moment=Moment.CREATE,
        check=_no_method,
    ),
    StateRule(
        name="method-response-taken",
        types=_METHOD_RESPONSE,
        operation="apigateway:PutMethodResponse",
        code="ConflictException",
        message="Response already exists for this resource",
        source=_API + "API_PutMethodResponse.html",
        moment=Moment.CREATE,
        check=_response_taken,
    ),
    StateRule(
        name="integration-response-of-an-undeclared-parameter",
        types=_RESPONSE,
        operation="apigateway:PutIntegrationResponse",
        code="BadRequestException",
        message=_WRONG_MAPPING,
        source=_MAPPINGS,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_undeclared_response,
    ),
)
