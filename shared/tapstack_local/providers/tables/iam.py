"""Roles and their policies."""

from typing import Final

from tapstack_local.providers.table import Call, Look, Row, Tagging

_ROLE_TAGS: Final = Tagging(
    add="tag_role",
    remove="untag_role",
    target={"RoleName": "$id"},
    read=Look(operation="list_role_tags", params={"RoleName": "$id"}, take={"tags": "Tags"}, auto=False),
)

ROWS: Final = {
    "aws:iam/role:Role": Row(
        service="iam",
        create=Call(operation="create_role", auto=True),
        id="@Role.RoleName",
        read=(
            Look(
                operation="get_role",
                params={"RoleName": "$id"},
                pick="Role",
                take={
                    "uniqueId": "RoleId",
                    "permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn",
                },
            ),
        ),
        update=(
            Call(
                operation="update_assume_role_policy",
                params={"RoleName": "$id", "PolicyDocument": "$assumeRolePolicy"},
            ),
            Call(
                operation="update_role",
                params={
                    "RoleName": "$id",
                    "Description": "$description",
                    "MaxSessionDuration": "$maxSessionDuration",
                },
            ),
        ),
        delete=(Call(operation="delete_role", params={"RoleName": "$id"}),),
        names={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument", "uniqueId": "RoleId"},
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        blank={"description": ""},
        replace_on=("name", "path"),
        auto_name="name",
        name_limit=64,
        state_only=("forceDetachPolicies",),
        tagging=_ROLE_TAGS,
    ),
    "aws:iam/rolePolicy:RolePolicy": Row(
        service="iam",
        create=Call(
            operation="put_role_policy",
            params={"RoleName": "$role", "PolicyName": "$name", "PolicyDocument": "$policy"},
        ),
        id="${role}:${name}",
        read=(
            Look(
                operation="get_role_policy",
                params={"RoleName": "$role", "PolicyName": "$name"},
                take={"role": "RoleName", "name": "PolicyName", "policy": "PolicyDocument"},
                auto=False,
            ),
        ),
        update=(
            Call(
                operation="put_role_policy",
                params={"RoleName": "$role", "PolicyName": "$name", "PolicyDocument": "$policy"},
            ),
        ),
        delete=(Call(operation="delete_role_policy", params={"RoleName": "$role", "PolicyName": "$name"}),),
        replace_on=("name", "role"),
        auto_name="name",
        name_limit=128,
        import_id=r"(?P<role>[^:]+):(?P<name>.+)",
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Row(
        service="iam",
        create=Call(operation="attach_role_policy", params={"RoleName": "$role", "PolicyArn": "$policyArn"}),
        id="${role}/${policyArn}",
        read=(
            Look(
                operation="list_attached_role_policies",
                params={"RoleName": "$role"},
                pick="AttachedPolicies[?PolicyArn=='${policyArn}'] | [0]",
            ),
        ),
        delete=(Call(operation="detach_role_policy", params={"RoleName": "$role", "PolicyArn": "$policyArn"}),),
        replace_on=("policyArn", "role"),
        delete_before_replace=True,
        import_id=r"(?P<role>[^/]+)/(?P<policyArn>.+)",
    ),
}
