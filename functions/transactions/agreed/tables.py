"""The tables: the attributes that DynamoDB itself knows by name, the ids of what merchants have, and the stream."""

import hashlib
from typing import Final

KEY: Final = "id"
"""The hash key of every table; none has a range key."""

LIST_INDEX: Final = "list-index"
"""Lists the transactions of a merchant by time, in several partitions, and holds keys alone: no decision writes it."""
LIST_INDEX_HASH_KEY: Final = "list_shard"
LIST_INDEX_RANGE_KEY: Final = "list_place"

TRANSACTION_MERCHANT: Final = "merchant_id"
"""Of a transaction: whose it is."""
OUTCOME: Final = "outcome"
"""Likewise: what it turned out to be, where somebody has said so."""
CARD_ID_PREFIX: Final = "card#"
"""What the id of a card's item begins with, in the velocity table."""

MERCHANT_INDEX: Final = "merchant-index"
"""Lists what versions before the list index have written: a merchant has one partition, which each decision writes."""
MERCHANT_INDEX_HASH_KEY: Final = "merchant_id"
MERCHANT_INDEX_RANGE_KEY: Final = "listing"

REVIEWS_INDEX: Final = "reviews-index"
"""Lists what is in review, of all merchants, by time; what is not has no `review_shard`, so it is never written."""
REVIEWS_INDEX_HASH_KEY: Final = "review_shard"
MERCHANT_REVIEWS_INDEX: Final = "merchant-reviews-index"
"""Likewise of each merchant."""
MERCHANT_REVIEWS_INDEX_HASH_KEY: Final = "review_of"
REVIEWS_RANGE_KEY: Final = LIST_INDEX_RANGE_KEY
"""Of both: the place in time that a transaction has in its merchant's list, which stands in the item anyway."""

WAITING_INDEX: Final = "waiting-index"
"""Lists, of the deliveries table, only what waits: notifications by merchant, and the endpoints to look after."""
WAITING_INDEX_HASH_KEY: Final = "waiting_of"
WAITING_INDEX_RANGE_KEY: Final = "due"

EXPIRES_AT: Final = "expires_at"
"""When DynamoDB may delete an item of the velocity or the deliveries table, in seconds since the epoch."""

STREAM_VIEW: Final = "NEW_IMAGE"
"""What the transactions' stream carries: all that the fraud-detector needs of an insert."""
UNTOLD: Final = "untold"
"""Names the event of a change that the stream tells of, from that change on until its notification is in the queue."""
REVIEWED_EVENT: Final = "transaction.reviewed"
REVIEW_ATTRIBUTES: Final = (
    KEY,
    "status",
    "resolution",
    UNTOLD,
    REVIEWS_INDEX_HASH_KEY,
    MERCHANT_REVIEWS_INDEX_HASH_KEY,
    REVIEWS_RANGE_KEY,
)
"""All that closing a review, and listing one, writes or looks at: whoever may do that changes no decision by it."""
INSERTED: Final = "INSERT"
MODIFIED: Final = "MODIFY"
STREAM_FILTERS: Final = (
    {"eventName": [INSERTED]},
    {"eventName": [MODIFIED], "dynamodb": {"NewImage": {UNTOLD: {"S": [REVIEWED_EVENT]}}}},
)
"""What of the stream reaches the fraud-detector: new transactions, to be decided, and reviews that were closed, to be
told of. Decisions change items too, and are none of both."""

API_KEY_ID_PREFIX: Final = "key#"
API_KEY_MERCHANT: Final = "merchant_id"
"""Of the item of an API key: whose it is."""
API_KEY_ENDS_AT: Final = "ends_at"
"""Likewise: from when on it is refused, in milliseconds; missing for a key without an end."""
SETTINGS_ID_PREFIX: Final = "merchant#"
SECRET_ID_PREFIX: Final = "secret#"  # noqa: S105 - what an id begins with is none


def api_key_id(api_key: str) -> str:
    """Give the id of the item that binds an API key to its merchant: `key#` and the key's SHA-256 in hexadecimal.

    A key has over 100 random bits, so a plain hash cannot be searched, and every request has to compute it.
    """
    return f"{API_KEY_ID_PREFIX}{hashlib.sha256(api_key.encode()).hexdigest()}"


def settings_id(merchant_id: str, version: int | None = None) -> str:
    """Give the id of the item of a merchant's settings: those in force, or those of a version that was in force."""
    of_merchant = f"{SETTINGS_ID_PREFIX}{merchant_id}"
    return of_merchant if version is None else f"{of_merchant}#{version}"


def secret_id(merchant_id: str) -> str:
    """Give the id of the item with a merchant's webhook secrets, encrypted."""
    return f"{SECRET_ID_PREFIX}{merchant_id}"
