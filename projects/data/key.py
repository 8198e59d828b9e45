"""The customer key that encrypts everything at rest: tables, queues, topic, secrets and the later layers' logs.

The pipelines' roles may use keys by their tags, and KMS may take five minutes to know a new key's:
https://docs.aws.amazon.com/kms/latest/developerguide/abac.html. The first deployment does not wait so long, so the
key's own policy names the roles too.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi_aws as aws

from settings import DataSettings
from tapstack.account_names import pipeline_role, smoke_role
from tapstack.program.naming import Names
from tapstack.program.policies import Statement, allow, document
from transactions.agreed.encryption import WEBHOOK_SECRET, condition_of
from transactions.agreed.probe import PROBE_MERCHANT

_MANAGED: Final = (
    "kms:CreateAlias",
    "kms:DescribeKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:TagResource",
)
"""What the layer's own role does to a key it has just made."""
_USED: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
"""What services that are told to encrypt with the key do in the role's name."""
_SERVICES: Final[Mapping[str, Sequence[str]]] = {
    "data": ("dynamodb", "sns", "sqs"),
    "compute": ("lambda",),
    "api-edge": ("dynamodb",),
}
"""Layer to the services that it tells so."""


def make_key(names: Names, settings: DataSettings) -> aws.kms.Key:
    """Make the key, rotated every year, and an alias people can read."""
    account = aws.get_caller_identity().account_id
    partition = aws.get_partition().partition
    region = aws.get_region().region
    key = aws.kms.Key(
        "key",
        description=f"Encrypts the data of {names.prefix.rstrip('-')}",
        enable_key_rotation=True,
        deletion_window_in_days=settings.key_deletion_window_days,
        policy=document(
            # Without this statement nobody, the account's administrators included, could ever change the key again.
            allow(["kms:*"], "*", to={"AWS": f"arn:{partition}:iam::{account}:root"}),
            allow(
                ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "*",
                to={"Service": f"logs.{region}.amazonaws.com"},
                condition={
                    "ArnLike": {
                        "kms:EncryptionContext:aws:logs:arn": f"arn:{partition}:logs:{region}:{account}:log-group:*"
                    }
                },
            ),
            allow(
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                "*",
                to={"Service": "cloudwatch.amazonaws.com"},
                condition={"StringEquals": {"aws:SourceAccount": account}},
            ),
            *_for_pipelines(names, partition, account, region),
        ),
    )
    aws.kms.Alias("key", name=f"alias/{names('data')}", target_key_id=key.key_id)
    return key


def _for_pipelines(names: Names, partition: str, account: str, region: str) -> list[Statement]:
    def deploying(layer: str) -> str:
        return pipeline_role(names.environment_suffix, "deploy", layer)

    def grant(name: str, actions: Sequence[str], condition: Mapping[str, object]) -> Statement:
        # By condition: KMS takes no principal that is not there, and an account need not have the roles.
        role = f"arn:{partition}:iam::{account}:role/{name}"
        return allow(
            actions,
            "*",
            to={"AWS": "*"},
            condition={
                "StringEquals": {"kms:CallerAccount": account, **condition},
                "ArnLike": {"aws:PrincipalArn": role},
            },
        )

    return [
        grant(deploying("data"), _MANAGED, {}),
        *(
            grant(
                deploying(layer),
                _USED,
                {"kms:ViaService": [f"{service}.{region}.amazonaws.com" for service in services]},
            )
            for layer, services in _SERVICES.items()
        ),
        grant(
            smoke_role(names.environment_suffix),
            ["kms:Decrypt", "kms:Encrypt"],
            condition_of(WEBHOOK_SECRET, PROBE_MERCHANT),
        ),
        grant(
            smoke_role(names.environment_suffix),
            ["kms:Decrypt"],
            {"kms:ViaService": f"dynamodb.{region}.amazonaws.com"},
        ),
    ]
