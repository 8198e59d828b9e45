"""The routes: resources, their methods, and the integration of each with the validator.

/v1/transactions                   POST submit one, GET list one's own
/v1/transactions/{id}              GET read one back
/v1/transactions/{id}/deliveries   GET what became of its webhooks
/v1/transactions/{id}/redeliver    POST its webhooks once more
/v1/transactions/{id}/review       POST how the review of one is closed
/v1/reviews                        GET list one's own that are in review
/v1/transactions/{id}/outcome      POST what it turned out to be
/v1/webhooks/test                  POST a webhook to try the receiver

API Gateway looks at the key and its rate and quota, and hands on every body and header as it is: the validator names
what is wrong with them (`docs/decisions/validator-refuses.md`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output

from tapstack.contracts.compute import ComputeContract
from tapstack.program.naming import Names
from transactions.agreed.api import (
    COLLECTION_PATH,
    DELIVERIES_PATH,
    ITEM_PARAMETER,
    ITEM_PATH,
    OUTCOME_PATH,
    REDELIVER_PATH,
    REVIEW_PATH,
    REVIEWS_PATH,
    TEST_WEBHOOK_PATH,
)
from transactions.agreed.invocations import INTEGRATION_TIMEOUT_MS


@dataclass(frozen=True)
class Route:
    """One method of one resource, with everything a deployment takes a copy of."""

    resource: aws.apigateway.Resource
    method: aws.apigateway.Method
    integration: aws.apigateway.Integration

    @property
    def definition(self) -> Input[object]:
        """What callers would notice a change of, as read back from the resources."""
        return {
            "path": self.resource.path,
            "method": self.method.http_method,
            "authorization": self.method.authorization,
            "apiKeyRequired": self.method.api_key_required,
            "parameters": self.method.request_parameters,
            "uri": self.integration.uri,
            "type": self.integration.type,
            "timeout": self.integration.timeout_milliseconds,
        }


@dataclass(frozen=True)
class Routes:
    """All routes."""

    routes: Sequence[Route]

    @property
    def definition(self) -> Input[object]:
        """What callers would notice a change of."""
        return [route.definition for route in self.routes]


def make_routes(names: Names, api: aws.apigateway.RestApi, compute: ComputeContract) -> Routes:
    """Make resources, methods and integrations, and let the API call the validator's alias."""
    version = _resource(api, "v1", api.root_resource_id, COLLECTION_PATH)
    collection = _resource(api, "transactions", version.id, COLLECTION_PATH, 1)
    item = _resource(api, "transaction", collection.id, ITEM_PATH, 2)
    deliveries = _resource(api, "deliveries", item.id, DELIVERIES_PATH, 3)
    redeliver = _resource(api, "redeliver", item.id, REDELIVER_PATH, 3)
    review = _resource(api, "review", item.id, REVIEW_PATH, 3)
    reviews = _resource(api, "reviews", version.id, REVIEWS_PATH, 1)
    outcome = _resource(api, "outcome", item.id, OUTCOME_PATH, 3)
    webhooks = _resource(api, "webhooks", version.id, TEST_WEBHOOK_PATH, 1)
    tried = _resource(api, "try-webhook", webhooks.id, TEST_WEBHOOK_PATH, 2)

    def route(name: str, resource: aws.apigateway.Resource, http_method: str, **checked: Any) -> Route:
        method = aws.apigateway.Method(
            name,
            rest_api=api.id,
            resource_id=resource.id,
            http_method=http_method,
            authorization="NONE",
            api_key_required=True,
            **checked,
        )
        integration = aws.apigateway.Integration(
            name,
            rest_api=api.id,
            resource_id=resource.id,
            http_method=method.http_method,
            type="AWS_PROXY",
            integration_http_method="POST",
            uri=compute.validator_invoke_arn,
            timeout_milliseconds=INTEGRATION_TIMEOUT_MS,
        )
        return Route(resource, method, integration)

    of_item = {f"method.request.path.{ITEM_PARAMETER}": True}
    aws.lambda_.Permission(
        "transactions",
        statement_id="transactions-api",
        action="lambda:InvokeFunction",
        function=compute.validator_function_name,
        qualifier=compute.alias_name,
        principal="apigateway.amazonaws.com",
        source_arn=Output.format("{0}/{1}/*/v1/*", api.execution_arn, names.environment_suffix),
    )
    return Routes(
        [
            route("submit", collection, "POST"),
            route("list", collection, "GET"),
            route("read", item, "GET", request_parameters=of_item),
            route("deliveries", deliveries, "GET", request_parameters=of_item),
            route("redeliver", redeliver, "POST", request_parameters=of_item),
            route("review", review, "POST", request_parameters=of_item),
            route("reviews", reviews, "GET"),
            route("outcome", outcome, "POST", request_parameters=of_item),
            route("try-webhook", tried, "POST"),
        ]
    )


def _resource(
    api: aws.apigateway.RestApi, name: str, parent_id: Input[str], path: str, place: int = 0
) -> aws.apigateway.Resource:
    """Make the resource of one part of a path, counted from 0."""
    return aws.apigateway.Resource(
        name, rest_api=api.id, parent_id=parent_id, path_part=path.strip("/").split("/")[place]
    )
