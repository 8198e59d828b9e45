"""What a person decides about a transaction in review, and how it is read from a request and shown.

verdict    approved or declined
reason     a code; `other` needs a note, the rest are of one verdict each
note       one line, kept with the transaction; no card numbers
by         whose identity asked for it, never a text of theirs: a merchant's id, or an operator's ARN as STS tells it
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from transactions.card_numbers import refuse_card_numbers
from transactions.clock import iso
from transactions.errors import InvalidReviewError
from transactions.faults import BODY, Fault, pointer
from transactions.reviews.reasons import OTHER, REASONS, ReviewVerdict

Reviewer = Literal["merchant", "operator"]

LONGEST_NOTE: Final = 280
"""Bytes of UTF-8."""
_ARN: Final = "arn:"
"""What an operator's identity begins with; no merchant's id has a colon."""


class ProposedResolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A resolution as somebody asks for it."""

    verdict: Annotated[ReviewVerdict, Meta(description="What becomes of the transaction")]
    reason: Annotated[str, Meta(description="Why; `other` needs a note")]
    note: Annotated[str, Meta(min_length=1, description="One line for whoever looks at it later")] | None = None


class Resolution(msgspec.Struct, frozen=True):
    """How a review was closed."""

    verdict: ReviewVerdict
    reason: str
    by: str
    """A merchant's id, or the ARN of an operator's IAM identity."""
    at: int
    """In milliseconds."""
    note: str | None = None

    def repeats(self, other: "Resolution") -> bool:
        """Tell whether it says the same by the same person, whenever that was."""
        return msgspec.structs.replace(self, at=other.at) == other

    @property
    def reviewer(self) -> Reviewer:
        """On whose side it was closed."""
        return "operator" if self.by.startswith(_ARN) else "merchant"

    def view(self) -> dict[str, Any]:
        """What the merchant is told: of operators neither name nor note."""
        own = {"note": self.note} if self.note is not None and self.reviewer == "merchant" else {}
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "resolved_by": self.reviewer,
            "resolved_at": iso(self.at),
            **own,
        }


def resolution_of(proposed: ProposedResolution, by: str, at: int) -> Resolution:
    """Put somebody's name to what they ask for, once it is checked.

    Args:
        proposed: the verdict, its reason and a note.
        by: the identity of who asks.
        at: now, in milliseconds.

    Raises:
        InvalidReviewError: the reason is none of the verdict's, or the note cannot be kept.
        CardNumberError: the note holds a card number.
    """
    check_proposed(proposed)
    return Resolution(proposed.verdict, proposed.reason, by, at, proposed.note)


def check_proposed(proposed: ProposedResolution) -> None:
    """Refuse what cannot be kept.

    Raises:
        InvalidReviewError: the reason is none of the verdict's, or the note cannot be kept.
        CardNumberError: the note holds a card number.
    """
    refuse_card_numbers(msgspec.to_builtins(proposed))
    if faults := tuple(_faults(proposed)):
        raise InvalidReviewError(*faults)


def _faults(proposed: ProposedResolution) -> Iterator[Fault]:
    codes = REASONS[proposed.verdict]
    if proposed.reason not in codes:
        yield Fault(pointer(BODY, "reason"), f"{proposed.verdict} can be for {', '.join(codes)}")
    note = pointer(BODY, "note")
    if proposed.note is None:
        if proposed.reason == OTHER:
            yield Fault(note, f"the reason {OTHER} needs a note that says which")
    # A terminal would obey control characters, and hide what others make run backwards.
    elif not proposed.note.isprintable() or proposed.note.isspace():
        yield Fault(note, "it must be one line of printable characters")
    elif len(proposed.note.encode()) > LONGEST_NOTE:
        yield Fault(note, f"it takes more than {LONGEST_NOTE} bytes")
