"""Bodies that two readers could take for two things, or that cannot be kept, are refused by name."""

import json
from typing import Any

import pytest

from transactions.errors import InvalidSubmissionError
from transactions.submission import LARGEST_BODY, parse

GOOD: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2030-01"},
}


def written(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"[" * LARGEST_BODY, "nested too deeply"),
        (b" " * (LARGEST_BODY + 1), "larger than"),
        (written().replace(b'"currency"', b'"amount": 1250, "currency"'), "names a field twice"),
        (written().replace(b"1250", b"NaN"), "NaN is no JSON"),
        (written().replace(b"1250", b"1" * 41), "too many digits"),
        (written().replace(b"1250", b"1e999"), "amount"),
        (written(reference="order\n"), "control character"),
        (written(reference="\ud800"), "control character"),
        (written(metadata={"\x00": "zero"}), "control character"),
        (written(metadata={"": "nameless"}), "metadata"),
        (b"\xff" + written(), "not UTF-8"),
        (b"\xef\xbb\xbf" + written(), "not JSON"),
    ],
)
def test_a_body_that_is_unclear_or_cannot_be_kept_is_refused_by_name(body: bytes, complaint: str) -> None:
    with pytest.raises(InvalidSubmissionError, match=complaint):
        parse(body)
