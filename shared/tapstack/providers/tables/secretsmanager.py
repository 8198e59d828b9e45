"""Secrets and their versions."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging
from tapstack.providers.values import Props


def _deletion(scope: Scope) -> Props:
    """Delete at once when no window is wanted; otherwise the secret stays restorable under its name."""
    days = scope.state.get("recoveryWindowInDays", 30)
    window = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    return scope.call("secretsmanager", "delete_secret", {"SecretId": scope["id"], **window})


ROWS: Final = {
    "aws:secretsmanager/secret:Secret": Row(
        service="secretsmanager",
        create=Call(operation="create_secret", auto=("description", "kmsKeyId", "name", "tags")),
        id="@ARN",
        settle=(Call(operation="put_resource_policy", params={"SecretId": "$id", "ResourcePolicy": "$policy"}),),
        read=(
            Look(
                operation="describe_secret",
                params={"SecretId": "$id"},
                pick="!DeletedDate && @ || `null`",
            ),
        ),
        update=(
            Call(
                operation="update_secret",
                params={"SecretId": "$id", "Description": "$description", "KmsKeyId": "$kmsKeyId"},
            ),
        ),
        delete=(Call(run=_deletion),),
        defaults={"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30},
        blank={"description": ""},
        replace_on=("name",),
        auto_name="name",
        state_only=("forceOverwriteReplicaSecret", "recoveryWindowInDays"),
        tagging=Tagging(add="tag_resource", remove="untag_resource", target={"SecretId": "$id"}),
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Row(
        service="secretsmanager",
        create=Call(operation="put_secret_value", auto=("secretId", "secretString", "versionStages")),
        id=lambda scope: f"{scope['secretId']}|{scope['versionId']}",
        read=(
            Look(
                operation="get_secret_value",
                params={
                    "SecretId": lambda scope: scope["id"].partition("|")[0],
                    "VersionId": lambda scope: scope["id"].partition("|")[2],
                },
            ),
        ),
        # As on AWS: a version cannot be deleted, it goes with its secret.
        keep=True,
        outputs={
            "hasSecretStringWo": False,
            "secretArn": "$arn",
            "secretId": lambda scope: scope["id"].partition("|")[0],
        },
        replace_on=("secretId", "secretString"),
        secrets=("secretBinary", "secretString"),
        import_id=r"(?P<secretId>[^|]+)\|(?P<versionId>.+)",
    ),
}
