"""What is encrypted by itself under the customer key: the encryption context says what it is and whose.

KMS decrypts nothing under another context than it was encrypted under, so what is copied into another merchant's item
is worth nothing there; and a policy tells purposes apart by the condition key `kms:EncryptionContext:purpose`:
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
"""

from typing import Final, Literal

Purpose = Literal["webhook-secret", "hand-over"]
"""A secret that webhooks are signed with, for the notifier; or what a command has made and has yet to print."""

WEBHOOK_SECRET: Final[Purpose] = "webhook-secret"  # noqa: S105 - a purpose is none
HAND_OVER: Final[Purpose] = "hand-over"
PURPOSES: Final[tuple[Purpose, ...]] = (WEBHOOK_SECRET, HAND_OVER)

PURPOSE_CONDITION: Final = "kms:EncryptionContext:purpose"
"""The condition key of the purpose."""
_CONTEXT_CONDITION: Final = "kms:EncryptionContext:"


def encryption_context(purpose: Purpose, merchant_id: str) -> dict[str, str]:
    """Write the context of a merchant's ciphertext; it is in CloudTrail in the clear, and holds no secret."""
    return {"purpose": purpose, "merchant": merchant_id}


def condition_of(purpose: Purpose, merchant_id: str) -> dict[str, str]:
    """Write the context as a policy's condition `StringEquals` tells it from all others."""
    context = encryption_context(purpose, merchant_id)
    return {f"{_CONTEXT_CONDITION}{name}": value for name, value in context.items()}
