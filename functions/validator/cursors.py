"""Cursors: where the next page of a merchant's list begins.

A cursor carries a check sum over merchant and place, so one that was cut, altered or taken from another merchant is
refused. It is no secret and need not be one: a list is always read under the caller's own merchant id, and whoever
computes a cursor anew can move about in nothing but their own list.
"""

import base64
import binascii
import hashlib
import re
from typing import Final

from transactions.agreed.api import COLLECTION
from transactions.errors import InvalidQueryError
from transactions.faults import parameter
from transactions.idempotency import ID_PATTERN

_FOREIGN: Final = parameter("cursor", "it is not one that this API gave out to you")
_LENGTH: Final = 16
# A place of another form is none that DynamoDB gave out, and could be one that it does not take.
_LISTING: Final = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}\.[0-9]{{3}}Z#{ID_PATTERN}"
)


def encode(merchant_id: str, listing: str, *, of: str = COLLECTION) -> str:
    """Make a cursor.

    Args:
        merchant_id: whose list.
        listing: the place in it.
        of: which list; the cursor of one is none of another.
    """
    return base64.urlsafe_b64encode(f"{_checksum(merchant_id, listing, of)}{listing}".encode()).decode().rstrip("=")


def decode(merchant_id: str, cursor: str, *, of: str = COLLECTION) -> str:
    """Read a cursor.

    Raises:
        InvalidQueryError: it is not one that this merchant was given for this list.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidQueryError(_FOREIGN) from error
    listing = text[_LENGTH:]
    if not _LISTING.fullmatch(listing) or encode(merchant_id, listing, of=of) != cursor:
        raise InvalidQueryError(_FOREIGN)
    return listing


def _checksum(merchant_id: str, listing: str, of: str) -> str:
    # Cursors of the list of transactions were there before there was another list.
    whose = merchant_id if of == COLLECTION else f"{merchant_id}\n{of}"
    return hashlib.sha256(f"{whose}\n{listing}".encode()).hexdigest()[:_LENGTH]
