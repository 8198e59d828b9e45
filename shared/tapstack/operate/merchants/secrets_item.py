"""The item of a merchant's webhook secrets, as operators write it; nothing here decrypts one.

current  previous
A        -          ──rotate──▶  B, A    the notifier signs with both, the merchant may verify with either
B        A          ──end─────▶  B, -    once the merchant verifies with B
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from tapstack.operate.merchants.enrolments import Write, put
from transactions.agreed.tables import KEY, secret_id
from transactions.attributes import to_item
from transactions.webhooks.secret_store import EncryptedSecrets


def first(merchant_id: str, current: bytes, previous: bytes | None = None) -> Write:
    """Write a merchant's first secret, encrypted; of one that is taken over in a rotation both."""
    return put(_values(merchant_id, EncryptedSecrets(version=1, current=current, previous=previous)), new=True)


def following(merchant_id: str, held: EncryptedSecrets, *, current: bytes, previous: bytes | None) -> Write:
    """Write a merchant's secrets over those that were read; refused where somebody else has done so since.

    Args:
        merchant_id: whose.
        held: as they were read.
        current: the ciphertext of the one to sign with.
        previous: of the one that stays live beside it.
    """
    after = EncryptedSecrets(version=held.version + 1, current=current, previous=previous)
    return {
        "Put": {
            "Item": to_item(_values(merchant_id, after)),
            "ConditionExpression": "#version = :read",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": to_item({":read": held.version}),
        }
    }


def _values(merchant_id: str, secrets: EncryptedSecrets) -> Mapping[str, Any]:
    values = msgspec.to_builtins(secrets, builtin_types=(bytes,))
    return {KEY: secret_id(merchant_id), **{name: value for name, value in values.items() if value is not None}}
