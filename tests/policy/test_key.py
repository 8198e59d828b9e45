"""The data layer's key just after it was made: KMS does not know its tags yet, and its own policy lets the roles in."""

import json
from typing import Any

import pytest

from policy.authorizations import ACCOUNT, REGION
from policy.evaluation import ALLOWED, DENIED, decide

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd"
USES = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")


def answer(account: Any, role: str, action: str, via: str | None = None, caller: str = ACCOUNT) -> str:
    """Decide by the key's policy alone, for a principal that is no service and not the account as a whole."""
    key = account.world.of_type("aws:kms/key:Key")[0]
    statements = [item for item in json.loads(key["policy"])["Statement"] if item["Principal"] == {"AWS": "*"}]
    context = {"kms:CallerAccount": caller, "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    if via:
        context["kms:ViaService"] = f"{via}.{REGION}.amazonaws.com"
    return decide([{"Statement": statements}], action, KEY, context)


def test_the_role_that_has_made_the_key_may_do_to_it_what_the_provider_does_next(account: Any) -> None:
    asked = {
        item.action for item in account.asked["data"] if item.action.startswith("kms:") and KEY[:20] in item.resource
    }
    # None of these is done to a key that was just made.
    asked -= {"kms:CreateKey", "kms:ScheduleKeyDeletion", "kms:DeleteAlias", "kms:ListGrants"}

    assert {"kms:EnableKeyRotation", "kms:CreateAlias"} <= asked
    assert [
        action for action in sorted(asked) if answer(account, "tapstack-local-deploy-data", action) != ALLOWED
    ] == []


@pytest.mark.parametrize(
    ("layer", "services"),
    [("data", ("dynamodb", "sns", "sqs")), ("compute", ("lambda",)), ("api-edge", ("dynamodb",))],
)
def test_services_may_use_the_key_in_the_role_s_name(account: Any, layer: str, services: tuple[str, ...]) -> None:
    for service in services:
        assert {answer(account, f"tapstack-local-deploy-{layer}", action, service) for action in USES} == {ALLOWED}


def test_the_role_of_smoke_runs_may_use_it_for_the_probe_s_secret_and_for_items(account: Any) -> None:
    key = account.world.of_type("aws:kms/key:Key")[0]
    statements = [item for item in json.loads(key["policy"])["Statement"] if item["Principal"] == {"AWS": "*"}]
    role = f"arn:aws:iam::{ACCOUNT}:role/tapstack-local-smoke"

    def may(action: str, **context: str) -> bool:
        names = {f"kms:EncryptionContext:{name}": text for name, text in context.items()}
        caller = {"kms:CallerAccount": ACCOUNT, "aws:PrincipalArn": role}
        return decide([{"Statement": statements}], action, KEY, caller | names) == ALLOWED

    for action in ("kms:Encrypt", "kms:Decrypt"):
        assert may(action, purpose="webhook-secret", merchant="probe")
        assert not may(action, purpose="webhook-secret", merchant="acme")
        assert not may(action, purpose="hand-over", merchant="probe")
    assert answer(account, "tapstack-local-smoke", "kms:Decrypt", "dynamodb") == ALLOWED
    assert answer(account, "tapstack-local-smoke", "kms:Decrypt", "sqs") == DENIED


@pytest.mark.parametrize(
    "role", ["tapstack-local-deploy-network", "tapstack-local-preview-data", "tapstack-dev-validator", "else"]
)
def test_nobody_else_may(account: Any, role: str) -> None:
    for action in (*USES, "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"):
        assert {answer(account, role, action, service) for service in (None, "lambda", "dynamodb")} == {DENIED}
    # Nor the role of that name in another account.
    assert answer(account, "tapstack-local-deploy-data", "kms:PutKeyPolicy", caller="999999999999") == DENIED
