"""Test tokens: cards that force an outcome, for merchants who try their integration.

A transaction with one goes the whole way, through table, stream, decision and webhook; rules are not applied to it, and
no limit counts it. Its first reason names the token, so a decision that was forced is never taken for another.

    token               reasons                              comes to
    tok_test_approved   test_approved                        approved
    tok_test_declined   test_declined                        declined
    tok_test_review     test_review                          review; declined where a merchant's settings know no review
    tok_test_velocity   test_velocity, velocity_card_count   what the merchant's weight of a card's limit makes of it

Only these four do, and only where the environment allows it, which production never does: there they are tokens like
any other.
"""

from collections.abc import Callable, Mapping
from typing import Final

from transactions.settings import MerchantSettings
from transactions.transaction import Transaction

REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "tok_test_approved": ("test_approved",),
    "tok_test_declined": ("test_declined",),
    "tok_test_review": ("test_review",),
    "tok_test_velocity": ("test_velocity", "velocity_card_count"),
}
"""Token to the reasons of its decision."""

WEIGHTS: Final[Mapping[str, Callable[[MerchantSettings], int]]] = {
    "test_approved": lambda _: 0,
    "test_declined": lambda settings: settings.decline_from,
    "test_review": lambda settings: settings.review_from,
    "test_velocity": lambda _: 0,
}
"""Reason code to its weight, which follows from the thresholds: no merchant's settings name these codes."""


def forced_reasons(transaction: Transaction) -> tuple[str, ...] | None:
    """Give the reasons that a transaction's card forces; None for any card but the four."""
    return REASONS.get(transaction.submission.card.token)
