"""Names that are new each time, such as an `Idempotency-Key`."""

import secrets
import string
from typing import Final

_LENGTH: Final = 20
"""Letters: 94 random bits."""


def new_name() -> str:
    """Make a name of letters alone: in digits, a UUID's too, the API sees a card number now and then."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LENGTH))
