"""What can be wrong with a request, named after what went wrong; handlers turn each into a problem document."""

from collections.abc import Sequence

from transactions.faults import MOST_FAULTS, Fault


class RequestError(Exception):
    """A request that is refused; the message is written for the merchant and holds no value of the request."""


class FaultyRequestError(RequestError):
    """A request of which certain parts are wrong; whatever is refused so says which.

    Attributes:
        faults: at least one, and no more than can be told.
    """

    def __init__(self, *faults: Fault) -> None:
        """Refuse a request for its faults."""
        self.faults: Sequence[Fault] = faults[:MOST_FAULTS]
        super().__init__("; ".join(map(str, self.faults)))


class InvalidSubmissionError(FaultyRequestError):
    """The body is no transaction."""


class InvalidReviewError(FaultyRequestError):
    """The body is no resolution of a review."""


class InvalidOutcomeError(FaultyRequestError):
    """The body is no outcome of a transaction."""


class InvalidIdempotencyKeyError(FaultyRequestError):
    """The `Idempotency-Key` is missing or not 1 to 255 visible ASCII characters."""


class CardNumberError(FaultyRequestError):
    """Something that looks like a card number was sent."""


class InvalidQueryError(FaultyRequestError):
    """A query parameter has a value that cannot be used."""


class IdempotencyConflictError(RequestError):
    """The key was used before with another body."""


class MerchantRefusedError(RequestError):
    """The caller is no merchant, or one that may not submit now."""


class ApiKeyEndedError(RequestError):
    """The merchant's API key was replaced by another one, and the time for going over to that is over."""


class TransactionNotFoundError(RequestError):
    """There is no such transaction of this merchant."""


class ReviewsNotAllowedError(RequestError):
    """The merchant's settings leave its reviews to the operators."""


class NotInReviewError(RequestError):
    """The transaction was never for a person to decide, or is not decided yet."""


class ReviewClosedError(RequestError):
    """The review was closed before, in another way."""


class NotDecidedError(RequestError):
    """What was asked for comes with the decision, and there is none yet."""


class OutcomeSupersededError(RequestError):
    """An outcome of the transaction is in force that is later, or another one of the same time."""


class UnavailableError(RequestError):
    """A service that the answer needs is throttled or does not answer; the same request may go through later."""


class InvalidSettingsError(ValueError):
    """A merchant's settings cannot be worked with; the message names the setting and the value."""
