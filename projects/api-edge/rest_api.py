"""The REST API itself; what it answers to is in routes.py."""

import pulumi_aws as aws

from tapstack.program.naming import Names


def make_rest_api(names: Names) -> aws.apigateway.RestApi:
    """Make the API, regional, with its keys read from the `x-api-key` header."""
    return aws.apigateway.RestApi(
        "transactions",
        name=names("transactions"),
        description="Takes card transactions from merchants and tells what became of them",
        api_key_source="HEADER",
        endpoint_configuration={"types": "REGIONAL"},
    )
