"""The api-edge layer on Pulumi's mocks."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from support.mocked_program import ACCOUNT
from tapstack.checkout import CHECKOUT
from transactions.bodies import LARGEST_BODY

RunLayer = Callable[..., Any]


def trigger(program: Any) -> str:
    return str(program.one("Deployment")["triggers"]["definition"])


def test_it_exports_its_contract_and_nothing_else(run_layer: RunLayer, promised: Callable[[str], set[str]]) -> None:
    outputs = run_layer("api-edge").outputs

    assert outputs.keys() == promised("api-edge")


def test_no_method_is_open_and_each_calls_the_alias(run_layer: RunLayer, upstream: dict[str, Any]) -> None:
    program = run_layer("api-edge")

    assert len(program.all("Method")) == len(program.all("Integration")) == 9
    assert all(item.inputs["apiKeyRequired"] for item in program.all("Method"))
    assert {item.inputs["uri"] for item in program.all("Integration")} == {upstream["compute"]["validator_invoke_arn"]}


def test_each_tier_has_a_plan_on_the_stage(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    assert program.outputs["usage_plan_ids"] == {"premium": "premium-id", "standard": "standard-id"}
    assert program.outputs["api_key_name_prefix"] == "tapstack-dev-merchant"
    for plan in program.all("UsagePlan"):
        assert plan.inputs["apiStages"] == [{"apiId": "transactions-id", "stage": "dev"}]
        assert plan.inputs["quotaSettings"]["period"] == "MONTH"


def test_the_firewalls_metrics_keep_their_names(run_layer: RunLayer) -> None:
    acl = run_layer("api-edge").one("WebAcl")

    names = {rule["visibilityConfig"]["metricName"] for rule in acl["rules"]}
    assert names == {"digits", "requests-per-address", "body-size", "ip-reputation", "common", "known-bad-inputs"}
    assert all(rule["visibilityConfig"]["cloudwatchMetricsEnabled"] for rule in acl["rules"])


def rule(program: Any, name: str) -> Any:
    (found,) = (rule for rule in program.one("WebAcl")["rules"] if rule["name"] == name)
    return found


def test_the_firewall_and_the_api_have_one_limit_on_bodies(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    size = rule(program, "body-size")
    assert size["action"] == {"block": {}}
    constraint = size["statement"]["sizeConstraintStatement"]
    assert (constraint["comparisonOperator"], constraint["size"]) == ("GT", LARGEST_BODY)
    # Of a body in front of API Gateway AWS WAF sees 16 KiB: one that is larger is told by this alone, and none that the
    # API takes may be larger.
    assert constraint["fieldToMatch"] == {"body": {"oversizeHandling": "MATCH"}}
    assert LARGEST_BODY <= 16 * 1024


def test_the_firewalls_common_rules_refuse_nothing_that_the_api_takes(run_layer: RunLayer) -> None:
    common = rule(run_layer("api-edge"), "common")["statement"]["managedRuleGroupStatement"]

    assert {item["name"]: item["actionToUse"] for item in common["ruleActionOverrides"]} == {
        "NoUserAgent_HEADER": {"count": {}},
        "SizeRestrictions_BODY": {"count": {}},
    }


def test_logs_hold_neither_keys_nor_bodies(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    log_format = program.one("Stage")["accessLogSettings"]["format"]
    assert not any(word in log_format for word in ("apiKey}", 'apiKey"', "header", "querystring", "body"))
    assert program.one("MethodSettings")["settings"]["dataTraceEnabled"] is False
    redacted = [
        item["singleHeader"]["name"]
        for item in program.one("WebAclLoggingConfiguration")["redactedFields"]
        if "singleHeader" in item
    ]
    assert {"x-api-key", "authorization"} <= set(redacted)


def test_nothing_in_front_of_the_validator_keeps_a_path_or_an_errors_text(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    # API Gateway's traces hold the whole URL, and its execution log quotes bodies.
    assert program.one("Stage")["xrayTracingEnabled"] is False
    assert program.one("MethodSettings")["settings"]["loggingLevel"] == "OFF"
    kept = set(json.loads(program.one("Stage")["accessLogSettings"]["format"]).values())
    assert not kept & {"$context.path", "$context.error.message", "$context.error.validationErrorString"}
    redacted = program.one("WebAclLoggingConfiguration")["redactedFields"]
    assert [item for item in redacted if "singleHeader" not in item] == [{"uriPath": {}}, {"queryString": {}}]


def test_the_firewall_keeps_no_record_of_a_request_with_the_digits_of_a_card_number(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    digits = rule(program, "digits")
    assert digits["priority"] == min(item["priority"] for item in program.one("WebAcl")["rules"])
    assert digits["action"] == {"count": {}}
    (label,) = digits["ruleLabels"]
    kept = program.one("WebAclLoggingConfiguration")["loggingFilter"]
    assert kept["defaultBehavior"] == "KEEP"
    (dropped,) = kept["filters"]
    assert dropped["behavior"] == "DROP"
    (condition,) = dropped["conditions"]
    name = program.one("WebAcl")["name"]
    assert condition["labelNameCondition"] == {"labelName": f"awswaf:{ACCOUNT}:webacl:{name}:{label['name']}"}


def patterns(program: Any) -> dict[str, str]:
    """Give the patterns that label a request, by the part they are held against."""
    statements = rule(program, "digits")["statement"]["orStatement"]["statements"]
    matches = [statement["regexMatchStatement"] for statement in statements]
    return {part: match["regexString"] for match in matches for part in match["fieldToMatch"]}


def test_no_writing_of_a_card_number_in_a_header_is_kept(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    found = patterns(program)
    assert found.keys() == {"headers", "body"}
    for part, pattern in found.items():
        for text in (
            "4242424242424242",
            "x 4222 2222 2222 2 y",
            "4-2-4-2-4-2-4-2-4-2-4-2-4-2-4-2",
            "tok_3782 822463 10005",
        ):
            assert re.search(pattern, text), (part, text)
        assert not re.search(pattern, '{"amount": 1250, "card": {"bin": "42424242", "expires": "2099-12"}}'), part
    assert re.search(found["headers"], "4242".translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}))
    # Headers of ordinary clients are kept.
    for text in (
        "Mozilla/5.0 (X11; Linux x86_64)",
        "application/json; charset=utf-8",
        "203.0.113.7",
        "python-requests/2.32",
    ):
        assert not re.search(found["headers"], text)


def test_every_alarm_goes_to_the_alerts_topic(run_layer: RunLayer, upstream: dict[str, Any]) -> None:
    alarms = run_layer("api-edge").all("MetricAlarm")

    assert {tuple(item.inputs["alarmActions"]) for item in alarms} == {(upstream["data"]["alerts_topic_arn"],)}
    assert {item.inputs["metricName"] for item in alarms} == {
        "Errors", "Throttles", "IteratorAge", "ApproximateNumberOfMessagesVisible", "5XXError",
        "EndpointsPaused", "OldestReviewAge",
    }  # fmt: skip


def test_every_alarm_has_a_row_on_the_page_for_who_is_on_call(run_layer: RunLayer) -> None:
    page = (CHECKOUT / "docs" / "on-call.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \| [^|]+ \| [^|]+ \|$", page.partition("## What you will see")[0], re.MULTILINE
    )

    assert sorted(rows) == sorted(item.name for item in run_layer("api-edge").all("MetricAlarm"))


def test_the_dashboard_shows_every_function_and_queue(run_layer: RunLayer, upstream: dict[str, Any]) -> None:
    body = run_layer("api-edge").one("Dashboard")["dashboardBody"]

    for name in ("validator_function", "fraud_detector_function", "notifier_function"):
        assert upstream["compute"][f"{name}_name"] in body
    for name in ("notifications_queue", "notifications_dead_letter_queue", "stream_failures_queue"):
        assert upstream["data"][f"{name}_name"] in body


@pytest.mark.parametrize("config", [{"standardRate": 7}, {"stageRate": 3}, {"logRetentionDays": 365}])
def test_what_is_not_the_api_makes_no_new_deployment(run_layer: RunLayer, config: dict[str, Any]) -> None:
    assert trigger(run_layer("api-edge", config)) == trigger(run_layer("api-edge"))


def test_another_integration_makes_a_new_deployment(run_layer: RunLayer, upstream: dict[str, Any]) -> None:
    upstream["compute"]["validator_invoke_arn"] += "2"

    assert trigger(run_layer("api-edge", {}, upstream)) != trigger(run_layer("api-edge"))


def test_no_body_and_no_header_is_refused_before_the_validator_can_say_what_is_wrong(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    assert not program.all("Model")
    assert not program.all("RequestValidator")
    assert not [item.name for item in program.all("Method") if item.inputs.get("requestValidatorId")]
    assert "400" not in {item.inputs.get("statusCode") for item in program.all("Response")}


def test_the_accounts_logging_role_is_the_same_in_every_environment(
    run_layer: RunLayer, upstream: dict[str, Any]
) -> None:
    dev = run_layer("api-edge", {}, upstream).one("Role")
    for exported in upstream.values():
        exported["environment_suffix"] = "blue"

    assert run_layer("api-edge", {"environmentSuffix": "blue"}, upstream).one("Role") == dev
    assert dev["name"] == "tapstack-api-logs"


def test_the_accounts_logging_role_can_be_left_to_others(run_layer: RunLayer) -> None:
    program = run_layer("api-edge", {"manageAccountRole": False})

    assert program.all("Account") == []
    assert program.all("Role") == []


@pytest.mark.parametrize("layer", ["network", "data", "compute", "api-edge"])
def test_what_can_be_tagged_is_tagged_and_named_after_its_environment(run_layer: RunLayer, layer: str) -> None:
    config = {"compute": {"functionPlatform": "native"}}.get(layer, {})
    program = run_layer(layer, config)

    # The account's own role is that of all environments.
    own = [item for item in program.resources if item.inputs.get("name") != "tapstack-api-logs"]
    tags = [item.inputs["tags"] for item in own if "tags" in item.inputs]
    assert len(tags) > 5
    assert {(tag["Layer"], tag["Environment"]) for tag in tags} == {(layer, "dev")}
    named = {item.inputs["name"] for item in own if item.type.endswith(":Role")}
    assert all(name.startswith("tapstack-dev-") for name in named)


@pytest.mark.parametrize("layer", ["compute", "api-edge"])
def test_card_numbers_are_masked_in_every_log_group_that_could_hold_one(run_layer: RunLayer, layer: str) -> None:
    program = run_layer(layer, {"compute": {"functionPlatform": "native"}}.get(layer, {}))

    groups = {item.inputs["name"] for item in program.all("LogGroup")}
    policies = {
        item.inputs["logGroupName"]: item.inputs["policyDocument"] for item in program.all("LogDataProtectionPolicy")
    }
    assert policies.keys() == groups
    for text in policies.values():
        document = json.loads(text)
        audit, mask = document["Statement"]
        assert document["Version"] == "2021-06-01"
        assert audit["DataIdentifier"] == mask["DataIdentifier"]
        assert "arn:aws:dataprotection::aws:data-identifier/CreditCardNumber" in audit["DataIdentifier"]
        assert audit["Operation"] == {"Audit": {"FindingsDestination": {}}}
        assert mask["Operation"] == {"Deidentify": {"MaskConfig": {}}}


def test_the_patterns_that_mask_are_ones_that_cloudwatch_logs_takes_and_that_find_card_numbers(
    run_layer: RunLayer,
) -> None:
    policy = run_layer("api-edge").one("LogDataProtectionPolicy", "access-log")["policyDocument"]
    custom = json.loads(policy)["Configuration"]["CustomDataIdentifier"]

    # What the documentation of custom data identifiers allows.
    assert len(custom) <= 10
    for identifier in custom:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,128}", identifier["Name"])
        assert re.fullmatch(r"[A-Za-z0-9_#=@/;, ^$?\[\]{}|\\*+.-]{1,200}", identifier["Regex"])
    for text in (
        "4242424242424242",
        "4222222222222",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "3782 822463 10005",
    ):
        assert any(re.search(identifier["Regex"], text) for identifier in custom), text
    # What the access log holds of every request.
    for text in ("1790000000000", "2026-11-24T21:31:19.042Z", "203.0.113.7", "24/Nov/2026:21:31:19 +0000"):
        assert not any(re.search(identifier["Regex"], text) for identifier in custom), text


def test_old_versions_of_tls_are_refused_and_so_is_another_host_than_the_handshake_s(run_layer: RunLayer) -> None:
    api = run_layer("api-edge").one("RestApi")

    # AWS: a policy SecurityPolicy_TLS13_1_2_... takes TLS 1.2 and 1.3, one with PFS ciphers with forward secrecy alone.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
    assert api["securityPolicy"].startswith("SecurityPolicy_TLS13_1_2_PFS_")
    assert api["endpointAccessMode"] == "STRICT"
