"""The REST API itself; what it answers to is in routes.py, under which name of its own in domain.py."""

from typing import Final

import pulumi
import pulumi_aws as aws

from settings import ApiEdgeSettings
from tapstack.program.naming import Names

TLS_POLICY: Final = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
"""TLS 1.3 and 1.2, all with forward secrecy. Without a policy AWS takes TLS 1.0."""


def make_rest_api(
    names: Names, settings: ApiEdgeSettings, domain_name: aws.apigateway.DomainName | None
) -> aws.apigateway.RestApi:
    """Make the API, regional, with its keys read from the `x-api-key` header.

    Where it has a domain name of its own, AWS's address of it is off.
    """
    return aws.apigateway.RestApi(
        "transactions",
        name=names("transactions"),
        description="Takes card transactions from merchants and tells what became of them",
        api_key_source="HEADER",
        endpoint_configuration={"types": "REGIONAL"},
        disable_execute_api_endpoint=bool(settings.domain_name) and not settings.keep_default_endpoint,
        security_policy=TLS_POLICY,
        # Requests whose host is not the one of their TLS handshake are refused.
        endpoint_access_mode="STRICT",
        # To prove a domain may take long, and AWS's address is not to go off before there is another.
        opts=pulumi.ResourceOptions(depends_on=[domain_name] if domain_name else []),
    )
