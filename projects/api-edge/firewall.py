"""The firewall: a web ACL in front of the stage, and its log with secrets left out.

The log is written before the validator could refuse a request, and AWS WAF can leave single headers out of it, but not
all of them. So path and query are left out, and of a request whose headers or body hold as many digits as a card number
there is no record: the first rule labels it, and the log drops what has the label. Nothing that is needed is lost: such
a request is refused or served like any other, and the access log has it.
"""

from typing import Final

import pulumi_aws as aws

from settings import ApiEdgeSettings
from stage import ServedApi
from tapstack.contracts.data import DataContract
from tapstack.program.log_protection import mask_card_numbers
from tapstack.program.naming import Names
from transactions.agreed.api import API_KEY_HEADER, IDEMPOTENCY_KEY_HEADER
from transactions.bodies import LARGEST_BODY
from transactions.card_numbers import SHORTEST

MANAGED_RULE_GROUPS: Final = {
    "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
    "common": "AWSManagedRulesCommonRuleSet",
    "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
}
"""Rule name to AWS's group, in the order of evaluation: the cheapest refusal first."""

COUNTED_RULES: Final = {
    "common": (
        # It stops at 8 KiB, half of what the API takes; the rule `body-size` stops at the API's own limit.
        "SizeRestrictions_BODY",
        # Merchants call from code, and not every HTTP client says who it is; an API key does.
        "NoUserAgent_HEADER",
    )
}
"""Rule name to those rules of its group that would refuse what the API promises to take: they only count."""

DIGITS_RULE: Final = "digits"
RATE_RULE: Final = "requests-per-address"
SIZE_RULE: Final = "body-size"
REDACTED_HEADERS: Final = ("authorization", "cookie", IDEMPOTENCY_KEY_HEADER, API_KEY_HEADER)

DIGITS: Final = rf"([0-9][^0-9A-Za-z]*){{{SHORTEST}}}"
"""As many digits as the shortest card number has, with no letter between them. Much that is no card number is so too;
it costs a record of the log."""
DIGITS_OR_FOREIGN: Final = f"{DIGITS}|[^ -~]"
"""The same, or a sign beyond ASCII: no client of an API writes any into a header, and it could be a digit as well."""


def make_firewall(names: Names, settings: ApiEdgeSettings, data: DataContract, served: ServedApi) -> aws.wafv2.WebAcl:
    """Make the web ACL, put it in front of the stage, and log what it sees."""
    web_acl = aws.wafv2.WebAcl(
        "edge",
        name=names("edge"),
        description="Guards the transactions API",
        scope="REGIONAL",
        default_action={"allow": {}},
        rules=[
            _digits_rule(priority=0),
            _rate_rule(settings, priority=1),
            _size_rule(priority=2),
            *(
                _managed_rule(name, group, priority)
                for priority, (name, group) in enumerate(MANAGED_RULE_GROUPS.items(), start=3)
            ),
        ],
        # Environments of one account must not count into one metric.
        visibility_config=_visibility(names("edge")),
    )
    aws.wafv2.WebAclAssociation("edge", resource_arn=served.stage.arn, web_acl_arn=web_acl.arn)
    log_group = aws.cloudwatch.LogGroup(
        "firewall-log",
        # AWS WAF writes only to groups whose names begin so.
        name=f"aws-waf-logs-{names('edge')}",
        retention_in_days=settings.log_retention_days,
        kms_key_id=data.key_arn,
    )
    mask_card_numbers("firewall-log", log_group)
    # The label's whole name: whose web ACL, its name, and what the rule calls it.
    label = f"awswaf:{aws.get_caller_identity().account_id}:webacl:{names('edge')}:{DIGITS_RULE}"
    aws.wafv2.WebAclLoggingConfiguration(
        "edge",
        resource_arn=web_acl.arn,
        log_destination_configs=[log_group.arn],
        redacted_fields=[{"uri_path": {}}, {"query_string": {}}, *_redacted_headers()],
        logging_filter={
            "default_behavior": "KEEP",
            "filters": [
                {
                    "behavior": "DROP",
                    "requirement": "MEETS_ANY",
                    "conditions": [{"label_name_condition": {"label_name": label}}],
                }
            ],
        },
    )
    return web_acl


def _redacted_headers() -> list[aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgsDict]:
    return [{"single_header": {"name": header}} for header in REDACTED_HEADERS]


def _digits_rule(*, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    """Label what the log is to drop; first of all, as what a rule before it blocked would have no label."""
    headers: aws.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchArgsDict = {
        "headers": [
            {
                # Those that the log leaves out anyway may hold any digits.
                "match_pattern": {"excluded_headers": list(REDACTED_HEADERS)},
                "match_scope": "ALL",
                # Of what is past 8 KB or 200 headers nothing is known, so nothing is kept.
                "oversize_handling": "MATCH",
            }
        ]
    }
    untouched: list[aws.wafv2.WebAclRuleStatementRegexMatchStatementTextTransformationArgsDict] = [
        {"priority": 0, "type": "NONE"}
    ]
    return {
        "name": DIGITS_RULE,
        "priority": priority,
        "action": {"count": {}},
        "statement": {
            "or_statement": {
                "statements": [
                    {
                        "regex_match_statement": {
                            "regex_string": DIGITS_OR_FOREIGN,
                            "field_to_match": headers,
                            "text_transformations": untouched,
                        }
                    },
                    # The log quotes what it took for an attack, from bodies too.
                    {
                        "regex_match_statement": {
                            "regex_string": DIGITS,
                            "field_to_match": {"body": {"oversize_handling": "CONTINUE"}},
                            "text_transformations": untouched,
                        }
                    },
                ]
            }
        },
        "rule_labels": [{"name": DIGITS_RULE}],
        "visibility_config": _visibility(DIGITS_RULE),
    }


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


def _size_rule(*, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    """Block bodies that the API would refuse as too large."""
    return {
        "name": SIZE_RULE,
        "priority": priority,
        "action": {"block": {}},
        "statement": {
            "size_constraint_statement": {
                "comparison_operator": "GT",
                "size": LARGEST_BODY,
                # In front of API Gateway AWS WAF sees 16 KiB of a body, and no more of one that is larger.
                "field_to_match": {"body": {"oversize_handling": "MATCH"}},
                "text_transformations": [{"priority": 0, "type": "NONE"}],
            }
        },
        "visibility_config": _visibility(SIZE_RULE),
    }


def _managed_rule(name: str, group: str, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    counted: list[aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgsDict] = [
        {"name": rule, "action_to_use": {"count": {}}} for rule in COUNTED_RULES.get(name, ())
    ]
    return {
        "name": name,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {
            "managed_rule_group_statement": {"vendor_name": "AWS", "name": group, "rule_action_overrides": counted}
        },
        "visibility_config": _visibility(name),
    }


def _visibility(metric_name: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    """Keep the rule's metric under a name that dashboards can rely on.

    Samples show whole requests to whoever opens the console, so there are none.
    """
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": False, "metric_name": metric_name}
