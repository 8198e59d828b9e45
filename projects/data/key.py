"""The customer key that encrypts everything at rest: tables, queues, topic, secrets and the later layers' logs."""

import pulumi_aws as aws

from settings import DataSettings
from tapstack.program.naming import Names
from tapstack.program.policies import allow, document


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
        ),
    )
    aws.kms.Alias("key", name=f"alias/{names('data')}", target_key_id=key.key_id)
    return key
