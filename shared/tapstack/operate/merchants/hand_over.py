"""What a command makes and prints once: an API key, a webhook secret.

Until it is printed it is kept encrypted in the enrolment, under a context of its own purpose: a command that goes on
after a cut has the same values, and whoever may go on with it need not be able to read secrets that are in force.
"""

import base64
import secrets
import string
from typing import TYPE_CHECKING, Final

import msgspec

from transactions.agreed.encryption import HAND_OVER, WEBHOOK_SECRET, Purpose, encryption_context
from transactions.agreed.webhooks import SECRET_BYTES, SECRET_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_KEY_CHARACTERS: Final = string.ascii_letters + string.digits
_KEY_LENGTH: Final = 40
"""As of the keys that API Gateway makes; of alphanumeric characters it takes 20 to 128:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html"""


class HandOver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is printed."""

    api_key: str = ""
    webhook_secret: str = ""


def new_api_key() -> str:
    """Make the value of an API key: 238 random bits.

    It is not left to API Gateway: a value that is known before it is sent is made once, however often it is sent.
    """
    return "".join(secrets.choice(_KEY_CHARACTERS) for _ in range(_KEY_LENGTH))


def new_webhook_secret() -> str:
    """Make a webhook secret in the Standard Webhooks form."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class Encryption:
    """Encrypts and decrypts what belongs to merchants."""

    def __init__(self, client: "KMSClient", key_arn: str) -> None:
        """Use a key.

        Args:
            client: KMS.
            key_arn: the customer key.
        """
        self._client = client
        self._key_arn = key_arn

    def of_secret(self, merchant_id: str, secret: str) -> bytes:
        """Encrypt a webhook secret for the notifier; nothing here decrypts one."""
        return self._encrypted(WEBHOOK_SECRET, merchant_id, secret.encode())

    def of_hand_over(self, merchant_id: str, values: HandOver) -> bytes:
        """Encrypt what is to be printed."""
        return self._encrypted(HAND_OVER, merchant_id, msgspec.json.encode(values))

    def hand_over(self, merchant_id: str, ciphertext: bytes) -> HandOver:
        """Decrypt what is to be printed."""
        context = encryption_context(HAND_OVER, merchant_id)
        answer = self._client.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context, KeyId=self._key_arn)
        return msgspec.json.decode(answer["Plaintext"], type=HandOver)

    def _encrypted(self, purpose: Purpose, merchant_id: str, plaintext: bytes) -> bytes:
        context = encryption_context(purpose, merchant_id)
        answer = self._client.encrypt(KeyId=self._key_arn, Plaintext=plaintext, EncryptionContext=context)
        return answer["CiphertextBlob"]
