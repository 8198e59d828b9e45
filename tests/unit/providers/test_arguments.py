"""The values a real provider refuses, each rule of the table broken once; no emulator."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tapstack.providers import metadata
from tapstack.providers.arguments import argument_rules, refused_arguments
from tapstack.providers.metadata import ListOf, is_object, properties_of
from tapstack.providers.provider import Provider
from tapstack.providers.tables import ROWS
from tapstack.providers.values import UNKNOWN, Secret

ARN = "arn:aws:iam::000000000000:role/x"
RULES = [
    (token, path, key) for token, rules in argument_rules().items() for path, rule in rules.items() for key in rule
]
WRONG = {"ARN": "no-arn", "JSON": "{not json", "JSON policy": "[]", "CIDR block": "10.0.0.0"}
RIGHT = {"ARN": ARN, "JSON": "{}", "JSON policy": "{}", "CIDR block": "10.0.0.0/16"}
OF_WORDS = {
    "letters": "a b",
    "small letters": "A",
    "no colon": "a:b",
    "a function's name or ARN": "a b",
    "an action": "do",
}


def wrong_values(rule: Any, key: str) -> Iterator[Any]:
    """Break one part of a rule and no other."""
    if key == "one_of":
        yield rule["range"][1] + 1 if "range" in rule else 8 if rule["one_of"][0].isdigit() else "no such value"
    elif key == "range":
        # Zero stands beside some ranges.
        yield from (rule["range"][0] - 1, rule["range"][1] + 1)
    elif key == "or_multiple_of":
        yield rule["or_multiple_of"] + 1
    elif key == "at_least":
        yield rule["at_least"] - 1
    elif key == "length":
        fewest, most = rule["length"]
        yield "a" * (most + 1)
        if fewest:
            yield ""
    elif key == "matches":
        yield next(wrong for words, wrong in OF_WORDS.items() if rule["in_words"].startswith(words))
    elif key == "is":
        yield WRONG[rule["is"]]


def right_value(rule: Any) -> Any:
    """Find a value that satisfies a rule."""
    if "one_of" in rule:
        return int(rule["one_of"][0]) if rule["one_of"][0].isdigit() else rule["one_of"][0]
    if "range" in rule:
        return rule["range"][0]
    if "at_least" in rule:
        return rule["at_least"]
    if "is" in rule:
        return RIGHT[rule["is"]]
    return "lambda:InvokeFunction" if "action" in rule.get("in_words", "") else "a"


def at(path: str, value: Any) -> dict[str, Any]:
    """Put a value where a path leads."""
    for part in reversed(path.split(".")):
        value = {part.removesuffix("[]"): [value] if part.endswith("[]") else value}
    found: dict[str, Any] = value
    return found


@pytest.mark.parametrize(("token", "path", "key"), [rule for rule in RULES if rule[2] != "in_words"])
def test_a_value_against_a_rule_is_refused_with_its_path_and_what_is_allowed(token: str, path: str, key: str) -> None:
    rule = argument_rules()[token][path]
    for wrong in wrong_values(rule, key):
        [problem] = refused_arguments(token, at(path, wrong))
        assert problem.path == path.replace("[]", "[0]")
        shown = '"…' if isinstance(wrong, str) and len(wrong) > 60 else f"{wrong}"
        assert problem.reason.startswith("must be ")
        assert re.search(r"and is ", problem.reason)
        assert shown in problem.reason or f"{len(f'{wrong}')} characters" in problem.reason
        for allowed in rule.get("one_of", []):
            assert allowed in problem.reason


@pytest.mark.parametrize(("token", "path"), sorted({(token, path) for token, path, _ in RULES}))
def test_a_value_within_a_rule_passes(token: str, path: str) -> None:
    assert refused_arguments(token, at(path, right_value(argument_rules()[token][path]))) == []


@pytest.mark.parametrize(("token", "path"), sorted({(token, path) for token, path, _ in RULES}))
def test_a_rule_speaks_of_a_property_that_exists(token: str, path: str) -> None:
    kind: Any = None
    properties = metadata.input_properties(token)
    assert token in ROWS
    for part in path.split("."):
        if kind is not None:
            assert is_object(kind), part
            properties = properties_of(kind)
        kind = properties[part.removesuffix("[]")].type
        assert isinstance(kind, ListOf) == part.endswith("[]")
        kind = kind.item if isinstance(kind, ListOf) else kind


def test_no_rule_was_lost() -> None:
    assert len({token for token, _, _ in RULES}) == 33
    assert len([rule for rule in RULES if rule[2] != "in_words"]) == 119


def test_a_preview_refuses_a_value_with_its_path() -> None:
    inputs = {"role": ARN, "timeout": 901, "memorySize": 128}
    _, [problem] = Provider("aws").check("aws:lambda/function:Function", "f", {}, inputs, b"")
    assert f"{problem}" == "timeout: must be from 1 to 900, and is 901"


@pytest.mark.parametrize("value", [UNKNOWN, None, {"Version": "2012-10-17"}])
def test_what_is_not_known_yet_or_no_text_is_not_looked_at(value: Any) -> None:
    assert refused_arguments("aws:iam/role:Role", {"assumeRolePolicy": value}) == []


def test_a_refused_secret_is_not_shown() -> None:
    [problem] = refused_arguments("aws:iam/rolePolicy:RolePolicy", {"policy": Secret("{hidden")})
    assert "hidden" not in problem.reason
    assert problem.reason == "must be a policy as a JSON object, and is the secret"


def test_zero_days_stand_beside_the_range_and_minutes_beside_the_seconds() -> None:
    secret, alarm = "aws:secretsmanager/secret:Secret", "aws:cloudwatch/metricAlarm:MetricAlarm"
    assert refused_arguments(secret, {"recoveryWindowInDays": 0}) == []
    assert refused_arguments(secret, {"recoveryWindowInDays": 7}) == []
    assert refused_arguments(alarm, {"period": 300}) == []
    [problem] = refused_arguments(secret, {"recoveryWindowInDays": 3})
    assert problem.reason == "must be one of 0, or from 7 to 30, and is 3"


def test_every_item_of_a_list_is_looked_at() -> None:
    rules = [{"name": "good"}, {"name": ""}]
    [problem] = refused_arguments("aws:wafv2/webAcl:WebAcl", {"rules": rules})
    assert problem.path == "rules[1].name"


def test_the_table_says_where_it_is_from() -> None:
    text = (Path(metadata.__file__).parent / "argument_rules.json").read_text(encoding="utf-8")
    assert "terraform-provider-aws 5.100.0" in text
