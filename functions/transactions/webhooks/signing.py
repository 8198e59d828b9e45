"""Webhooks in the Standard Webhooks form: signed with every secret that is live."""

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

import msgspec

from transactions.agreed.webhooks import SECRET_PREFIX
from transactions.clock import Clock
from transactions.memory import remember

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class WebhookSecrets(msgspec.Struct, frozen=True):
    """A merchant's secrets: `whsec_` and base64; two are live during a rotation."""

    current: str
    previous: str | None = None


SECRET_MEMORY_MS: Final = 15 * 60 * 1000
"""How long a secret is taken from memory. A rotation keeps the earlier secret live, so who signs with it alone is right
until the merchant goes over to the new one; and after a signature that a receiver did not accept the secret is read
anew, so that the next attempt has the new one."""


class SecretStore:
    """The merchants' secrets in Secrets Manager, with a memory."""

    def __init__(self, client: "SecretsManagerClient", prefix: str, clock: Clock) -> None:
        """Read secrets named prefix and merchant id.

        Args:
            client: Secrets Manager.
            prefix: what their names begin with.
            clock: tells when what is remembered is too old.
        """
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._remembered: dict[str, tuple[int, WebhookSecrets]] = {}

    def of(self, merchant_id: str) -> WebhookSecrets:
        """Read a merchant's secrets.

        Raises:
            LookupError: it has none.
        """
        found = remember(self._remembered, merchant_id, self._clock(), self._fetch, for_ms=SECRET_MEMORY_MS)
        if found is None:
            raise LookupError(f"merchant {merchant_id!r} has no webhook secret")
        return found

    def forget(self, merchant_id: str) -> None:
        """Read a merchant's secrets anew next time: a signature was refused, or those in force now are asked for."""
        self._remembered.pop(merchant_id, None)

    def _fetch(self, merchant_id: str) -> WebhookSecrets | None:
        try:
            answer = self._client.get_secret_value(SecretId=f"{self._prefix}{merchant_id}")
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return msgspec.json.decode(answer["SecretString"], type=WebhookSecrets)


def signed_headers(secrets: WebhookSecrets, webhook_id: str, at: int, body: bytes) -> dict[str, str]:
    """Sign a body.

    Args:
        secrets: the merchant's.
        webhook_id: the same on every attempt.
        at: now, in milliseconds.
        body: the bytes that will be sent.

    Returns:
        The headers `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`.
    """
    timestamp = f"{at // 1000}"
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    live = [secret for secret in (secrets.current, secrets.previous) if secret]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in live),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
