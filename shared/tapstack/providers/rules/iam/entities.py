"""What IAM refuses of roles, policies and identity providers."""

import json
import re
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, missing_principals

_ROLE: Final = ("aws:iam/role:Role",)
_POLICY: Final = ("aws:iam/policy:Policy",)
_INLINE: Final = ("aws:iam/rolePolicy:RolePolicy",)
_ATTACHMENT: Final = ("aws:iam/rolePolicyAttachment:RolePolicyAttachment",)
_PROVIDER: Final = ("aws:iam/openIdConnectProvider:OpenIdConnectProvider",)
_QUOTAS: Final = DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html"
_API: Final = DOCS + "IAM/latest/APIReference/"

_MANAGED_SIZE: Final = 6144
_INLINE_SIZE: Final = 10_240
_TRUST_SIZE: Final = 2048
_POLICIES_PER_ROLE: Final = 10


def _size(policy: str) -> int:
    """Count as AWS does: no white space."""
    return len(re.sub(r"\s", "", policy))


def _managed_too_long(inputs: Inputs) -> Iterator[Words]:
    if _size(inputs["policy"]) > _MANAGED_SIZE:
        yield {"most": _MANAGED_SIZE}


def _trust_too_long(inputs: Inputs) -> Iterator[Words]:
    if _size(inputs["assumeRolePolicy"]) > _TRUST_SIZE:
        yield {"most": _TRUST_SIZE}


def _inline_too_long(resource: Resource) -> Iterator[Words]:
    """The limit holds for all policies in a role together."""
    role, own = resource.inputs["role"], resource.inputs.get("name")
    names = (ask(resource, "iam", "list_role_policies", RoleName=role) or {}).get("PolicyNames", [])
    others = [
        resource.call("iam", "get_role_policy", {"RoleName": role, "PolicyName": name})["PolicyDocument"]
        for name in names
        if name != own
    ]
    texts = [item if isinstance(item, str) else json.dumps(item) for item in others]
    if sum(map(_size, [*texts, resource.inputs["policy"]])) > _INLINE_SIZE:
        yield {"most": _INLINE_SIZE, "role": role}


def _unknown_principal(resource: Resource) -> Iterator[Words]:
    for arn in missing_principals(resource, resource.inputs["assumeRolePolicy"]):
        yield {"arn": arn}


def _role_taken(resource: Resource) -> Iterator[Words]:
    name = resource.inputs["name"]
    if ask(resource, "iam", "get_role", RoleName=name) is not None:
        yield {"name": name}


def _policy_taken(resource: Resource) -> Iterator[Words]:
    name, path = resource.inputs["name"], resource.inputs.get("path") or "/"
    arn = f"arn:aws:iam::{resource.clients.account}:policy{path}{name}"
    if ask(resource, "iam", "get_policy", PolicyArn=arn) is not None:
        yield {"name": name}


def _provider_taken(resource: Resource) -> Iterator[Words]:
    url = resource.inputs["url"].removeprefix("https://")
    held = resource.call("iam", "list_open_id_connect_providers", {})["OpenIDConnectProviderList"]
    if any(item["Arn"].partition(":oidc-provider/")[2] == url for item in held):
        yield {"url": f"https://{url}"}


def _missing_policy(resource: Resource, arn: str | None) -> Iterator[Words]:
    """AWS's own policies are all taken to be there."""
    if arn and ":iam::aws:" not in arn and ask(resource, "iam", "get_policy", PolicyArn=arn) is None:
        yield {"arn": arn}


def _attaches_nothing(resource: Resource) -> Iterator[Words]:
    yield from _missing_policy(resource, resource.inputs["policyArn"])


def _bounded_by_nothing(resource: Resource) -> Iterator[Words]:
    yield from _missing_policy(resource, resource.inputs.get("permissionsBoundary"))


def _role_missing(resource: Resource) -> Iterator[Words]:
    role = resource.inputs["role"]
    if ask(resource, "iam", "get_role", RoleName=role) is None:
        yield {"role": role}


def _role_full(resource: Resource) -> Iterator[Words]:
    role = resource.inputs["role"]
    attached = ask(resource, "iam", "list_attached_role_policies", RoleName=role) or {"AttachedPolicies": []}
    if len(attached["AttachedPolicies"]) >= _POLICIES_PER_ROLE:
        yield {"most": _POLICIES_PER_ROLE}


def _role_with_attached(resource: Resource) -> Iterator[Words]:
    found = ask(resource, "iam", "list_attached_role_policies", RoleName=resource.id) or {}
    if found.get("AttachedPolicies") and not resource.state.get("forceDetachPolicies"):
        yield {}


def _role_with_inline(resource: Resource) -> Iterator[Words]:
    if (ask(resource, "iam", "list_role_policies", RoleName=resource.id) or {}).get("PolicyNames"):
        yield {}


def _role_of_function(resource: Resource) -> Iterator[Words]:
    """Stricter than AWS, which deletes such a role and leaves a function that fails at its next start."""
    for function in resource.call("lambda", "list_functions", {})["Functions"]:
        if function.get("Role") == resource.state.get("arn"):
            yield {"function": function["FunctionName"]}


