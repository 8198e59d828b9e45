"""Merchants' webhook secrets, each encrypted by KMS in the merchant's own item of the merchants table.

id               current      previous                          version
secret#<id>      ciphertext   ciphertext, missing outside a     counts the changes, for conditions
                              rotation

A ciphertext is of one secret in the Standard Webhooks form (`whsec_…`), under the context of its purpose and merchant
(`transactions.agreed.encryption`). Two of them, not one of both: whoever rotates moves `current` to `previous` as it
is, and needs no permission to decrypt.
"""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from transactions.agreed.encryption import WEBHOOK_SECRET, encryption_context
from transactions.agreed.tables import secret_id
from transactions.attributes import from_item, key_of
from transactions.clock import Clock
from transactions.memory import remember
from transactions.stored import read_stored
from transactions.webhooks.signing import WebhookSecrets

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

SECRET_MEMORY_MS: Final = 15 * 60 * 1000
"""How long a secret is taken from memory. A rotation keeps the earlier secret live, so who signs with it alone is right
until the merchant goes over to the new one; and after a signature that a receiver did not accept the secret is read
anew, so that the next attempt has the new one."""


class EncryptedSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's secrets as the table holds them."""

    version: int
    """Counted up at each change."""
    current: bytes
    """KMS's ciphertext of the secret that signs."""
    previous: bytes | None = None
    """Likewise of the one before it, that signs as well; None outside a rotation."""


class SecretStore:
    """Reads and decrypts merchants' secrets, with a memory."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, kms: "KMSClient", clock: Clock) -> None:
        """Work on a table.

        Args:
            dynamodb: DynamoDB.
            table: the merchants table's name.
            kms: KMS; the ciphertexts name their key themselves.
            clock: tells when what is remembered is too old.
        """
        self._dynamodb = dynamodb
        self._table = table
        self._kms = kms
        self._clock = clock
        self._remembered: dict[str, tuple[int, WebhookSecrets]] = {}

    def of(self, merchant_id: str) -> WebhookSecrets:
        """Read a merchant's secrets.

        Raises:
            LookupError: it has none.
            ClientError: among others `InvalidCiphertextException`: the ciphertext is another merchant's.
        """
        found = remember(self._remembered, merchant_id, self._clock(), self._fetch, for_ms=SECRET_MEMORY_MS)
        if found is None:
            raise LookupError(f"merchant {merchant_id!r} has no webhook secret")
        return found

    def forget(self, merchant_id: str) -> None:
        """Read a merchant's secrets anew next time: a signature was refused, or those in force now are asked for."""
        self._remembered.pop(merchant_id, None)

    def _fetch(self, merchant_id: str) -> WebhookSecrets | None:
        held = read_secrets(self._dynamodb, self._table, merchant_id)
        if held is None:
            return None
        return WebhookSecrets(
            current=self._decrypted(merchant_id, held.current),
            previous=self._decrypted(merchant_id, held.previous) if held.previous else None,
        )

    def _decrypted(self, merchant_id: str, ciphertext: bytes) -> str:
        context = encryption_context(WEBHOOK_SECRET, merchant_id)
        answer = self._kms.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context)
        return answer["Plaintext"].decode()


def read_secrets(dynamodb: "DynamoDBClient", table: str, merchant_id: str) -> EncryptedSecrets | None:
    """Read a merchant's secrets as they are held; None where it has none."""
    answer: Any = dynamodb.get_item(TableName=table, Key=key_of(secret_id(merchant_id)), ConsistentRead=True)
    return read_stored(from_item(answer["Item"]), EncryptedSecrets) if "Item" in answer else None
