"""What a person can decide of a transaction in review, and the codes of why."""

from collections.abc import Mapping
from typing import Final, Literal

ReviewVerdict = Literal["approved", "declined"]

OTHER: Final = "other"
REASONS: Final[Mapping[ReviewVerdict, tuple[str, ...]]] = {
    "approved": ("verified_with_cardholder", "known_customer", "documents_verified", "rule_too_strict", OTHER),
    "declined": (
        "confirmed_fraud",
        "suspected_fraud",
        "not_recognised_by_cardholder",
        "cardholder_not_reached",
        "against_policy",
        OTHER,
    ),
}
"""Verdict to the codes that can be its reason."""
