"""The `Idempotency-Key`: what makes a retry the same transaction.

The transaction's id is derived from merchant and key, so the transaction is its own idempotency record, and a key is
remembered as long as its transaction is kept: there is no shorter retention after which a key would be free again.
Once the transaction is deleted, its key is a new one.

    key    body        answer
    new    any         202, written
    known  the same    202 again, as it was, `Idempotent-Replayed: true`
    known  another     422, nothing written
"""

import base64
import hashlib
import re
from typing import Final

from transactions.card_numbers import REFUSED, refuse_card_numbers
from transactions.errors import InvalidIdempotencyKeyError
from transactions.faults import Fault

_ID_LENGTH: Final = 32
"""Base32 characters: 160 bits, so that two keys never meet."""
LONGEST_KEY: Final = 255
KEY_PATTERN: Final = r"[\x21-\x7e]+"
ID_PATTERN: Final = f"txn_[a-z2-7]{{{_ID_LENGTH}}}"

_KEY: Final = re.compile(KEY_PATTERN)
_ID: Final = re.compile(ID_PATTERN)


def check_key(key: str | None) -> str:
    """Return the key if it can be used.

    Raises:
        InvalidIdempotencyKeyError: there is none, or it is not 1 to 255 visible ASCII characters.
        CardNumberError: it holds a card number.
    """
    if key is None:
        raise refused_key("it is missing; send one new key per transaction")
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise refused_key(f"it must be 1 to {LONGEST_KEY} visible ASCII characters")
    refuse_card_numbers(key, _fault(REFUSED))
    return key


def refused_key(detail: str) -> InvalidIdempotencyKeyError:
    """Say what is wrong with the key."""
    return InvalidIdempotencyKeyError(_fault(detail))


def _fault(detail: str) -> Fault:
    return Fault("Idempotency-Key", detail, "header")


def transaction_id(merchant_id: str, key: str) -> str:
    """Derive the transaction's id; merchant ids hold no line feed, so no two pairs run together."""
    digest = hashlib.sha256(f"{merchant_id}\n{key}".encode()).digest()
    return "txn_" + base64.b32encode(digest).decode().lower()[:_ID_LENGTH]


def is_transaction_id(text: str) -> bool:
    """Tell whether a text has the form of a transaction's id."""
    return _ID.fullmatch(text) is not None
