"""Who calls, and what things are named after: merchants' API keys, transactions, their webhooks."""

import base64
import hashlib
from typing import Final

_ID_BYTES: Final = 20
"""160 bits: two ids never meet, and 32 characters write them."""


def key_fingerprint(api_key: str) -> str:
    """Name an API key in the merchants table without telling it: SHA-256 in hexadecimal digits."""
    return hashlib.sha256(api_key.encode()).hexdigest()


def transaction_id(merchant_id: str, idempotency_key: str) -> str:
    """Name the one transaction of a merchant's idempotency key; the id does not tell the key."""
    return f"txn_{_digest(merchant_id, idempotency_key)}"


def webhook_id(transaction: str) -> str:
    """Name the one webhook of a transaction's decision, the same on every attempt to deliver it."""
    return f"evt_{transaction.removeprefix('txn_')}"


def card_id(merchant_id: str, token: str) -> str:
    """Name a merchant's card without telling its token."""
    return _digest(merchant_id, token)


def _digest(merchant_id: str, own: str) -> str:
    # No merchant id holds a zero character, so no two pairs are written alike.
    digest = hashlib.sha256(f"{merchant_id}\0{own}".encode()).digest()[:_ID_BYTES]
    return base64.b32encode(digest).decode().lower()
