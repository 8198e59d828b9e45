"""Each layer's deploy role the other way round: every action it has is called, by the lane or a genuine provider.

What neither calls is documented, with its source, or is taken away.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from policy import second_judge
from policy.authorizations import Authorization
from policy.documented import OF_LAYERS, ON_ALIASES
from policy.evaluation import ALLOWED, DENIED, as_list, decide
from policy.reference import matching_actions
from policy.test_provider_calls import action, calls, granted
from tapstack.layers import LAYERS

UNKNOWN_ON_PARTS = {"apigateway:POST", "apigateway:SetWebACL"}
"""Actions of which AWS's own list, and so the evaluator, does not know that they are on parts of an API as well."""


def called(account: Any, layer: str) -> set[str]:
    provider = {action(operation) for _, operation in calls(account, layer, "create", "read", "update", "delete")}
    return provider | {item.action for item in account.asked[layer]}


def documented(layer: str) -> set[str]:
    return {name for item in OF_LAYERS if layer in item.roles for name in item.actions}


def patterns(account: Any, role: str) -> Iterator[str]:
    for policy in account.policies[role]:
        for statement in policy["Statement"]:
            yield from as_list(statement["Action"])


@pytest.mark.parametrize("layer", LAYERS)
def test_a_deploy_role_has_no_action_that_is_neither_called_nor_documented(account: Any, layer: str) -> None:
    has = granted(account, f"tapstack-local-deploy-{layer}")

    assert has - called(account, layer) - documented(layer) == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_documented_is_granted_and_is_no_call_on_record(account: Any, layer: str) -> None:
    has = granted(account, f"tapstack-local-deploy-{layer}")

    assert documented(layer) - has == set()
    # A row that a call came to be seen of says nothing any more.
    assert documented(layer) & called(account, layer) == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_deploy_role_s_actions_are_named_one_by_one(account: Any, layer: str) -> None:
    assert [
        name for name in patterns(account, f"tapstack-local-deploy-{layer}") if matching_actions(name) != [name]
    ] == []


def on(asked: Authorization, resource: str) -> bool:
    """Tell whether a pattern of a grant names what a call is on."""
    statement = {"Effect": "Allow", "Action": asked.action, "Resource": resource}
    return decide([{"Statement": [statement]}], asked.action, asked.resource, {}) == ALLOWED


@pytest.mark.parametrize("layer", LAYERS)
def test_every_resource_that_a_deploy_role_is_granted_is_one_that_it_works_on(account: Any, layer: str) -> None:
    idle = []
    for policy in account.policies[f"tapstack-local-deploy-{layer}"]:
        for statement in policy["Statement"]:
            actions = as_list(statement["Action"])
            asked = [item for item in account.asked[layer] if item.action in actions]
            # Where the lane calls none of a statement's actions, their rows in the list of documents speak for it.
            for resource in as_list(statement["Resource"]) if asked else ():
                on_alias = any(ON_ALIASES.covers(Authorization(action, resource)) for action in actions)
                if not on_alias and not any(on(item, resource) for item in asked):
                    idle.append(f"{actions[0]}, … on {resource}")
    assert idle == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_public_evaluator_decides_on_every_role_as_this_one_does(account: Any, layer: str) -> None:
    questions = [
        second_judge.Question(role, account.policies[role], item)
        for role in (f"tapstack-local-deploy-{layer}", f"tapstack-local-drift-{layer}")
        for asked in account.asked.values()
        for item in asked
    ]
    ours = [decide(q.policies, q.asked.action, q.asked.resource, q.asked.context) for q in questions]

    theirs = second_judge.decisions(questions)

    answers = [(q.asked, one, other) for q, one, other in zip(questions, ours, theirs, strict=True) if one != other]
    unknown = {item.action for item, _, other in answers if "no.resource.types" in other}
    assert unknown <= UNKNOWN_ON_PARTS
    assert [f"{item}: {one}, not {other}" for item, one, other in answers if item.action not in unknown] == []
    assert {ALLOWED, DENIED} <= set(theirs)
