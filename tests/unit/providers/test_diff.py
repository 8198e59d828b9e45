"""What counts as a difference; no emulator."""

import json
from typing import Any

import pytest

from tapstack.providers.diff import changes, same
from tapstack.providers.metadata import input_properties
from tapstack.providers.provider import Provider
from tapstack.providers.values import UNKNOWN, Blob, Secret

FUNCTION = "aws:lambda/function:Function"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"


def differences(token: str, old: dict[str, Any], new: dict[str, Any], *ordered: str) -> list[tuple[str, str]]:
    return [(change.path, change.kind) for change in changes(old, new, input_properties(token), ordered)]


def test_paths_go_down_to_what_differs() -> None:
    old = {"environment": {"variables": {"A": "1", "B": "2"}}, "timeout": 3, "tags": {"a.b": "x"}}
    new = {"environment": {"variables": {"A": "0", "C": "3"}}, "memorySize": 256, "tags": {"a.b": "y"}}
    assert differences(FUNCTION, old, new) == [
        ("environment.variables.A", "update"),
        ("environment.variables.B", "delete"),
        ("environment.variables.C", "add"),
        ("memorySize", "add"),
        ('tags["a.b"]', "update"),
        ("timeout", "delete"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"tags": {}}, {}),
        ({"layers": []}, {"layers": None}),
        ({"architectures": ["arm64", "x86_64"]}, {"architectures": ["x86_64", "arm64"]}),
        ({"code": Blob(is_archive=True, hash="1")}, {"code": Blob(is_archive=True, hash="1", fields=(("path", "a"),))}),
        ({"handler": Secret("a")}, {"handler": "a"}),
        ({"__defaults": ["name"]}, {}),
    ],
)
def test_what_means_the_same_is_no_difference(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert differences(FUNCTION, old, new) == []


def test_the_order_of_a_list_counts_where_the_table_says_so() -> None:
    old, new = {"layers": ["a", "b"]}, {"layers": ["b", "a"]}
    assert differences(FUNCTION, old, new, "layers") == [("layers[0]", "update"), ("layers[1]", "update")]


def test_an_archive_differs_by_its_hash() -> None:
    old, new = {"code": Blob(is_archive=True, hash="1")}, {"code": Blob(is_archive=True, hash="2")}
    assert differences(FUNCTION, old, new) == [("code", "update")]


def test_an_empty_object_is_something() -> None:
    differing = differences(WEB_ACL, {"defaultAction": {"allow": {}}}, {"defaultAction": {"block": {}}})
    assert differing == [("defaultAction.allow", "delete"), ("defaultAction.block", "add")]


def test_a_policy_differs_by_its_content_not_by_its_text() -> None:
    token = "aws:iam/rolePolicy:RolePolicy"
    one = {"Statement": [{"Action": ["a", "b"], "Resource": ["*"]}]}
    other = {"Statement": {"Resource": "*", "Action": ["b", "a"]}}
    assert differences(token, {"policy": json.dumps(one)}, {"policy": json.dumps(other, indent=1)}) == []
    other["Statement"]["Resource"] = "c"
    assert differences(token, {"policy": json.dumps(one)}, {"policy": json.dumps(other)}) == [("policy", "update")]


def test_an_unknown_differs_from_what_was_there() -> None:
    assert differences(FUNCTION, {"role": "a"}, {"role": UNKNOWN}) == [("role", "update")]


def test_what_a_service_adds_inside_an_object_is_no_difference_but_in_a_map_it_is() -> None:
    known = input_properties(FUNCTION)
    given, told = {"applyOn": "None"}, {"applyOn": "None", "optimizationStatus": "Off"}
    assert same(given, told, known["snapStart"].type, loosely=True)
    assert not same(given, told, known["snapStart"].type)
    assert not same({"a": "1"}, {"a": "1", "b": "2"}, known["tags"].type, loosely=True)


@pytest.mark.parametrize(("given", "told"), [(1, "1"), (True, "true"), (1.5, "1.5"), ("5", 5)])
def test_a_service_may_tell_a_number_as_text(given: Any, told: Any) -> None:
    assert same(given, told, Any, loosely=True)
    assert not same(given, told, Any)


def test_a_replacement_goes_first_only_where_its_name_would_collide() -> None:
    provider = Provider("aws")
    token = "aws:sqs/queue:Queue"
    fixed = provider.diff(token, "jobs", {"name": "jobs", "fifoQueue": False}, {"name": "jobs", "fifoQueue": True})
    assert (fixed.replaces, fixed.delete_before_replace) == (frozenset({"fifoQueue"}), True)
    automatic = {"name": "jobs-0123abc"}
    free = provider.diff(token, "jobs", {**automatic, "fifoQueue": False}, {**automatic, "fifoQueue": True})
    assert (free.replaces, free.delete_before_replace) == (frozenset({"fifoQueue"}), False)
    renamed = provider.diff(token, "jobs", {"name": "jobs"}, {"name": "tasks"})
    assert (renamed.replaces, renamed.delete_before_replace) == (frozenset({"name"}), False)


def test_another_region_is_another_resource() -> None:
    old, new = {"region": "eu-central-1"}, {"region": "eu-west-1"}
    assert Provider("aws").diff("aws:sqs/queue:Queue", "jobs", old, new).replaces == {"region"}
