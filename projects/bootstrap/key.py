"""The key that encrypts the state bucket and the secrets in every stack's state and config."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output

from settings import BootstrapSettings
from tapstack.account_names import state_key_alias
from tapstack.program.naming import Names
from tapstack.program.policies import allow, document


@dataclass(frozen=True)
class SecretsKey:
    """The key under its alias."""

    key: aws.kms.Key
    alias: aws.kms.Alias
    region: str

    @property
    def secrets_provider(self) -> Output[str]:
        """What `pulumi stack init --secrets-provider` takes."""
        return Output.format("awskms://{0}?region={1}", self.alias.name, self.region)


def make_key(names: Names, settings: BootstrapSettings) -> SecretsKey:
    """Make the key, rotated every year, and its alias.

    The key's policy leaves it to IAM who may use it: the roles' own policies name it, and no layer may change it.
    """
    account = aws.get_caller_identity().account_id
    partition = aws.get_partition().partition
    protected = pulumi.ResourceOptions(protect=settings.deletion_protection)
    key = aws.kms.Key(
        "state",
        description="Encrypts the state of all stacks and the secrets in it",
        enable_key_rotation=True,
        deletion_window_in_days=settings.key_deletion_window_days,
        # Without this statement nobody, the account's administrators included, could ever change the key again.
        policy=document(allow(["kms:*"], "*", to={"AWS": f"arn:{partition}:iam::{account}:root"})),
        opts=protected,
    )
    alias = aws.kms.Alias(
        "state", name=state_key_alias(names.environment_suffix), target_key_id=key.key_id, opts=protected
    )
    return SecretsKey(key, alias, aws.get_region().region)
