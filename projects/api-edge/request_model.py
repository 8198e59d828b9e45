"""The check API Gateway makes before it calls the validator: does the body have the shape of a transaction?

The schema is made from the type the validator itself decodes, so the two cannot disagree. Everything a schema cannot
say, the `Idempotency-Key` included, is left to the validator: its answers name the problem.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pulumi_aws as aws
from pulumi import Input

from transactions.submission import Submission

_TAKEN: Final = frozenset(
    {
        "additionalProperties",
        "description",
        "items",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
        "pattern",
        "properties",
        "required",
        "type",
    }
)
"""What API Gateway's models take of a JSON schema."""


@dataclass(frozen=True)
class RequestChecks:
    """The model of a transaction and the validator that holds bodies to it."""

    model: aws.apigateway.Model
    body: aws.apigateway.RequestValidator

    @property
    def definition(self) -> Input[object]:
        """What callers would notice a change of."""
        return {"schema": self.model.schema, "validateBody": self.body.validate_request_body}


def make_request_checks(api: aws.apigateway.RestApi) -> RequestChecks:
    """Make the model and the request validator."""
    return RequestChecks(
        model=aws.apigateway.Model(
            "transaction",
            rest_api=api.id,
            name="Transaction",
            description="A card transaction as a merchant submits it",
            content_type="application/json",
            schema=json.dumps(request_schema(), sort_keys=True),
        ),
        body=aws.apigateway.RequestValidator(
            "body", rest_api=api.id, name="body", validate_request_body=True, validate_request_parameters=False
        ),
    )


def request_schema() -> dict[str, Any]:
    """Describe a body as a JSON schema, draft 4, in the subset API Gateway's models take."""
    (schema,), definitions = msgspec.json.schema_components([Submission], ref_template="{name}")
    return {"$schema": "http://json-schema.org/draft-04/schema#", **_draft_4(schema, definitions)}


def _draft_4(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Write references out in full and leave away what draft 4 or API Gateway does not know."""
    if reference := schema.get("$ref"):
        return _draft_4(definitions[reference], definitions)
    taken = {name: value for name, value in schema.items() if name in _TAKEN}
    if taken.get("type") == "integer":
        # To draft 4 an integer is a spelling: it would refuse 1250.0 and 1.25e3, which JSON cannot tell from 1250.
        taken |= {"type": "number", "multipleOf": 1}
    if properties := taken.get("properties"):
        taken["properties"] = {name: _draft_4(inner, definitions) for name, inner in properties.items()}
    if isinstance(inner := taken.get("additionalProperties"), dict):
        taken["additionalProperties"] = _draft_4(inner, definitions)
    return taken
