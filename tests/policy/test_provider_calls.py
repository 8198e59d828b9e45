"""Each layer's roles against the calls that a genuine provider makes for the layer's resources.

Most were seen; of types that no run was recorded for they are read from the provider's source.

The lane's stand-in provider makes calls of its own choice; a role that has just those would fail on an account.
"""

from collections.abc import Iterator
from typing import Any, Final

import botocore.session
import pytest

from policy.evaluation import as_list
from policy.reference import matching_actions
from support.provider_calls import KNOWN, provider_type
from tapstack.layers import LAYERS

# What environments share is let go of and never deleted (projects/api-edge/account.py).
RETAINED: Final = {"api-edge": {"delete aws_iam_role", "delete aws_iam_role_policy"}}


def types_of(account: Any, layer: str) -> set[str]:
    return {provider_type(token) for token in account.types[layer]}


def action(operation: str) -> str:
    """Name what IAM asks for; API Gateway's actions are HTTP's."""
    service, _, name = operation.partition(":")
    if service != "apigateway":
        return operation
    model = botocore.session.get_session().get_service_model(service)
    return f"apigateway:{model.operation_model(name).http['method']}"


def granted(account: Any, role: str) -> set[str]:
    return {
        name
        for policy in account.policies[role]
        for statement in policy["Statement"]
        for pattern in as_list(statement["Action"])
        for name in matching_actions(pattern)
    }


def calls(account: Any, layer: str, *phases: str) -> Iterator[tuple[str, str]]:
    """List the calls for the layer's types: which type in which phase, and the operation."""
    for name in sorted(types_of(account, layer) & KNOWN.keys()):
        for phase in phases:
            if f"{phase} {name}" not in RETAINED.get(layer, ()):
                yield from ((f"{phase} {name}", operation) for operation in KNOWN[name].get(phase, ()))


def test_every_type_that_was_seen_is_or_was_of_a_layer(account: Any) -> None:
    made = set().union(*(types_of(account, layer) for layer in LAYERS))

    # Merchants' secrets were resources once.
    assert KNOWN.keys() - made == {"aws_secretsmanager_secret", "aws_secretsmanager_secret_version"}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_deploy_role_has_every_action_that_a_genuine_provider_needs(account: Any, layer: str) -> None:
    has = granted(account, f"tapstack-local-deploy-{layer}")
    asked = list(calls(account, layer, "create", "read", "update", "delete"))

    assert len(asked) > 40
    assert [f"{what}: {operation}" for what, operation in asked if action(operation) not in has] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_drift_role_has_every_action_with_which_a_genuine_provider_reads(account: Any, layer: str) -> None:
    has = granted(account, f"tapstack-local-drift-{layer}")
    asked = list(calls(account, layer, "read"))

    assert len(asked) > 10
    assert [f"{what}: {operation}" for what, operation in asked if action(operation) not in has] == []
