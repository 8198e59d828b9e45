"""Every policy of the bootstrap against AWS's own list of actions, resources and condition keys."""

from collections.abc import Iterator
from typing import Any

import pytest

from policy import reference
from policy.evaluation import as_list


def statements(account: Any) -> Iterator[dict[str, Any]]:
    yield from account.boundary["Statement"]
    for policies in account.policies.values():
        for policy in policies:
            yield from policy["Statement"]


def actions(statement: dict[str, Any]) -> list[str]:
    found = {pattern: reference.matching_actions(pattern) for pattern in as_list(statement["Action"])}
    assert all(found.values()), f"AWS has no action {[pattern for pattern, names in found.items() if not names]}"
    return [action for names in found.values() for action in names]


def test_every_action_is_one_and_takes_the_resources_it_is_granted_on(account: Any) -> None:
    for statement in statements(account):
        resources = as_list(statement["Resource"])
        for action in actions(statement):
            kinds = reference.arn_patterns(action) or ["*"]
            fits = [resource for resource in resources if any(reference.overlap(resource, kind) for kind in kinds)]
            assert fits, f"{action} is never authorized on any of {resources}"
            # An action that takes no resource is granted on `*`, or not at all.
            assert kinds != ["*"] or "*" in resources, f"{action} takes no resource, and is granted on {resources}"


def test_every_condition_is_on_a_key_that_its_action_has(account: Any) -> None:
    for statement in statements(account):
        for tests in statement.get("Condition", {}).values():
            for key in tests:
                without = [action for action in actions(statement) if not reference.knows_condition(action, key)]
                assert not without, f"{key} is unknown at {without}, and would never hold"


@pytest.mark.parametrize("purpose", ["drift", "preview"])
def test_a_role_that_looks_holds_looking_alone(account: Any, purpose: str) -> None:
    for role in account.outputs[f"{purpose}_role_arns"].values():
        for policy in account.policies[role.rpartition("/")[2]]:
            for statement in policy["Statement"]:
                changing = {action for action in actions(statement) if not reference.only_looks(action)}
                # AWS counts decrypting as writing.
                assert changing <= {"kms:Decrypt"}, statement
