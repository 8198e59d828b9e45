"""The table of searches against botocore's models of AWS, and against what the layers make."""

from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from tapstack.console.errors import UserError
from tapstack.deploy.interruptions.looking import UnseenError, look_up
from tapstack.deploy.interruptions.searches import SEARCHES, WRITTEN_OVER
from tapstack.layers import LAYERS
from tapstack.providers.tables import ROWS

SESSION = botocore.session.Session()
FOR_BOOTSTRAP = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:iam/policy:Policy",
}
"""Types that no layer makes: the bootstrap is deployed by hand."""


def model(service: str) -> Any:
    return SESSION.get_service_model(service)


def operation(service: str, name: str) -> Any:
    found = model(service)
    (camel,) = (each for each in found.operation_names if botocore.xform_name(each) == name)
    return found.operation_model(camel)


def test_every_type_of_the_layers_is_found_or_written_over() -> None:
    of_aws = {token for token in ROWS if token.startswith("aws:") and not token.startswith("aws:s3/")}

    assert of_aws - SEARCHES.keys() - WRITTEN_OVER == FOR_BOOTSTRAP
    assert not SEARCHES.keys() & WRITTEN_OVER
    assert (SEARCHES.keys() | WRITTEN_OVER) <= ROWS.keys()
    assert LAYERS


@pytest.mark.parametrize("token", SEARCHES)
def test_a_search_calls_what_the_service_has_and_only_looks(token: str) -> None:
    search = SEARCHES[token]
    called = operation(search.service, search.operation)

    assert search.operation.startswith(("describe_", "get_", "list_"))
    inputs = dict.fromkeys(("name", "restApi", "stageName", "scope", "item", "function"), "x")
    given = search.asks({**inputs, "item": '{"id": {"S": "1"}}'})
    members = called.input_shape.members if called.input_shape else {}
    assert given.keys() <= set(members), given
    if search.each:
        more = operation(search.service, search.each[0])
        assert {name.partition(":")[0].strip() for name in search.each[1].strip("{}").split(",")} <= set(
            more.input_shape.members
        )


def pending(doing: str, type_: str, inputs: Mapping[str, Any], id_: str = "") -> dict[str, Any]:
    urn = f"urn:pulumi:dev::tapstack-data::{type_}::it"
    return {"type": doing, "resource": {"urn": urn, "type": type_, "inputs": inputs, "id": id_}}


TABLE = "aws:dynamodb/table:Table"
VPC = "aws:ec2/vpc:Vpc"
TAGS = {"Name": "dev", "Layer": "network"}


def asked(answer: Any) -> Any:
    def ask(*_: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return lambda: ask


def vpc(name: str, tags: Mapping[str, str] = TAGS) -> dict[str, Any]:
    return {
        "VpcId": name,
        "CidrBlock": "10.0.0.0/16",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }


ASKED_FOR = pending("creating", VPC, {"cidrBlock": "10.0.0.0/16", "tags": {**TAGS, "__defaults": []}})


def test_what_was_made_is_found_by_its_name() -> None:
    (found,) = look_up([pending("creating", TABLE, {"name": "t"})], (), asked({"Table": {"TableName": "t"}}))

    assert (found.found, found.is_read_again) == ("t", True)
    assert str(found) == f"was creating 'it' ({TABLE}): made, t: is taken into the state"


def test_what_was_not_made_is_known_by_what_aws_says_of_it() -> None:
    gone = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "DescribeTable")
    (found,) = look_up([pending("creating", TABLE, {"name": "t"})], (), asked(gone))

    assert (found.found, found.is_read_again, found.outcome) == ("", False, "not made")


def test_what_may_not_be_looked_at_is_not_taken_for_not_made() -> None:
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeTable")

    with pytest.raises(UnseenError, match=r"'it' \(.*\) was being made, and cannot be looked up: .*AccessDenied"):
        look_up([pending("creating", TABLE, {"name": "t"})], (), asked(refused))


def test_a_thing_without_a_name_is_found_by_all_of_its_tags() -> None:
    others = [
        vpc("vpc-1", {**TAGS, "Layer": "other"}),
        vpc("vpc-2", {"Name": "dev"}),
        vpc("vpc-3", {**TAGS, "more": "x"}),
    ]
    (found,) = look_up([ASKED_FOR], (), asked({"Vpcs": others}))

    assert found.found == "vpc-3"


def test_a_thing_that_the_state_has_is_not_the_one() -> None:
    (found,) = look_up([ASKED_FOR], [{"type": VPC, "id": "vpc-1"}], asked({"Vpcs": [vpc("vpc-1"), vpc("vpc-2")]}))

    assert found.found == "vpc-2"


def test_of_two_that_may_be_the_one_none_is_taken() -> None:
    with pytest.raises(UserError, match="may be any of vpc-1, vpc-2"):
        look_up([ASKED_FOR], (), asked({"Vpcs": [vpc("vpc-1"), vpc("vpc-2")]}))


def test_a_group_is_made_from_the_beginning() -> None:
    group = {"GroupName": "g", "VpcId": "vpc-1", "GroupId": "sg-1"}
    inputs = {"name": "g", "vpcId": "vpc-1"}
    (found,) = look_up(
        [pending("creating", "aws:ec2/securityGroup:SecurityGroup", inputs)], (), asked({"SecurityGroups": [group]})
    )

    assert found.is_made_anew
    assert found.outcome == "made, sg-1: is deleted, to be made from the beginning"


@pytest.mark.parametrize("doing", ["updating", "deleting"])
def test_what_was_there_is_read_again(doing: str) -> None:
    (found,) = look_up([pending(doing, TABLE, {"name": "t"}, "t")], (), asked(AssertionError()))

    assert found.is_read_again
    assert not found.is_taken_in


def test_a_secret_input_is_compared_in_the_clear_and_never_told() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"t"'}
    (found,) = look_up([pending("creating", TABLE, {"name": secret})], (), asked({"Table": {"TableName": "t"}}))

    assert found.found == "t"
