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
        # Without a policy AWS takes TLS 1.0. This one is TLS 1.2 and later, all with forward secrecy.
        security_policy="SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
        # Requests whose host is not the one of their TLS handshake are refused.
        endpoint_access_mode="STRICT",
    )
