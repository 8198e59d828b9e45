"""The functions' roles against all that their handlers call: what they may do, and no more than that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from policy import second_judge
from policy.authorizations import Authorization
from policy.documented import OF_FUNCTIONS
from policy.evaluation import ALLOWED, FORBIDDEN, Policy, as_list, decide
from policy.function_calls import DATA_KEY, PREFIX, asked_by_functions
from transactions.agreed.encryption import HAND_OVER, PURPOSE_CONDITION, PURPOSES, WEBHOOK_SECRET

FUNCTIONS = ("validator", "fraud-detector", "notifier")


def policies(account: Any, function: str) -> list[Policy]:
    (role,) = [role for role in account.made if role.name == f"{PREFIX}{function}"]
    found: list[Policy] = role.policies
    return found


def asked_of(account: Any, function: str) -> list[Authorization]:
    """List what a function asks, on the key that the account has."""
    key = account.world.of_type("aws:kms/key:Key")[0]["arn"]
    asked = asked_by_functions()[function]
    return [replace(item, resource=key) if item.resource == DATA_KEY else item for item in asked]


def granted(documents: Sequence[Policy]) -> Iterator[Authorization]:
    """List what policies allow, each action on each resource, as they are written."""
    for document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                for action in as_list(statement["Action"]):
                    for resource in as_list(statement["Resource"]):
                        yield Authorization(action, resource)


def allows(grant: Authorization, asked: Authorization) -> bool:
    statement = {"Effect": "Allow", "Action": grant.action, "Resource": grant.resource}
    return decide([{"Statement": [statement]}], asked.action, asked.resource, {}) == ALLOWED


def unused(documents: Sequence[Policy], function: str, asked: Sequence[Authorization]) -> list[str]:
    """List what is granted and neither called nor documented."""
    documented = [item for item in OF_FUNCTIONS if function in item.roles]
    return [
        f"{grant}"
        for grant in granted(documents)
        if not any(allows(grant, item) for item in asked) and not any(item.covers(grant) for item in documented)
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_make_every_call_that_it_makes(account: Any, function: str) -> None:
    asked = asked_of(account, function)
    documents = policies(account, function)

    assert [
        f"{i}" for i in asked if decide(documents, i.action, i.resource, i.context, account.boundary) != ALLOWED
    ] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_s_role_has_nothing_that_is_neither_called_nor_documented(account: Any, function: str) -> None:
    assert unused(policies(account, function), function, asked_by_functions()[function]) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_aws_documents_is_granted(account: Any, function: str) -> None:
    grants = list(granted(policies(account, function)))

    for item in (each for each in OF_FUNCTIONS if function in each.roles):
        missing = set(item.actions) - {grant.action for grant in grants if item.covers(grant)}
        assert not missing, f"{item.reason}: {item.source}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_lambda_does_with_interfaces_by_a_role_the_function_s_code_may_not(account: Any, function: str) -> None:
    documents = policies(account, function)
    code = {"lambda:SourceFunctionArn": f"arn:aws:lambda:eu-central-1:000000000000:function:{PREFIX}{function}"}
    (interfaces,) = [item for item in OF_FUNCTIONS if "ec2:CreateNetworkInterface" in item.actions]

    for action in interfaces.actions:
        assert decide(documents, action, "*", {}, account.boundary) == ALLOWED
        assert decide(documents, action, "*", code, account.boundary) == FORBIDDEN


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_secret_is_decrypted_by_the_notifier_alone_and_what_is_to_be_printed_by_no_function(
    account: Any, function: str
) -> None:
    (asked,) = [item for item in asked_of(account, "notifier") if item.action == "kms:Decrypt"]
    decided = {
        purpose: decide(
            policies(account, function),
            asked.action,
            asked.resource,
            {**asked.context, PURPOSE_CONDITION: purpose},
            account.boundary,
        )
        for purpose in PURPOSES
    }

    own = ALLOWED if function == "notifier" else FORBIDDEN
    assert decided == {WEBHOOK_SECRET: own, HAND_OVER: FORBIDDEN}
    # What services keep under the key, such as variables, is no purpose of ours.
    services = {key: value for key, value in asked.context.items() if "EncryptionContext" not in key}
    assert decide(policies(account, function), asked.action, asked.resource, services, account.boundary) == ALLOWED


def test_the_boundary_holds_nothing_that_no_role_of_a_layer_has(account: Any) -> None:
    has = {grant.action for role in account.made for grant in granted(role.policies)}

    assert {grant.action for grant in granted([account.boundary])} - has == set()


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:DeleteItem", "table/tapstack-local-merchants"),
        ("dynamodb:GetItem", "table/tapstack-local-velocity"),
        ("dynamodb:Query", "table/tapstack-local-transactions"),
    ],
)
def test_a_permission_too_much_is_told(account: Any, action: str, resource: str) -> None:
    arn = f"arn:aws:dynamodb:eu-central-1:000000000000:{resource}"
    more = {"Statement": [{"Effect": "Allow", "Action": [action], "Resource": arn}]}
    documents = [*policies(account, "validator"), more]

    assert unused(documents, "validator", asked_by_functions()["validator"]) == [f"{action} on {arn}"]


def test_a_public_evaluator_lets_the_functions_make_their_calls_and_nobody_else_s(account: Any) -> None:
    questions = [
        second_judge.Question(f"{PREFIX}{function}", policies(account, function), item, account.boundary)
        for function in FUNCTIONS
        for other in FUNCTIONS
        for item in asked_of(account, other)
        # It passes over condition keys that a request names itself, as it does the encryption context's.
        if not any("EncryptionContext" in key for key in item.context)
    ]
    ours = [decide(q.policies, q.asked.action, q.asked.resource, q.asked.context, account.boundary) for q in questions]

    assert second_judge.decisions(questions) == ours
    assert ours.count(ALLOWED) < len(ours)
