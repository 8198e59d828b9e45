"""What can be wrong with a request, named after what went wrong; handlers turn each into a problem document."""


class RequestError(Exception):
    """A request that is refused; the message is written for the merchant and holds no value of the request."""


class InvalidSubmissionError(RequestError):
    """The body is no transaction."""


class InvalidIdempotencyKeyError(RequestError):
    """The `Idempotency-Key` is missing or not 1 to 255 visible ASCII characters."""


class CardNumberError(RequestError):
    """Something that looks like a card number was sent."""


class InvalidQueryError(RequestError):
    """A query parameter has a value that cannot be used."""


class IdempotencyConflictError(RequestError):
    """The key was used before with another body."""


class MerchantRefusedError(RequestError):
    """The caller is no merchant, or one that may not submit now."""


class TransactionNotFoundError(RequestError):
    """There is no such transaction of this merchant."""


class UnavailableError(RequestError):
    """A service that the answer needs is throttled or does not answer; the same request may go through later."""


class InvalidSettingsError(ValueError):
    """A merchant's settings cannot be worked with; the message names the setting and the value."""
