"""Encryption keys and their aliases."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging
from tapstack.providers.values import Props


def _set_rotation(scope: Scope) -> Props:
    if not scope.inputs.get("enableKeyRotation"):
        return scope.call("kms", "disable_key_rotation", {"KeyId": scope["id"]})
    days = scope.inputs.get("rotationPeriodInDays")
    return scope.call(
        "kms", "enable_key_rotation", {"KeyId": scope["id"], **({"RotationPeriodInDays": days} if days else {})}
    )


def _set_enabled(scope: Scope) -> Props:
    operation = "enable_key" if scope.inputs.get("isEnabled", True) else "disable_key"
    return scope.call("kms", operation, {"KeyId": scope["id"]})


ROWS: Final = {
    "aws:kms/key:Key": Row(
        service="kms",
        create=Call(operation="create_key", auto=True),
        id="@KeyMetadata.KeyId",
        settle=(Call(run=_set_rotation, on=("enableKeyRotation", "rotationPeriodInDays")),),
        read=(
            Look(
                operation="describe_key",
                params={"KeyId": "$id"},
                pick="KeyMetadata.KeyState != 'PendingDeletion' && KeyMetadata || `null`",
                take={"isEnabled": "Enabled"},
            ),
            Look(
                operation="get_key_policy", params={"KeyId": "$id", "PolicyName": "default"}, take={"policy": "Policy"}
            ),
            Look(
                operation="get_key_rotation_status",
                params={"KeyId": "$id"},
                take={"enableKeyRotation": "KeyRotationEnabled"},
                auto=False,
            ),
        ),
        update=(
            Call(operation="put_key_policy", params={"KeyId": "$id", "PolicyName": "default", "Policy": "$policy"}),
            Call(operation="update_key_description", params={"KeyId": "$id", "Description": "$description"}),
            Call(run=_set_enabled, on=("isEnabled",)),
        ),
        delete=(
            Call(
                operation="schedule_key_deletion",
                params={"KeyId": "$id", "PendingWindowInDays": "$deletionWindowInDays"},
            ),
        ),
        names={"customerMasterKeySpec": "KeySpec"},
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        blank={"description": ""},
        replace_on=("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"),
        state_only=("bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"),
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"KeyId": "$id"},
            read=Look(operation="list_resource_tags", params={"KeyId": "$id"}, take={"tags": "Tags"}, auto=False),
        ),
    ),
    "aws:kms/alias:Alias": Row(
        service="kms",
        create=Call(operation="create_alias", params={"AliasName": "$name", "TargetKeyId": "$targetKeyId"}),
        id="$name",
        read=(
            Look(
                operation="list_aliases",
                pick="Aliases[?AliasName=='${id}'] | [0]",
                take={"arn": "AliasArn", "name": "AliasName", "targetKeyId": "TargetKeyId"},
                auto=False,
            ),
        ),
        update=(Call(operation="update_alias", params={"AliasName": "$name", "TargetKeyId": "$targetKeyId"}),),
        delete=(Call(operation="delete_alias", params={"AliasName": "$id"}),),
        outputs={"targetKeyArn": "arn:aws:kms:${region}:${account}:key/${targetKeyId}"},
        replace_on=("name",),
        auto_name="name",
    ),
}
