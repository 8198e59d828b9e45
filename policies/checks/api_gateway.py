"""API Gateway: what a stage logs, traces and caches, and what stands in front of it."""

from collections.abc import Iterator
from typing import Final

from check import check, check_of_stack
from resources import UNKNOWN, Resource, Stack

_STAGE = "aws:apigateway/stage:Stage"
_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
_LOGGED = ("ERROR", "INFO")

SECURITY_POLICIES: Final = (
    *("SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_1_3_FIPS_2025_09"),
    *("SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "SecurityPolicy_TLS13_2025_EDGE"),
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
)
"""Those that the control takes:
https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-11"""


@check_of_stack(
    "APIGateway.1", _STAGE, next_step="give the stage MethodSettings for */* whose logging_level is ERROR or INFO"
)
def execution_logging(stage: Resource, stack: Stack) -> Iterator[str]:
    """Every stage logs the execution of all methods."""
    of_all = [each for each in stack.on(stage, "stageName", _SETTINGS) if each.get("methodPath") == "*/*"]
    if not any(each.get("settings.loggingLevel") in _LOGGED for each in of_all):
        yield "no execution log is written for it"


@check("APIGateway.2", _STAGE, next_step="make a ClientCertificate and give the stage its client_certificate_id")
def client_certificate(stage: Resource) -> Iterator[str]:
    """Backends can tell that a request comes from the API."""
    if not stage.has("clientCertificateId"):
        yield "it has no client certificate for its backends"


@check("APIGateway.3", _STAGE, next_step="set xray_tracing_enabled to true")
def tracing(stage: Resource) -> Iterator[str]:
    """Requests are traced from the stage on."""
    if not stage.is_on("xrayTracingEnabled"):
        yield "X-Ray tracing is off"


@check_of_stack("APIGateway.4", _STAGE, next_step="associate a web ACL with the stage's ARN (WebAclAssociation)")
def firewall(stage: Resource, stack: Stack) -> Iterator[str]:
    """A web ACL stands in front of every stage."""
    if not stack.on(stage, "resourceArn", _ASSOCIATION):
        yield "no web ACL is associated with it"


@check("APIGateway.5", _SETTINGS, next_step="set cache_data_encrypted to true, or turn the cache off")
def cache(settings: Resource) -> Iterator[str]:
    """What a stage caches is encrypted."""
    if settings.get("settings.cachingEnabled") is True and not settings.is_on("settings.cacheDataEncrypted"):
        yield "it caches answers, and does not encrypt them"


@check("APIGateway.11", "aws:apigateway/domainName:DomainName", next_step="set security_policy to one of those named")
def domain_tls(domain: Resource) -> Iterator[str]:
    """A domain of one's own takes current TLS alone."""
    policy = domain.get("securityPolicy")
    if policy is not UNKNOWN and policy not in SECURITY_POLICIES:
        yield f"its security policy {policy!r} is none of {', '.join(SECURITY_POLICIES)}"
