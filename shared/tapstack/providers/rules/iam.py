"""What IAM refuses and the emulator does not, in its own words."""

import re
from typing import Final

from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import Resource
from tapstack.providers.rules.precondition import DOCS, Moment, Precondition, ask


def _role_is_free(resource: Resource) -> None:
    if ask(resource, "iam", "get_role", RoleName=resource.id) is None:
        return
    attached = resource.call("iam", "list_attached_role_policies", {"RoleName": resource.id})["AttachedPolicies"]
    if attached and not resource.state.get("forceDetachPolicies"):
        raise ProviderError("DeleteConflict: Cannot delete entity, must detach all policies first.")
    if resource.call("iam", "list_role_policies", {"RoleName": resource.id})["PolicyNames"]:
        raise ProviderError("DeleteConflict: Cannot delete entity, must delete policies first.")
    # Stricter than AWS, which deletes such a role and leaves a function that fails at its next start.
    for function in resource.call("lambda", "list_functions", {})["Functions"]:
        if function.get("Role") == resource.state.get("arn"):
            raise ProviderError(
                f"DeleteConflict: Cannot delete entity, function {function['FunctionName']} still runs with it."
            )


_POLICY_SIZE: Final = 6144


_POLICIES_PER_ROLE: Final = 10


def _policy_fits(resource: Resource) -> None:
    # AWS counts no white space.
    if len(re.sub(r"\s", "", resource.inputs["policy"])) > _POLICY_SIZE:
        raise ProviderError(f"LimitExceeded: Cannot exceed quota for PolicySize: {_POLICY_SIZE}")


def _policy_is_free(resource: Resource) -> None:
    """Ask for roles that have it as their boundary too, which the emulator does not count as attached."""
    found = ask(resource, "iam", "list_entities_for_policy", PolicyArn=resource.id) or {}
    if found.get("PolicyRoles") or found.get("PolicyUsers") or found.get("PolicyGroups"):
        raise ProviderError("DeleteConflict: Cannot delete a policy attached to entities.")


def _role_has_room(resource: Resource) -> None:
    role = resource.inputs["role"]
    attached = ask(resource, "iam", "list_attached_role_policies", RoleName=role) or {"AttachedPolicies": []}
    if len(attached["AttachedPolicies"]) >= _POLICIES_PER_ROLE:
        raise ProviderError(f"LimitExceeded: Cannot exceed quota for PoliciesPerRole: {_POLICIES_PER_ROLE}")


PRECONDITIONS: Final = (
    Precondition(
        "aws:iam/policy:Policy",
        Moment.CREATE | Moment.UPDATE,
        _policy_fits,
        DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Precondition(
        "aws:iam/policy:Policy", Moment.DELETE, _policy_is_free, DOCS + "IAM/latest/APIReference/API_DeletePolicy.html"
    ),
    Precondition(
        "aws:iam/role:Role", Moment.DELETE, _role_is_free, DOCS + "IAM/latest/APIReference/API_DeleteRole.html"
    ),
    Precondition(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        Moment.CREATE,
        _role_has_room,
        DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
)
