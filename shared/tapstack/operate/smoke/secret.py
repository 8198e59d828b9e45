"""The probe's webhook secret: made by the first smoke run that needs it, and the same for all that follow.

It is kept as all merchants' are, encrypted in an item of its own. Who runs a smoke run may decrypt this one secret, and
no merchant's: the encryption context says whose it is.
"""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tapstack.operate.merchants import secrets_item
from tapstack.operate.merchants.hand_over import Encryption, new_webhook_secret
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.attributes import refused_item
from transactions.clock import now
from transactions.webhooks.secret_store import SecretStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


def probe_secret(dynamodb: "DynamoDBClient", table: str, kms: "KMSClient", key_arn: str) -> str:
    """Read the secret, and make it where there is none; of two who do so at once, both get the same.

    Args:
        dynamodb: DynamoDB.
        table: the merchants table's name.
        kms: KMS.
        key_arn: the customer key.
    """
    store = SecretStore(dynamodb, table, kms, now)
    try:
        return store.of(PROBE_MERCHANT).current
    except LookupError:
        ciphertext = Encryption(kms, key_arn).of_secret(PROBE_MERCHANT, new_webhook_secret())
    try:
        dynamodb.put_item(TableName=table, **secrets_item.first(PROBE_MERCHANT, ciphertext)["Put"])
    except ClientError as error:
        refused_item(error)
    return store.of(PROBE_MERCHANT).current
