"""What API Gateway refuses of paths and models."""

import re
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, document
from tapstack.providers.values import Props

_RESOURCE: Final = ("aws:apigateway/resource:Resource",)
_MODEL: Final = ("aws:apigateway/model:Model",)
_PART: Final = re.compile(r"[\w.:-]+|\{[\w.:-]+\+?\}", re.ASCII)
_KINDS: Final = frozenset(["array", "boolean", "integer", "null", "number", "object", "string"])
_API: Final = DOCS + "apigateway/latest/api/"


def _odd_part(inputs: Inputs) -> Iterator[Words]:
    if not _PART.fullmatch(inputs["pathPart"]):
        yield {}


def _siblings(resource: Resource) -> list[Props]:
    params = {"restApiId": resource.inputs["restApi"], "limit": 500}
    held = resource.call("apigateway", "get_resources", params)["items"]
    return [item for item in held if item.get("parentId") == resource.inputs["parentId"]]


def _part_taken(resource: Resource) -> Iterator[Words]:
    part = resource.inputs["pathPart"]
    if any(item.get("pathPart") == part for item in _siblings(resource)):
        yield {"part": part}


def _second_variable(resource: Resource) -> Iterator[Words]:
    for item in _siblings(resource) if resource.inputs["pathPart"].startswith("{") else ():
        if item.get("pathPart", "").startswith("{"):
            yield {"sibling": item["pathPart"]}


def _below_greedy(resource: Resource) -> Iterator[Words]:
    at = {"restApiId": resource.inputs["restApi"], "resourceId": resource.inputs["parentId"]}
    parent = ask(resource, "apigateway", "get_resource", **at) or {}
    if (part := parent.get("pathPart", "")).endswith("+}"):
        yield {"parent": part}


def _parent_missing(resource: Resource) -> Iterator[Words]:
    at = {"restApiId": resource.inputs["restApi"], "resourceId": resource.inputs["parentId"]}
    if ask(resource, "apigateway", "get_resource", **at) is None:
        yield {}


def _odd_model_name(inputs: Inputs) -> Iterator[Words]:
    if not re.fullmatch(r"[a-zA-Z0-9]+", inputs["name"]):
        yield {"name": inputs["name"]}


def _no_schema(inputs: Inputs) -> Iterator[Words]:
    schema = document(inputs.get("schema"))
    kind = schema.get("type") if isinstance(schema, dict) else None
    if isinstance(kind, str) and kind not in _KINDS:
        yield {}


def _model_taken(resource: Resource) -> Iterator[Words]:
    at = {"restApiId": resource.inputs["restApi"], "modelName": resource.inputs["name"]}
    if ask(resource, "apigateway", "get_model", **at) is not None:
        yield {}


RULES: Final = (
    InputRule(
        name="path-part",
        types=_RESOURCE,
        operation="apigateway:CreateResource",
        code="BadRequestException",
        message="Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at "
        "the beginning and the end.",
        source=_API + "API_CreateResource.html",
        check=_odd_part,
    ),
    StateRule(
        name="path-of-no-parent",
        types=_RESOURCE,
        operation="apigateway:CreateResource",
        code="NotFoundException",
        message="Invalid Resource identifier specified",
        source=_API + "API_CreateResource.html",
        moment=Moment.CREATE,
        check=_parent_missing,
    ),
    StateRule(
        name="path-taken",
        types=_RESOURCE,
        operation="apigateway:CreateResource",
        code="ConflictException",
        message="Another resource with the same parent already has this name: {part}",
        source=_API + "API_CreateResource.html",
        moment=Moment.CREATE,
        check=_part_taken,
    ),
    StateRule(
        name="path-with-two-variables",
        types=_RESOURCE,
        operation="apigateway:CreateResource",
        code="BadRequestException",
        message="A sibling ({sibling}) of this resource already has a variable path part -- only one is allowed",
        source=DOCS + "apigateway/latest/developerguide/api-gateway-known-issues.html",
        moment=Moment.CREATE,
        check=_second_variable,
    ),
    StateRule(
        name="path-below-a-greedy-one",
        types=_RESOURCE,
        operation="apigateway:CreateResource",
        code="BadRequestException",
        message="Cannot create a child of a resource with a greedy path variable: {parent}",
        source=DOCS + "apigateway/latest/developerguide/api-gateway-method-settings-method-request.html",
        moment=Moment.CREATE,
        check=_below_greedy,
    ),
    InputRule(
        name="model-name",
        types=_MODEL,
        operation="apigateway:CreateModel",
        code="BadRequestException",
        message="Model name must be alphanumeric: {name}",
        source=_API + "API_CreateModel.html",
        check=_odd_model_name,
    ),
    InputRule(
        name="model-schema",
        types=_MODEL,
        operation="apigateway:CreateModel",
        code="BadRequestException",
        message="Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]",
        source=DOCS + "apigateway/latest/developerguide/models-mappings-models.html",
        check=_no_schema,
    ),
    StateRule(
        name="model-name-taken",
        types=_MODEL,
        operation="apigateway:CreateModel",
        code="ConflictException",
        message="Model name already exists for this REST API",
        source=_API + "API_CreateModel.html",
        moment=Moment.CREATE,
        check=_model_taken,
    ),
)
