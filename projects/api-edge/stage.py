"""The stage: the deployed API under a URL, with access logs and limits.

What API Gateway keeps of a request, it keeps before the validator could refuse it, so two things stay off. Its traces
hold the whole URL and the `User-Agent`; the functions' own traces hold neither. Its execution log quotes requests;
the access log says for each request that was refused what kind of refusal it was.
"""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Output

from settings import ApiEdgeSettings
from tapstack.contracts.data import DataContract
from tapstack.program.log_protection import mask_card_numbers
from tapstack.program.naming import Names

ACCESS_LOG_FIELDS: Final = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "apiKeyId": "$context.identity.apiKeyId",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "errorType": "$context.error.responseType",
    "wafStatus": "$context.waf.status",
    "responseLength": "$context.responseLength",
    "responseLatencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integration.latency",
    "integrationStatus": "$context.integration.status",
    "traceId": "$context.xrayTraceId",
}
"""Who asked for what and how it went. The route, but neither paths nor query strings nor headers, and no error's text:
they may hold what must not be kept."""


@dataclass(frozen=True)
class ServedApi:
    """The API under its stage."""

    api: aws.apigateway.RestApi
    stage: aws.apigateway.Stage

    @property
    def url(self) -> Output[str]:
        """The stage's URL by AWS's address, without a trailing slash."""
        return self.stage.invoke_url


def make_stage(
    names: Names,
    settings: ApiEdgeSettings,
    data: DataContract,
    api: aws.apigateway.RestApi,
    deployment: aws.apigateway.Deployment,
    account: aws.apigateway.Account | None,
) -> ServedApi:
    """Make the stage, named after the environment, with its log group and method settings."""
    access_log = aws.cloudwatch.LogGroup(
        "access-log",
        name=f"/aws/apigateway/{names('access')}",
        retention_in_days=settings.log_retention_days,
        kms_key_id=data.key_arn,
    )
    mask_card_numbers("access-log", access_log)
    stage = aws.apigateway.Stage(
        "transactions",
        rest_api=api.id,
        deployment=deployment.id,
        stage_name=names.environment_suffix,
        description="Serves the newest deployment",
        xray_tracing_enabled=False,
        access_log_settings={"destination_arn": access_log.arn, "format": json.dumps(ACCESS_LOG_FIELDS)},
        # AWS refuses access logs until the account has a role for them; the stage takes no value from it.
        opts=pulumi.ResourceOptions(depends_on=[account] if account else []),
    )
    aws.apigateway.MethodSettings(
        "transactions",
        rest_api=api.id,
        stage_name=stage.stage_name,
        method_path="*/*",
        settings={
            "metrics_enabled": True,
            "logging_level": "OFF",
            "data_trace_enabled": False,
            "throttling_rate_limit": settings.stage_rate,
            "throttling_burst_limit": settings.stage_burst,
        },
    )
    return ServedApi(api, stage)
