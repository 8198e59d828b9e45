"""What a merchant submits: the body of `POST /v1/transactions`, and the hash that tells two bodies apart."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from transactions.bodies import read_body
from transactions.errors import InvalidSubmissionError
from transactions.faults import BODY, Fault, pointer
from transactions.money import CURRENCIES, LARGEST_AMOUNT

MOST_METADATA: Final = 10
"""Entries that may be submitted; transactions are kept that have more."""
MOST_TEXT: Final = 320
"""Bytes of UTF-8 that `reference` and the names and values of `metadata` may take together: an item stays within the
one kibibyte that DynamoDB counts as one write unit, whatever a merchant sends."""

Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 code")]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="Where the card was issued, ISO 3166-1 alpha-2")]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The card, by its token; the number itself never gets here."""

    token: Annotated[str, Meta(pattern="^tok_[A-Za-z0-9_]{4,60}$", description="The vault's token for the card")]
    bin: Annotated[str, Meta(pattern="^[0-9]{6,8}$", description="The number's first six to eight digits")]
    country: Country
    expires: Annotated[str, Meta(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Last month it is good, YYYY-MM")]


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A transaction as submitted."""

    amount: Annotated[int, Meta(ge=1, le=LARGEST_AMOUNT, description="Minor units of the currency")]
    currency: Currency
    card: Card
    reference: Annotated[str, Meta(min_length=1, max_length=64, description="The merchant's own")] | UnsetType = UNSET
    # DynamoDB knows no attribute without a name.
    metadata: (
        Annotated[
            dict[Annotated[str, Meta(min_length=1)], str],
            Meta(description="The merchant's own", extra_json_schema={"maxProperties": MOST_METADATA}),
        ]
        | UnsetType
    ) = UNSET


def parse(body: bytes) -> Submission:
    """Read a body.

    Raises:
        InvalidSubmissionError: it is no transaction; it names every field that is wrong, and what is wrong with it.
        CardNumberError: it holds a card number.
    """
    submission = read_body(body, Submission, InvalidSubmissionError)
    if faults := tuple(_beyond_shape(submission)):
        raise InvalidSubmissionError(*faults)
    return submission


def _beyond_shape(submission: Submission) -> Iterator[Fault]:
    """Find what the type cannot say."""
    if submission.currency not in CURRENCIES:
        yield Fault(pointer(BODY, "currency"), "it is no currency of ISO 4217")
    if submission.metadata is not UNSET and len(submission.metadata) > MOST_METADATA:
        yield Fault(pointer(BODY, "metadata"), f"it has more than {MOST_METADATA} entries")
    if _text_size(submission) > MOST_TEXT:
        larger = "metadata" if submission.metadata is not UNSET else "reference"
        yield Fault(pointer(BODY, larger), f"reference and metadata together take more than {MOST_TEXT} bytes")


def request_hash(submission: Submission) -> str:
    """Hash what the body means: white space, the order of keys and the spelling of numbers do not matter."""
    digest = hashlib.sha256(msgspec.json.encode(submission, order="deterministic")).digest()
    return base64.b64encode(digest).decode()


def _text_size(submission: Submission) -> int:
    reference = "" if submission.reference is UNSET else submission.reference
    metadata = {} if submission.metadata is UNSET else submission.metadata
    return sum(len(text.encode()) for text in (reference, *metadata.keys(), *metadata.values()))
