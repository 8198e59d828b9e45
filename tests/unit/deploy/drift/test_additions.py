"""What others added to things, from scripted answers of AWS: what is ours, what is by design, what cannot be seen."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tapstack.deploy.drift.additions import Found, additions

ROLE = "aws:iam/role:Role"
ALIAS = "aws:lambda/alias:Alias"
PERMISSION = "aws:lambda/permission:Permission"
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:validator:live"
STATEMENT = {
    "Sid": "transactions-api",
    "Resource": ARN,
    "Action": "lambda:InvokeFunction",
    "Principal": {"Service": "apigateway.amazonaws.com"},
}


def resource(kind: str, name: str, /, **outputs: Any) -> dict[str, Any]:
    return {"type": kind, "urn": f"urn::{kind}::{name}", "custom": True, "id": outputs.get("id", name)} | {
        "outputs": outputs
    }


ALIAS_OF_OURS = resource(ALIAS, "live", name="live", functionName="validator", arn=ARN)


class Script:
    """An AWS that answers as it is told, by operation; to all else that there is nothing."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def __call__(
        self, service: str, operation: str, params: Mapping[str, Any], region: str | None
    ) -> Mapping[str, Any]:
        self.asked.append((operation, params))
        answer = self.answers.get(operation, {})
        if isinstance(answer, Exception):
            raise answer
        found: Mapping[str, Any] = answer
        return found


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not for you"}}, "Operation")


def find(ask: Script, *resources: dict[str, Any], others: Any = (), unread: Any = ()) -> Found:
    return additions(resources, [*resources, *others], unread, ask)


def names(found: Found) -> list[str]:
    return [addition.name for addition in found.additions]


def test_what_a_state_accounts_for_is_ours() -> None:
    ask = Script(list_role_policies={"PolicyNames": ["function", "everything"]})
    policy = resource("aws:iam/rolePolicy:RolePolicy", "validator", role="tapstack-dev-validator", name="function")

    found = find(ask, resource(ROLE, "validator", id="tapstack-dev-validator"), policy)

    assert names(found) == ["everything"]
    assert found.additions[0].where == f"on 'validator' ({ROLE})"


def test_what_another_layer_s_state_accounts_for_is_ours() -> None:
    ask = Script(get_policy={"Policy": json.dumps({"Statement": [STATEMENT, {**STATEMENT, "Sid": "other"}]})})
    permission = resource(PERMISSION, "api", function="validator", qualifier="live", statementId="transactions-api")

    assert names(find(ask, ALIAS_OF_OURS, others=[permission])) == ["other"]
    assert names(find(ask, ALIAS_OF_OURS)) == ["transactions-api", "other"]


def test_the_api_s_permission_is_left_alone_where_its_layer_s_state_cannot_be_read() -> None:
    ask = Script(get_policy={"Policy": json.dumps({"Statement": [STATEMENT, {**STATEMENT, "Sid": "other"}]})})

    assert names(find(ask, ALIAS_OF_OURS, unread=["api-edge"])) == ["other"]


def test_a_permission_on_another_version_of_the_function_is_not_the_alias_s() -> None:
    ask = Script(
        get_policy={"Policy": json.dumps({"Statement": [{**STATEMENT, "Resource": ARN.replace("live", "7")}]})}
    )

    assert names(find(ask, ALIAS_OF_OURS)) == []


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("tapstack-dev-merchant.acme.key-1", False),
        # Of an earlier release.
        ("tapstack-dev-merchant-acme", False),
        ("tapstack-prod-merchant.acme.key-1", True),
        ("elsewhere", True),
    ],
)
def test_only_keys_that_are_named_as_merchants_are_may_be_in_usage_plans(name: str, *, is_told: bool) -> None:
    plan = resource("aws:apigateway/usagePlan:UsagePlan", "standard", id="plan", tags={"Environment": "dev"})
    members = {"items": [{"id": "k", "name": name}]}

    assert names(find(Script(get_usage_plan_keys=members), plan)) == (["k"] if is_told else [])


@pytest.mark.parametrize(
    ("grantee", "is_told"),
    [
        ("dynamodb.eu-central-1.amazonaws.com", False),
        ("arn:aws:iam::111122223333:role/tapstack-dev-validator", False),
        ("arn:aws:sts::111122223333:assumed-role/tapstack-dev-validator/tapstack-dev-validator", False),
        ("arn:aws:iam::111122223333:role/somebody", True),
        ("arn:aws:iam::111122223333:role/tapstack-prod-validator", True),
        ("arn:aws:iam::999999999999:role/tapstack-dev-validator", True),
        ("arn:aws:iam::999999999999:root", True),
        ("evil.example/dynamodb.eu-central-1.amazonaws.com", True),
    ],
)
def test_only_services_and_the_environment_s_own_roles_may_hold_grants(grantee: str, *, is_told: bool) -> None:
    key = resource(
        "aws:kms/key:Key",
        "key",
        arn="arn:aws:kms:eu-central-1:111122223333:key/1",
        tags={"Environment": "dev"},
    )
    grants = {"Grants": [{"GrantId": "g", "GranteePrincipal": grantee, "Operations": ["Decrypt"]}]}

    assert names(find(Script(list_grants=grants), key)) == (["g"] if is_told else [])


@pytest.mark.parametrize("code", ["NoSuchEntity", "ResourceNotFoundException", "PolicyNotFoundException"])
def test_what_is_not_there_holds_nothing(code: str) -> None:
    found = find(Script(list_role_policies=refused(code)), resource(ROLE, "validator"))

    assert (found.additions, found.unseen) == ([], [])


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException", "InvalidAction", "UnknownOperationException"])
def test_what_cannot_be_looked_at_is_said_and_the_rest_is_looked_at(code: str) -> None:
    ask = Script(
        list_role_policies=refused(code),
        list_attached_role_policies={
            "AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]
        },
    )

    found = find(ask, resource(ROLE, "validator"))

    assert names(found) == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert found.unseen == [f"iam list_role_policies of 'validator' ({ROLE}): {code}: not for you"]


def test_an_aws_that_does_not_answer_is_said() -> None:
    ask = Script(list_role_policies=EndpointConnectionError(endpoint_url="https://iam.amazonaws.com/"))

    (line,) = find(ask, resource(ROLE, "validator")).unseen
    assert 'Could not connect to the endpoint URL: "https://iam.amazonaws.com/"' in line


def test_what_is_asked_for_several_things_is_asked_once() -> None:
    api = "aws:apigateway/restApi:RestApi"
    ask = Script(get_usage_plans={"items": [{"id": "p", "name": "elsewhere", "apiStages": [{"apiId": "two"}]}]})
    ours = [resource(api, name, id=name, rootResourceId="root") for name in ("one", "two")]

    assert names(find(ask, *ours)) == ["p"]
    assert [operation for operation, _ in ask.asked].count("get_usage_plans") == 1


def test_a_thing_without_what_is_asked_by_is_not_asked_for() -> None:
    table = resource("aws:dynamodb/table:Table", "velocity", arn="arn:aws:dynamodb:table/velocity", streamArn="")
    ask = Script()

    find(ask, table)

    assert ask.asked == [("get_resource_policy", {"ResourceArn": "arn:aws:dynamodb:table/velocity"})]
