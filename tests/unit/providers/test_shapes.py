"""Between Pulumi's inputs and AWS's shapes; no emulator."""

from typing import Any

import pytest

from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import input_shape
from tapstack.providers.metadata import all_properties
from tapstack.providers.patches import patch_operations
from tapstack.providers.shapes import from_aws, to_aws


def aws(service: str, operation: str, member: str, value: Any, **names: str) -> Any:
    return to_aws(input_shape(service, operation).members[member], value, names)


def test_names_are_found_whatever_their_case_and_number() -> None:
    rules = [{"action": {"block": {}}, "ruleLabels": [{"name": "a"}]}]
    assert aws("wafv2", "create_web_acl", "Rules", rules) == [{"Action": {"Block": {}}, "RuleLabels": [{"Name": "a"}]}]
    filters = {"filters": [{"pattern": "{}"}]}
    assert aws("lambda", "create_event_source_mapping", "FilterCriteria", filters) == {"Filters": [{"Pattern": "{}"}]}


def test_a_list_of_one_is_the_item_where_aws_takes_one() -> None:
    one = {"matchScope": "ALL", "oversizeHandling": "MATCH", "matchPattern": {"excludedHeaders": ["cookie"]}}
    match = {"regexString": "[0-9]", "fieldToMatch": {"headers": [one]}, "textTransformations": []}
    rules = [{"statement": {"regexMatchStatement": match}}]

    (rule,) = aws("wafv2", "create_web_acl", "Rules", rules)

    assert rule["Statement"]["RegexMatchStatement"]["FieldToMatch"] == {
        "Headers": {
            "MatchScope": "ALL",
            "OversizeHandling": "MATCH",
            "MatchPattern": {"ExcludedHeaders": ["cookie"]},
        }
    }


def test_a_name_of_the_table_goes_before_likeness() -> None:
    given = {"onFailure": {"destinationArn": "arn"}}
    wanted = {"OnFailure": {"Destination": "arn"}}
    operation = "create_event_source_mapping"
    assert aws("lambda", operation, "DestinationConfig", given, destinationArn="Destination") == wanted


@pytest.mark.parametrize(
    ("service", "operation", "pair"),
    [("kms", "create_key", ("TagKey", "TagValue")), ("iam", "create_role", ("Key", "Value"))],
)
def test_tags_are_written_as_the_service_writes_them(service: str, operation: str, pair: tuple[str, str]) -> None:
    assert aws(service, operation, "Tags", {"a": "b"}) == [{pair[0]: "a", pair[1]: "b"}]


def test_a_property_that_aws_has_no_place_for_is_refused_and_not_left_out() -> None:
    with pytest.raises(ProviderError, match="does not know where to put 'vpcId' in AWS's VpcConfig"):
        aws("lambda", "create_function", "VpcConfig", {"subnetIds": ["subnet"], "vpcId": "vpc"})


def test_an_answer_of_a_service_is_written_as_the_sdk_declares_it() -> None:
    answer = {
        "CidrBlock": "10.0.0.0/16",
        "IsDefault": False,
        "Tags": [{"Key": "Name", "Value": "vpc"}],
        "OwnerId": None,
    }
    assert from_aws(all_properties("aws:ec2/vpc:Vpc"), answer, {}) == {
        "cidrBlock": "10.0.0.0/16",
        "tags": {"Name": "vpc"},
    }
    queue = from_aws(all_properties("aws:sqs/queue:Queue"), {"delaySeconds": "7", "fifoQueue": "true"}, {})
    assert queue == {"delaySeconds": 7, "fifoQueue": True}


def test_an_update_of_an_api_is_a_list_of_operations_on_escaped_paths() -> None:
    paths = {"name": "/name", "models": "/requestModels", "types": "/binaryMediaTypes", "log.format": "/log/format"}
    old = {"name": "a", "models": {"a/b": "A", "c": "C"}, "types": ["image/png"], "log": {"format": "x"}}
    new = {"name": "b", "models": {"a/b": "B", "d~": "D"}, "types": ["image/gif"]}
    assert patch_operations(paths, ["name", "models", "types", "log"], old, new) == [
        {"op": "replace", "path": "/name", "value": "b"},
        {"op": "replace", "path": "/requestModels/a~1b", "value": "B"},
        {"op": "remove", "path": "/requestModels/c"},
        {"op": "add", "path": "/requestModels/d~0", "value": "D"},
        {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
        {"op": "add", "path": "/binaryMediaTypes/image~1gif"},
        {"op": "remove", "path": "/log/format"},
    ]
    assert patch_operations(paths, ["name"], old, {**new, "name": "a"}) == []