def _policy_in_use(resource: Resource) -> Iterator[Words]:
    """Ask for roles that have it as their boundary too, which the emulator does not count as attached."""
    found = ask(resource, "iam", "list_entities_for_policy", PolicyArn=resource.id) or {}
    if found.get("PolicyRoles") or found.get("PolicyUsers") or found.get("PolicyGroups"):
        yield {}


RULES: Final = (
    InputRule(
        name="managed-policy-too-long",
        types=_POLICY,
        operation="iam:CreatePolicy",
        code="LimitExceeded",
        message="Cannot exceed quota for PolicySize: {most}",
        source=_QUOTAS,
        check=_managed_too_long,
    ),
    InputRule(
        name="trust-policy-too-long",
        types=_ROLE,
        operation="iam:CreateRole",
        code="LimitExceeded",
        message="Cannot exceed quota for ACLSizePerRole: {most}",
        source=_QUOTAS,
        check=_trust_too_long,
    ),
    StateRule(
        name="inline-policies-too-long",
        types=_INLINE,
        operation="iam:PutRolePolicy",
        code="LimitExceeded",
        message="Maximum policy size of {most} bytes exceeded for role {role}",
        source=_QUOTAS,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_inline_too_long,
    ),
    StateRule(
        name="role-trusts-nobody",
        types=_ROLE,
        operation="iam:CreateRole",
        code="MalformedPolicyDocument",
        message='Invalid principal in policy: "AWS":"{arn}"',
        source=DOCS + "IAM/latest/UserGuide/reference_policies_elements_principal.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_unknown_principal,
    ),
    StateRule(
        name="role-name-taken",
        types=_ROLE,
        operation="iam:CreateRole",
        code="EntityAlreadyExists",
        message="Role with name {name} already exists.",
        source=_API + "API_CreateRole.html",
        moment=Moment.CREATE,
        check=_role_taken,
    ),
    StateRule(
        name="role-bounded-by-no-policy",
        types=_ROLE,
        operation="iam:CreateRole",
        code="NoSuchEntity",
        message="Scope ARN: {arn} does not exist or is not attachable.",
        source=DOCS + "IAM/latest/UserGuide/access_policies_boundaries.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_bounded_by_nothing,
    ),
    StateRule(
        name="policy-name-taken",
        types=_POLICY,
        operation="iam:CreatePolicy",
        code="EntityAlreadyExists",
        message="A policy called {name} already exists. Duplicate names are not allowed.",
        source=_API + "API_CreatePolicy.html",
        moment=Moment.CREATE,
        check=_policy_taken,
    ),
    StateRule(
        name="identity-provider-taken",
        types=_PROVIDER,
        operation="iam:CreateOpenIDConnectProvider",
        code="EntityAlreadyExists",
        message="Provider with url {url} already exists.",
        source=_API + "API_CreateOpenIDConnectProvider.html",
        moment=Moment.CREATE,
        check=_provider_taken,
    ),
    StateRule(
        name="inline-policy-of-no-role",
        types=_INLINE,
        operation="iam:PutRolePolicy",
        code="NoSuchEntity",
        message="The role with name {role} cannot be found.",
        source=_API + "API_PutRolePolicy.html",
        moment=Moment.CREATE,
        check=_role_missing,
    ),
    StateRule(
        name="attachment-of-no-policy",
        types=_ATTACHMENT,
        operation="iam:AttachRolePolicy",
        code="NoSuchEntity",
        message="Policy {arn} does not exist or is not attachable.",
        source=_API + "API_AttachRolePolicy.html",
        moment=Moment.CREATE,
        check=_attaches_nothing,
    ),
    StateRule(
        name="role-with-ten-policies",
        types=_ATTACHMENT,
        operation="iam:AttachRolePolicy",
        code="LimitExceeded",
        message="Cannot exceed quota for PoliciesPerRole: {most}",
        source=_QUOTAS,
        moment=Moment.CREATE,
        check=_role_full,
    ),
    StateRule(
        name="role-with-attached-policies",
        types=_ROLE,
        operation="iam:DeleteRole",
        code="DeleteConflict",
        message="Cannot delete entity, must detach all policies first.",
        source=_API + "API_DeleteRole.html",
        moment=Moment.DELETE,
        check=_role_with_attached,
    ),
    StateRule(
        name="role-with-inline-policies",
        types=_ROLE,
        operation="iam:DeleteRole",
        code="DeleteConflict",
        message="Cannot delete entity, must delete policies first.",
        source=_API + "API_DeleteRole.html",
        moment=Moment.DELETE,
        check=_role_with_inline,
    ),
    StateRule(
        name="role-that-a-function-runs-with",
        types=_ROLE,
        operation="iam:DeleteRole",
        code="DeleteConflict",
        message="Cannot delete entity, function {function} still runs with it.",
        source=DOCS + "lambda/latest/dg/lambda-intro-execution-role.html",
        moment=Moment.DELETE,
        check=_role_of_function,
    ),
    StateRule(
        name="policy-in-use",
        types=_POLICY,
        operation="iam:DeletePolicy",
        code="DeleteConflict",
        message="Cannot delete a policy attached to entities.",
        source=_API + "API_DeletePolicy.html",
        moment=Moment.DELETE,
        check=_policy_in_use,
    ),
)
