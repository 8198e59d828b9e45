"""Webhooks in the Standard Webhooks form: signed with every secret that is live."""

import base64
import hashlib
import hmac

import msgspec

from transactions.agreed.webhooks import SECRET_PREFIX


class WebhookSecrets(msgspec.Struct, frozen=True):
    """A merchant's secrets: `whsec_` and base64; two are live during a rotation."""

    current: str
    previous: str | None = None


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
