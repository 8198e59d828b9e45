"""AWS WAF: web ACLs with rules, a log, and metrics."""

from collections.abc import Iterator

from check import check, check_of_stack
from policy_documents import many
from resources import UNKNOWN, Resource, Stack

_ACL = "aws:wafv2/webAcl:WebAcl"
_GROUP = "aws:wafv2/ruleGroup:RuleGroup"
_LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


@check("WAF.10", _ACL, next_step="give it a rule or a rule group")
def rules(acl: Resource) -> Iterator[str]:
    """A web ACL looks at something."""
    if not acl.has("rules") and not acl.has("ruleJson"):
        yield "it has no rule"


@check_of_stack("WAF.11", _ACL, next_step="give it a WebAclLoggingConfiguration")
def logging(acl: Resource, stack: Stack) -> Iterator[str]:
    """A web ACL logs what it sees."""
    if not stack.on(acl, "resourceArn", _LOGGING):
        yield "it writes no log"


@check("WAF.12", _ACL, _GROUP, next_step="set cloudwatch_metrics_enabled to true in its visibility_config")
def metrics(acl: Resource) -> Iterator[str]:
    """Every rule counts what it matches."""
    if acl.get("visibilityConfig.cloudwatchMetricsEnabled") is False:
        yield "its metrics are off"
    for rule in many(acl.get("rules")):
        if rule is not UNKNOWN and (rule.get("visibilityConfig") or {}).get("cloudwatchMetricsEnabled") is False:
            yield f"the metrics of its rule {rule.get('name')!r} are off"
