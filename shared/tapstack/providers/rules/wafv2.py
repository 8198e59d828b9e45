"""What AWS WAF refuses."""

import re
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask

_ACL: Final = ("aws:wafv2/webAcl:WebAcl",)
_ASSOCIATION: Final = ("aws:wafv2/webAclAssociation:WebAclAssociation",)
_LOGGING: Final = ("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",)
_STAGE_ARN: Final = re.compile(r"arn:[^:]+:apigateway:[^:]*::/restapis/(?P<api>[^/]+)/stages/(?P<stage>[^/]+)")
_API: Final = DOCS + "waf/latest/APIReference/"


def _acl_missing(resource: Resource, arn: str) -> bool:
    """An ARN ends in `regional/webacl/<name>/<id>`."""
    name, _, acl_id = arn.rpartition("webacl/")[2].partition("/")
    scope = "CLOUDFRONT" if ":global/" in arn else "REGIONAL"
    return not acl_id or ask(resource, "wafv2", "get_web_acl", Name=name, Scope=scope, Id=acl_id) is None


def _of_no_stage(resource: Resource) -> Iterator[Words]:
    match = _STAGE_ARN.fullmatch(resource.inputs["resourceArn"])
    if match and ask(resource, "apigateway", "get_stage", restApiId=match["api"], stageName=match["stage"]) is None:
        yield {}


def _by_no_acl(resource: Resource) -> Iterator[Words]:
    if _acl_missing(resource, resource.inputs["webAclArn"]):
        yield {}


def _logs_of_no_acl(resource: Resource) -> Iterator[Words]:
    if _acl_missing(resource, resource.inputs["resourceArn"]):
        yield {}


def _other_log_name(inputs: Inputs) -> Iterator[Words]:
    for destination in inputs["logDestinationConfigs"]:
        name = destination.removesuffix(":*").rpartition(":log-group:")[2].rpartition("/")[2]
        if not name.startswith("aws-waf-logs-"):
            yield {"destination": destination}


def _acl_taken(resource: Resource) -> Iterator[Words]:
    held = resource.call("wafv2", "list_web_acls", {"Scope": resource.inputs["scope"]})["WebACLs"]
    if any(acl["Name"] == resource.inputs["name"] for acl in held):
        yield {}


def _acl_in_use(resource: Resource) -> Iterator[Words]:
    answer = ask(resource, "wafv2", "list_resources_for_web_acl", WebACLArn=resource.state["arn"]) or {}
    if answer.get("ResourceArns"):
        yield {}


# AWS writes the apostrophe so.
_NO_ITEM: Final = "AWS WAF couldn’t perform the operation because your resource doesn’t exist."  # noqa: RUF001

RULES: Final = (
    StateRule(
        name="web-acl-name-taken",
        types=_ACL,
        operation="wafv2:CreateWebACL",
        code="WAFDuplicateItemException",
        message="AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an "  # noqa: RUF001
        "existing one.",
        source=_API + "API_CreateWebACL.html",
        moment=Moment.CREATE,
        check=_acl_taken,
    ),
    StateRule(
        name="web-acl-in-use",
        types=_ACL,
        operation="wafv2:DeleteWebACL",
        code="WAFAssociatedItemException",
        message="AWS WAF couldn’t perform the operation because your resource is being used by another resource or "  # noqa: RUF001
        "it’s associated with another resource.",  # noqa: RUF001
        source=_API + "API_DeleteWebACL.html",
        moment=Moment.DELETE,
        check=_acl_in_use,
    ),
    StateRule(
        name="web-acl-association-of-no-stage",
        types=_ASSOCIATION,
        operation="wafv2:AssociateWebACL",
        code="WAFNonexistentItemException",
        message=_NO_ITEM,
        source=_API + "API_AssociateWebACL.html",
        moment=Moment.CREATE,
        check=_of_no_stage,
    ),
    StateRule(
        name="web-acl-association-with-no-web-acl",
        types=_ASSOCIATION,
        operation="wafv2:AssociateWebACL",
        code="WAFNonexistentItemException",
        message=_NO_ITEM,
        source=_API + "API_AssociateWebACL.html",
        moment=Moment.CREATE,
        check=_by_no_acl,
    ),
    InputRule(
        name="web-acl-log-name",
        types=_LOGGING,
        operation="wafv2:PutLoggingConfiguration",
        code="WAFInvalidParameterException",
        message="Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information "
        "separated by colons or slashes., field: LOG_DESTINATION, parameter: {destination} "
        "(names of log destinations begin with aws-waf-logs-)",
        source=DOCS + "waf/latest/developerguide/logging-cw-logs.html",
        check=_other_log_name,
    ),
    StateRule(
        name="web-acl-logs-of-no-web-acl",
        types=_LOGGING,
        operation="wafv2:PutLoggingConfiguration",
        code="WAFNonexistentItemException",
        message=_NO_ITEM,
        source=_API + "API_PutLoggingConfiguration.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_logs_of_no_acl,
    ),
)
