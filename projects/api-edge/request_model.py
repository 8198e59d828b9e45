"""The check API Gateway makes before it calls the validator: does the body have the shape of a transaction?

The schema is made from the type the validator itself decodes, so the two cannot disagree. Everything a schema cannot
say, the `Idempotency-Key` included, is left to the validator: its answers name the problem.
"""

import json
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Input

from transactions.schema import request_schema


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
