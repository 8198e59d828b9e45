"""Webhooks are signed as the public library verifies them, with the secrets that are in force."""

import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from transactions.webhooks.signing import WebhookSecrets, signed_headers

OLD = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NEW = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
BODY = b'{"type":"transaction.approved"}'


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.mark.parametrize(
    ("secrets", "verifies", "refuses"),
    [
        (WebhookSecrets(NEW), [NEW], [OLD]),
        (WebhookSecrets(NEW, OLD), [NEW, OLD], []),
    ],
)
def test_the_public_library_verifies_with_every_secret_that_is_live(
    secrets: WebhookSecrets, verifies: list[str], refuses: list[str]
) -> None:
    headers = signed_headers(secrets, "msg_1", now_ms(), BODY)

    for secret in verifies:
        assert Webhook(secret).verify(BODY, headers) == {"type": "transaction.approved"}
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(BODY + b" ", headers)
    for secret in refuses:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(BODY, headers)


def test_the_headers_are_those_of_the_specification_with_the_time_in_seconds() -> None:
    headers = signed_headers(WebhookSecrets(NEW, OLD), "msg_1", 1_790_000_000_999, BODY)

    assert headers.keys() == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", "1790000000")
    assert [signature[:3] for signature in headers["webhook-signature"].split(" ")] == ["v1,", "v1,"]
