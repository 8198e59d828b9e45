"""Cursors: where the next page of a merchant's list begins.

A cursor carries a check sum over merchant and place, so one that was cut, altered or taken from another merchant is
refused. It is no secret and need not be one: a list is always read under the caller's own merchant id, and whoever
computes a cursor anew can move about in nothing but their own list.
"""

import base64
import binascii
import hashlib

from transactions.errors import InvalidQueryError


def encode(merchant_id: str, listing: str) -> str:
    """Make a cursor."""
    return base64.urlsafe_b64encode(f"{_checksum(merchant_id, listing)}{listing}".encode()).decode().rstrip("=")


def decode(merchant_id: str, cursor: str) -> str:
    """Read a cursor.

    Raises:
        InvalidQueryError: it is not one that this merchant was given.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidQueryError("cursor is not one this API gave out") from error
    checksum, listing = text[:_LENGTH], text[_LENGTH:]
    if not listing or encode(merchant_id, listing) != cursor or checksum != _checksum(merchant_id, listing):
        raise InvalidQueryError("cursor is not one this API gave out")
    return listing


_LENGTH = 16


def _checksum(merchant_id: str, listing: str) -> str:
    return hashlib.sha256(f"{merchant_id}\n{listing}".encode()).hexdigest()[:_LENGTH]
