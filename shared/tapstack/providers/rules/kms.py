"""What KMS refuses."""

from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import (
    DOCS,
    InputRule,
    Inputs,
    Moment,
    StateRule,
    Words,
    ask,
    listed,
    missing_principals,
    statements,
)
from tapstack.providers.values import Props

_KEY: Final = ("aws:kms/key:Key",)
_ALIAS: Final = ("aws:kms/alias:Alias",)
_ADMINISTERS: Final = frozenset({"*", "kms:*", "kms:put*", "kms:putkeypolicy"})


def _administers(statement: Props) -> bool:
    actions = {action.lower() for action in listed(statement.get("Action"))}
    principal = statement.get("Principal")
    somebody = principal == "*" or (isinstance(principal, dict) and bool(principal.get("AWS")))
    return statement.get("Effect") == "Allow" and somebody and bool(actions & _ADMINISTERS)


def _locks_out(inputs: Inputs) -> Iterator[Words]:
    policy = inputs.get("policy")
    if policy and not inputs.get("bypassPolicyLockoutSafetyCheck") and not any(map(_administers, statements(policy))):
        yield {}


def _unknown_principal(resource: Resource) -> Iterator[Words]:
    for _ in missing_principals(resource, resource.inputs.get("policy")):
        yield {}


def _aliases(resource: Resource) -> list[Props]:
    found: list[Props] = resource.call("kms", "list_aliases", {})["Aliases"]
    return found


def _alias_taken(resource: Resource) -> Iterator[Words]:
    for alias in _aliases(resource):
        if alias["AliasName"] == resource.inputs["name"]:
            yield {"arn": alias["AliasArn"]}


def _key_going(resource: Resource) -> Iterator[Words]:
    found = ask(resource, "kms", "describe_key", KeyId=resource.inputs["targetKeyId"])
    if found and found["KeyMetadata"]["KeyState"] == "PendingDeletion":
        yield {"arn": found["KeyMetadata"]["Arn"]}


def _key_missing(resource: Resource) -> Iterator[Words]:
    key = resource.inputs["targetKeyId"]
    if ask(resource, "kms", "describe_key", KeyId=key) is None:
        arn = f"arn:aws:kms:{resource.region}:{resource.clients.account}:key/{key.rpartition('/')[2]}"
        yield {"arn": arn}


RULES: Final = (
    InputRule(
        name="key-policy-that-locks-out",
        types=_KEY,
        operation="kms:CreateKey",
        code="MalformedPolicyDocumentException",
        message="The new key policy will not allow you to update the key policy in the future.",
        source=DOCS + "kms/latest/developerguide/key-policy-default.html",
        check=_locks_out,
    ),
    StateRule(
        name="key-policy-for-nobody",
        types=_KEY,
        operation="kms:CreateKey",
        code="MalformedPolicyDocumentException",
        message="Policy contains a statement with one or more invalid principals.",
        source=DOCS + "kms/latest/developerguide/key-policy-overview.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_unknown_principal,
    ),
    StateRule(
        name="key-alias-taken",
        types=_ALIAS,
        operation="kms:CreateAlias",
        code="AlreadyExistsException",
        message="An alias with the name {arn} already exists",
        source=DOCS + "kms/latest/APIReference/API_CreateAlias.html",
        moment=Moment.CREATE,
        check=_alias_taken,
    ),
    StateRule(
        name="key-alias-of-no-key",
        types=_ALIAS,
        operation="kms:CreateAlias",
        code="NotFoundException",
        message="Key '{arn}' does not exist",
        source=DOCS + "kms/latest/APIReference/API_CreateAlias.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_key_missing,
    ),
    StateRule(
        name="key-alias-of-a-key-pending-deletion",
        types=_ALIAS,
        operation="kms:CreateAlias",
        code="KMSInvalidStateException",
        message="{arn} is pending deletion.",
        source=DOCS + "kms/latest/developerguide/key-state.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_key_going,
    ),
)
