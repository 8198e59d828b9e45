"""The deployment: API Gateway's copy of the API, which the stage serves."""

import hashlib

import pulumi_aws as aws
from pulumi import Output

from gateway_responses import GatewayResponses
from routes import Routes


def make_deployment(
    api: aws.apigateway.RestApi, routes: Routes, gateway_responses: GatewayResponses
) -> aws.apigateway.Deployment:
    """Take a new copy when, and only when, something of the API changed.

    The trigger is a hash of what the resources say of themselves, so it also makes the deployment wait for all of them.
    That AWS's address of the API is off, or on again, takes effect with the next deployment:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
    """
    endpoint = api.disable_execute_api_endpoint.apply(lambda is_off: [{"defaultEndpoint": "off"}] if is_off else [])
    parts = endpoint.apply(lambda found: [routes.definition, gateway_responses.definition, *found])
    definition = Output.json_dumps(parts, sort_keys=True)
    return aws.apigateway.Deployment(
        "transactions",
        rest_api=api.id,
        description="Made from the resources of this layer",
        triggers={"definition": definition.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())},
    )
