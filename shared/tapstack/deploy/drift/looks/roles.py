"""What others can give to roles."""

from typing import Final

from tapstack.deploy.drift.look import Look

_ROLE: Final = "aws:iam/role:Role"


LOOKS: Final = (
    Look(
        of=_ROLE,
        service="iam",
        operation="list_role_policies",
        params="{RoleName: id}",
        items="PolicyNames",
        type="aws:iam/rolePolicy:RolePolicy",
        key="[thing.id, item]",
        own="[role, name]",
        name="item",
    ),
    Look(
        of=_ROLE,
        service="iam",
        operation="list_attached_role_policies",
        params="{RoleName: id}",
        items="AttachedPolicies",
        type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        key="[thing.id, item.PolicyArn]",
        own="[role, policyArn]",
        name="item.PolicyArn",
    ),
    Look(
        of=_ROLE,
        service="iam",
        operation="list_instance_profiles_for_role",
        params="{RoleName: id}",
        items="InstanceProfiles",
        type="aws:iam/instanceProfile:InstanceProfile",
        key="[item.InstanceProfileName]",
        own="[name]",
        name="item.InstanceProfileName",
    ),
)
