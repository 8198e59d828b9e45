"""The input check, against the SDK's own metadata; no emulator."""

from typing import Any

import pytest

from tapstack.providers.check import check, nearest
from tapstack.providers.metadata import input_properties
from tapstack.providers.values import UNKNOWN, Blob, Secret

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
VISIBLE = {"cloudwatchMetricsEnabled": True, "metricName": "edge", "sampledRequestsEnabled": False}


def problems(token: str, inputs: dict[str, Any]) -> list[str]:
    return [f"{problem}" for problem in check(inputs, input_properties(token))]


def web_acl(**more: Any) -> dict[str, Any]:
    return {"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": VISIBLE} | more


def rule(**more: Any) -> dict[str, Any]:
    return {"name": "rate", "priority": 0, "statement": {}, "visibilityConfig": VISIBLE} | more


def test_right_inputs_have_no_problems() -> None:
    assert problems(WEB_ACL, web_acl(rules=[rule()], tags={"any key": "at all"})) == []


def test_a_misspelt_nested_property_is_named_with_its_path_and_the_right_name() -> None:
    misspelt = {"cloudWatchMetricsEnabled": True, "metricName": "edge", "sampledRequestsEnabled": False}
    assert problems(WEB_ACL, web_acl(visibilityConfig=misspelt)) == [
        "visibilityConfig.cloudWatchMetricsEnabled: unknown property; did you mean `cloudwatchMetricsEnabled`?",
        "visibilityConfig.cloudwatchMetricsEnabled: required property is missing",
    ]


def test_a_misspelt_name_that_came_through_in_python_s_spelling_gets_both_right_names() -> None:
    misspelt = {**VISIBLE, "cloud_watch_metrics_enabled": True}
    [problem] = problems(WEB_ACL, web_acl(visibilityConfig=misspelt))
    assert problem.startswith("visibilityConfig.cloud_watch_metrics_enabled: unknown property; ")
    assert problem.endswith("did you mean `cloudwatchMetricsEnabled` (in Python `cloudwatch_metrics_enabled`)?")


def test_a_problem_deep_in_a_list_has_the_position_in_its_path() -> None:
    rules = [rule(), rule(statement={"rateBasedStatement": {"limit": "many", "agregateKeyType": "IP"}})]
    assert problems(WEB_ACL, web_acl(rules=rules)) == [
        "rules[1].statement.rateBasedStatement.limit: must be a whole number, and is a string",
        "rules[1].statement.rateBasedStatement.agregateKeyType: unknown property; did you mean `aggregateKeyType`?",
        "rules[1].statement.rateBasedStatement.aggregateKeyType: required property is missing",
    ]


def test_an_unknown_property_that_is_near_to_none_gets_the_list_of_all() -> None:
    [problem] = problems("aws:iam/rolePolicy:RolePolicy", {"role": "a", "policy": "{}", "zzz": 1})
    assert problem == "zzz: unknown property; there are `name`, `namePrefix`, `policy`, `role`"


def test_a_missing_required_property_is_named() -> None:
    assert problems("aws:lambda/function:Function", {}) == ["role: required property is missing"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("memorySize", "512", "must be a whole number, and is a string"),
        ("memorySize", 1.5, "must be a whole number, and is a number"),
        ("memorySize", True, "must be a whole number, and is true or false"),
        ("publish", "true", "must be true or false, and is a string"),
        ("handler", 7, "must be a string, and is a number"),
        ("handler", {"a": 1}, "must be a string, and is an object"),
        ("layers", "one", "must be a list, and is a string"),
        ("layers", [1], None),
        ("environment", ["A"], "must be an object, and is a list"),
        ("tags", "A=1", "must be an object, and is a string"),
        ("code", "folder", "must be a pulumi.Archive, and is a string"),
        ("code", Blob(is_archive=False, hash="1"), "must be a pulumi.Archive, and is an asset"),
    ],
)
def test_a_wrong_type_is_refused(key: str, value: object, words: str | None) -> None:
    expected = f"{key}: {words}" if words else f"{key}[0]: must be a string, and is a number"
    assert problems("aws:lambda/function:Function", {"role": "a", key: value}) == [expected]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("memorySize", 512),
        ("memorySize", UNKNOWN),
        ("environment", {"variables": UNKNOWN}),
        ("environment", {"variables": {"A": Secret("s")}}),
        ("environment", Secret({"variables": {"A": "s"}})),
        ("runtime", "python3.14"),
        ("code", Blob(is_archive=True, hash="1")),
        ("tags", None),
    ],
)
def test_right_types_unknowns_and_secrets_pass(key: str, value: object) -> None:
    assert problems("aws:lambda/function:Function", {"role": "a", key: value}) == []


def test_a_wrong_type_inside_a_secret_is_refused_without_its_value() -> None:
    [problem] = problems("aws:lambda/function:Function", {"role": "a", "handler": Secret(["hush"])})
    assert problem == "handler: must be a string, and is a list"


def test_a_policy_may_be_text_or_an_object_of_the_sdk() -> None:
    token = "aws:iam/role:Role"
    assert problems(token, {"assumeRolePolicy": "{}"}) == []
    assert problems(token, {"assumeRolePolicy": {"Version": "2012-10-17", "Statement": []}}) == []
    assert problems(token, {"assumeRolePolicy": {"Version": "2012-10-17", "Statment": []}})
    assert problems(token, {"assumeRolePolicy": 7}) == ["assumeRolePolicy: must be a string, and is a number"]


def test_a_whole_number_is_right_where_a_number_is_wanted() -> None:
    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    inputs = {"comparisonOperator": "LessThanThreshold", "evaluationPeriods": 1}
    assert problems(token, {**inputs, "threshold": 1}) == problems(token, {**inputs, "threshold": 1.5}) == []


@pytest.mark.parametrize(
    ("name", "near"),
    [("buckets", "bucket"), ("api_stages", "apiStages"), ("ApiStages", "apiStages"), ("completely", None)],
)
def test_the_nearest_name_does_not_mind_case_and_underscores(name: str, near: str | None) -> None:
    assert nearest(name, ["bucket", "apiStages"]) == near
