"""What API Gateway answers by itself, as data: the resources are made of it, and the API's description tells of it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class GatewayProblem:
    """One kind of gateway response."""

    kind: str
    """API Gateway's name for it."""
    status: int | None
    """None keeps the status of the case: the two defaults stand for many."""
    slug: str
    title: str
    retry_after_seconds: int | None = None


GATEWAY_PROBLEMS: Final = (
    GatewayProblem("ACCESS_DENIED", 403, "forbidden", "The API key may not do this"),
    GatewayProblem(
        "INTEGRATION_FAILURE", 502, "unavailable", "The service did not answer; the request can be sent again", 1
    ),
    GatewayProblem(
        "INTEGRATION_TIMEOUT", 504, "timeout", "No answer in time; send it again with the same Idempotency-Key", 1
    ),
    GatewayProblem("INVALID_API_KEY", 403, "invalid-api-key", "The x-api-key header holds no valid key"),
    GatewayProblem("MISSING_AUTHENTICATION_TOKEN", 404, "not-found", "There is no such route"),
    GatewayProblem("QUOTA_EXCEEDED", 429, "quota-exceeded", "The key's monthly quota is used up"),
    GatewayProblem("REQUEST_TOO_LARGE", 413, "too-large", "The body is too large"),
    GatewayProblem("THROTTLED", 429, "throttled", "The key's request rate is exceeded", 1),
    GatewayProblem("UNSUPPORTED_MEDIA_TYPE", 415, "unsupported-media-type", "The body must be application/json"),
    GatewayProblem("WAF_FILTERED", 403, "blocked", "The firewall refused the request"),
    GatewayProblem("DEFAULT_4XX", None, "refused", "The request was refused"),
    GatewayProblem("DEFAULT_5XX", None, "unavailable", "The service did not answer; the request can be sent again", 1),
)
