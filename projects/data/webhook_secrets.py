"""Webhook secrets: one per merchant, in the Standard Webhooks form, random bytes in base64 after a prefix."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Output

from settings import DataSettings
from tapstack.program.naming import Names
from tapstack.program.outputs import mapping
from transactions.agreed.webhooks import SECRET_BYTES, SECRET_PREFIX, first_secret


@dataclass(frozen=True)
class WebhookSecrets:
    """The merchants' secrets; their names are the prefix and the merchant's id."""

    by_merchant: Mapping[str, aws.secretsmanager.Secret]
    prefix: Output[str]

    @property
    def arns(self) -> Output[Mapping[str, str]]:
        """Merchant id to secret ARN."""
        return mapping({merchant: secret.arn for merchant, secret in self.by_merchant.items()})


def make_webhook_secrets(names: Names, settings: DataSettings, key: aws.kms.Key) -> WebhookSecrets:
    """Make a random secret for every merchant.

    `previous` is null until a rotation puts the old secret there; the notifier signs with both while both are live.
    """
    prefix = f"{names('webhooks')}/"
    by_merchant = {}
    for merchant in settings.merchants:
        secret = aws.secretsmanager.Secret(
            f"webhook-{merchant}",
            name=f"{prefix}{merchant}",
            description=f"Signs the webhooks sent to merchant {merchant}",
            kms_key_id=key.arn,
            recovery_window_in_days=settings.secret_recovery_window_days,
        )
        value = random.RandomBytes(f"webhook-{merchant}", length=SECRET_BYTES)
        aws.secretsmanager.SecretVersion(
            f"webhook-{merchant}",
            secret_id=secret.id,
            secret_string=Output.json_dumps(first_secret(Output.concat(SECRET_PREFIX, value.base64))),
            # A rotation writes new values outside this program; deploying again must not undo it.
            opts=pulumi.ResourceOptions(ignore_changes=["secretString"]),
        )
        by_merchant[merchant] = secret
    return WebhookSecrets(by_merchant, Output.from_input(prefix))
