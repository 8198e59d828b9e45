"""Roles, policies, and providers of identities."""

import json
from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging
from tapstack.providers.values import Props

_ROLE_TAGS: Final = Tagging(
    add="tag_role",
    remove="untag_role",
    target={"RoleName": "$id"},
    read=Look(operation="list_role_tags", params={"RoleName": "$id"}, take={"tags": "Tags"}, auto=False),
)


def _set_boundary(scope: Scope) -> Props:
    if boundary := scope.inputs.get("permissionsBoundary"):
        params = {"RoleName": scope["id"], "PermissionsBoundary": boundary}
        return scope.call("iam", "put_role_permissions_boundary", params)
    return scope.call("iam", "delete_role_permissions_boundary", {"RoleName": scope["id"]})


def _write_version(scope: Scope) -> None:
    """Make a new default version; a policy keeps five, so the one before goes."""
    params = {"PolicyArn": scope["id"], "PolicyDocument": scope.inputs["policy"], "SetAsDefault": True}
    scope.call("iam", "create_policy_version", params)
    _delete_old_versions(scope)


def _delete_old_versions(scope: Scope) -> None:
    """Delete what is not the default; AWS deletes no policy that has other versions."""
    for version in scope.call("iam", "list_policy_versions", {"PolicyArn": scope["id"]})["Versions"]:
        if not version["IsDefaultVersion"]:
            scope.call("iam", "delete_policy_version", {"PolicyArn": scope["id"], "VersionId": version["VersionId"]})


def _delete_policy(scope: Scope) -> None:
    _delete_old_versions(scope)
    scope.call("iam", "delete_policy", {"PolicyArn": scope["id"]})


def _document(scope: Scope) -> Props | None:
    version = scope.call("iam", "get_policy", {"PolicyArn": scope["id"]})["Policy"]["DefaultVersionId"]
    found = scope.call("iam", "get_policy_version", {"PolicyArn": scope["id"], "VersionId": version})
    return {"policy": json.dumps(found["PolicyVersion"]["Document"])}


ROWS: Final = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Row(
        service="iam",
        create=Call(
            operation="create_open_id_connect_provider",
            params={"Url": "$url", "ClientIDList": "$clientIdLists", "ThumbprintList": "$thumbprintLists"},
            auto=("tags",),
        ),
        id="@OpenIDConnectProviderArn",
        read=(
            Look(
                operation="get_open_id_connect_provider",
                params={"OpenIDConnectProviderArn": "$id"},
                take={"clientIdLists": "ClientIDList", "tags": "Tags", "thumbprintLists": "ThumbprintList"},
                auto=False,
            ),
        ),
        delete=(Call(operation="delete_open_id_connect_provider", params={"OpenIDConnectProviderArn": "$id"}),),
        outputs={"arn": "$id", "url": lambda scope: f"https://{scope['id'].partition('oidc-provider/')[2]}"},
        # The emulator changes nothing about one; AWS makes a new one for another address alone.
        replace_on=("clientIdLists", "tags", "thumbprintLists", "url"),
        delete_before_replace=True,
    ),
    "aws:iam/policy:Policy": Row(
        service="iam",
        create=Call(operation="create_policy", auto=True),
        id="@Policy.Arn",
        read=(
            Look(operation="get_policy", params={"PolicyArn": "$id"}, pick="Policy"),
            Look(run=_document),
        ),
        update=(Call(run=_write_version, on=("policy",)),),
        delete=(Call(run=_delete_policy),),
        names={"name": "PolicyName", "policy": "PolicyDocument"},
        defaults={"path": "/"},
        replace_on=("description", "name", "path"),
        auto_name="name",
        name_limit=128,
        tagging=Tagging(add="tag_policy", remove="untag_policy", target={"PolicyArn": "$id"}),
    ),
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
            Call(run=_set_boundary, on=("permissionsBoundary",)),
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
