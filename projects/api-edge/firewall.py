"""The firewall: a web ACL in front of the stage, and its log with secrets left out."""

from typing import Final

import pulumi_aws as aws

from settings import ApiEdgeSettings
from stage import ServedApi
from tapstack.contracts.data import DataContract
from tapstack.program.naming import Names
from transactions.agreed.api import API_KEY_HEADER, IDEMPOTENCY_KEY_HEADER

MANAGED_RULE_GROUPS: Final = {
    "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
    "common": "AWSManagedRulesCommonRuleSet",
    "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
}
"""Rule name to AWS's group, in the order of evaluation: the cheapest refusal first."""

RATE_RULE: Final = "requests-per-address"
REDACTED_HEADERS: Final = ("authorization", "cookie", IDEMPOTENCY_KEY_HEADER, API_KEY_HEADER)


def make_firewall(names: Names, settings: ApiEdgeSettings, data: DataContract, served: ServedApi) -> aws.wafv2.WebAcl:
    """Make the web ACL, put it in front of the stage, and log what it sees."""
    web_acl = aws.wafv2.WebAcl(
        "edge",
        name=names("edge"),
        description="Guards the transactions API",
        scope="REGIONAL",
        default_action={"allow": {}},
        rules=[
            _rate_rule(settings, priority=0),
            *(
                _managed_rule(name, group, priority)
                for priority, (name, group) in enumerate(MANAGED_RULE_GROUPS.items(), start=1)
            ),
        ],
        visibility_config=_visibility("edge"),
    )
    aws.wafv2.WebAclAssociation("edge", resource_arn=served.stage.arn, web_acl_arn=web_acl.arn)
    log_group = aws.cloudwatch.LogGroup(
        "firewall-log",
        # AWS WAF writes only to groups whose names begin so.
        name=f"aws-waf-logs-{names('edge')}",
        retention_in_days=settings.log_retention_days,
        kms_key_id=data.key_arn,
    )
    aws.wafv2.WebAclLoggingConfiguration(
        "edge",
        resource_arn=web_acl.arn,
        log_destination_configs=[log_group.arn],
        redacted_fields=[{"query_string": {}}, *_redacted_headers()],
    )
    return web_acl


def _redacted_headers() -> list[aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgsDict]:
    return [{"single_header": {"name": header}} for header in REDACTED_HEADERS]


def _rate_rule(settings: ApiEdgeSettings, *, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": RATE_RULE,
        "priority": priority,
        "action": {"block": {}},
        "statement": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "limit": settings.firewall_requests_per_address,
                "evaluation_window_sec": 300,
            }
        },
        "visibility_config": _visibility(RATE_RULE),
    }


def _managed_rule(name: str, group: str, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": name,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {"managed_rule_group_statement": {"vendor_name": "AWS", "name": group}},
        "visibility_config": _visibility(name),
    }


def _visibility(metric_name: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    """Keep the rule's metric under a name that dashboards can rely on.

    Samples show whole requests to whoever opens the console, so there are none.
    """
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": False, "metric_name": metric_name}
