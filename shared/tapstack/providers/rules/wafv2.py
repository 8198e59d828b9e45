"""What AWS WAF refuses and the emulator does not, in its own words."""

import re
from typing import Final

from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import Resource
from tapstack.providers.rules.apigateway import stage_exists
from tapstack.providers.rules.precondition import DOCS, Moment, Precondition, ask

_STAGE_ARN: Final = re.compile(r"arn:[^:]+:apigateway:[^:]*::/restapis/(?P<api>[^/]+)/stages/(?P<stage>[^/]+)")


def _association_has_stage(resource: Resource) -> None:
    match = _STAGE_ARN.fullmatch(resource.inputs["resourceArn"])
    if match and not stage_exists(resource, match["api"], match["stage"]):
        raise ProviderError(_NO_WAF_ITEM)
    _acl_exists(resource, resource.inputs["webAclArn"])


# AWS writes the apostrophe so.
_NO_WAF_ITEM: Final = (
    "WAFNonexistentItemException: AWS WAF couldn’t perform the operation because your resource doesn’t exist."  # noqa: RUF001
)


def _acl_exists(resource: Resource, arn: str) -> None:
    """An ARN ends in `regional/webacl/<name>/<id>`."""
    name, _, acl_id = arn.rpartition("webacl/")[2].partition("/")
    scope = "CLOUDFRONT" if ":global/" in arn else "REGIONAL"
    if not acl_id or ask(resource, "wafv2", "get_web_acl", Name=name, Scope=scope, Id=acl_id) is None:
        raise ProviderError(_NO_WAF_ITEM)


def _acl_can_log(resource: Resource) -> None:
    for destination in resource.inputs["logDestinationConfigs"]:
        name = destination.removesuffix(":*").rpartition(":log-group:")[2].rpartition("/")[2]
        if not name.startswith("aws-waf-logs-"):
            raise ProviderError(
                "WAFInvalidParameterException: Error reason: The ARN isn't valid. A valid ARN begins with arn: and "
                "includes other information separated by colons or slashes., field: LOG_DESTINATION, "
                f"parameter: {destination} (names of log destinations begin with aws-waf-logs-)"
            )
    _acl_exists(resource, resource.inputs["resourceArn"])


def _acl_is_free(resource: Resource) -> None:
    answer = ask(resource, "wafv2", "list_resources_for_web_acl", WebACLArn=resource.state["arn"]) or {}
    if answer.get("ResourceArns"):
        raise ProviderError(
            "WAFAssociatedItemException: AWS WAF couldn’t perform the operation because your resource is being used "  # noqa: RUF001
            "by another resource or it’s associated with another resource."  # noqa: RUF001
        )


PRECONDITIONS: Final = (
    Precondition(
        "aws:wafv2/webAcl:WebAcl", Moment.DELETE, _acl_is_free, DOCS + "waf/latest/APIReference/API_DeleteWebACL.html"
    ),
    Precondition(
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        Moment.CREATE,
        _association_has_stage,
        DOCS + "waf/latest/APIReference/API_AssociateWebACL.html",
    ),
    Precondition(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        Moment.CREATE | Moment.UPDATE,
        _acl_can_log,
        DOCS + "waf/latest/APIReference/API_PutLoggingConfiguration.html",
    ),
)
