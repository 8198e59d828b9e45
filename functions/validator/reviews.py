"""A merchant's own reviews: closing one, where the merchant's settings leave that to it.

settings of the merchant       answered
suspended                      403
resolves_reviews is off        403
on                             200; a replay 200 with `Idempotent-Replayed`; 409 where nothing is left to close
"""

from dataclasses import dataclass

from transactions.bodies import read_body
from transactions.clock import Clock
from transactions.errors import InvalidReviewError, MerchantRefusedError, ReviewsNotAllowedError
from transactions.merchants import Merchants
from transactions.reviews.closing import Closed, ReviewDesk
from transactions.reviews.resolution import ProposedResolution, resolution_of
from transactions.transaction import Transaction


@dataclass(frozen=True)
class Reviews:
    """Closes reviews for merchants."""

    merchants: Merchants
    desk: ReviewDesk
    clock: Clock

    def check_allowed(self, merchant_id: str) -> None:
        """Let a merchant close its reviews.

        Raises:
            ReviewsNotAllowedError: its settings leave them to the operators.
            MerchantRefusedError: it is suspended, or not set up.
        """
        # What is taken away from a merchant is taken away at once: settings are read anew.
        self.merchants.forget(merchant_id)
        settings = self.merchants.settings(merchant_id)
        if settings is None or settings.status == "suspended":
            raise MerchantRefusedError("the merchant is suspended, or not set up yet, and may not close reviews")
        if not settings.resolves_reviews:
            raise ReviewsNotAllowedError("your reviews are closed by whoever runs the system; ask them to allow it")

    def close(self, transaction: Transaction, body: bytes) -> Closed:
        """Close the review of a merchant's own transaction.

        Raises:
            InvalidReviewError: the body is no resolution.
            CardNumberError: it holds a card number.
            NotInReviewError: the transaction is not in review.
            ReviewClosedError: it was closed in another way.
        """
        proposed = read_body(body, ProposedResolution, InvalidReviewError)
        return self.desk.close(transaction.id, resolution_of(proposed, transaction.merchant_id, self.clock()))
