"""What API Gateway answers by itself, as problem documents (RFC 9457) like the validator's own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi_aws as aws
from pulumi import Input

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One kind of gateway response."""

    kind: str
    """API Gateway's name for it."""
    status: int | None
    """None keeps the status of the case: the two defaults stand for many."""
    slug: str
    title: str
    retry_after_seconds: int | None = None


PROBLEMS: Final = (
    Problem("ACCESS_DENIED", 403, "forbidden", "The API key may not do this"),
    Problem("BAD_REQUEST_BODY", 400, "invalid-body", "The body is not a transaction"),
    Problem("INTEGRATION_FAILURE", 502, "unavailable", "The service did not answer; the request can be sent again", 1),
    Problem("INTEGRATION_TIMEOUT", 504, "timeout", "No answer in time; send it again with the same Idempotency-Key", 1),
    Problem("INVALID_API_KEY", 403, "invalid-api-key", "The x-api-key header holds no valid key"),
    Problem("MISSING_AUTHENTICATION_TOKEN", 404, "not-found", "There is no such route"),
    Problem("QUOTA_EXCEEDED", 429, "quota-exceeded", "The key's monthly quota is used up"),
    Problem("REQUEST_TOO_LARGE", 413, "too-large", "The body is too large"),
    Problem("THROTTLED", 429, "throttled", "The key's request rate is exceeded", 1),
    Problem("UNSUPPORTED_MEDIA_TYPE", 415, "unsupported-media-type", "The body is to be application/json"),
    Problem("WAF_FILTERED", 403, "blocked", "The firewall refused the request"),
    Problem("DEFAULT_4XX", None, "refused", "The request was refused"),
    Problem("DEFAULT_5XX", None, "unavailable", "The service did not answer; the request can be sent again", 1),
)


@dataclass(frozen=True)
class GatewayResponses:
    """The responses, one per problem."""

    responses: Sequence[aws.apigateway.Response]

    @property
    def definition(self) -> Input[object]:
        """What callers would notice a change of."""
        return [
            {
                "type": response.response_type,
                "status": response.status_code,
                "headers": response.response_parameters,
                "body": response.response_templates,
            }
            for response in self.responses
        ]


def make_gateway_responses(api: aws.apigateway.RestApi) -> GatewayResponses:
    """Make a response for every problem."""
    return GatewayResponses(
        [
            aws.apigateway.Response(
                problem.kind.lower().replace("_", "-"),
                rest_api_id=api.id,
                response_type=problem.kind,
                status_code=f"{problem.status}" if problem.status else None,
                response_parameters={
                    "gatewayresponse.header.Content-Type": f"'{MEDIA_TYPE}'",
                    **(
                        {"gatewayresponse.header.Retry-After": f"'{problem.retry_after_seconds}'"}
                        if problem.retry_after_seconds
                        else {}
                    ),
                },
                response_templates={"application/json": _document(problem)},
            )
            for problem in PROBLEMS
        ]
    )


def _document(problem: Problem) -> str:
    # No $context.error text goes in: for a refused body it repeats parts of the body.
    return json.dumps(
        {
            "type": f"urn:tapstack:problem:{problem.slug}",
            "title": problem.title,
            **({"status": problem.status} if problem.status else {}),
            "requestId": "$context.requestId",
        }
    )
