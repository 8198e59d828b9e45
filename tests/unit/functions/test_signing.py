"""Webhooks are signed as the public library verifies them, with the secrets that are in force."""

import time
from typing import Any
from unittest import mock

import msgspec
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from transactions.webhooks.signing import SecretStore, WebhookSecrets, signed_headers

OLD = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NEW = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
BODY = b'{"type":"transaction.approved"}'


class Secrets:
    """Secrets Manager with one secret after the other under one name."""

    class exceptions:  # noqa: N801 - as the SDK's clients have it
        class ResourceNotFoundException(Exception):  # noqa: N818 - likewise
            pass

    def __init__(self, *held: WebhookSecrets | None) -> None:
        self.asked: list[str] = []
        self._held = list(held)

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - likewise
        self.asked.append(SecretId)
        found = self._held.pop(0)
        if found is None:
            raise self.exceptions.ResourceNotFoundException
        return {"SecretString": msgspec.json.encode(found).decode()}


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


def test_secrets_are_read_again_after_a_quarter_of_an_hour_under_the_merchants_name() -> None:
    held = Secrets(WebhookSecrets(OLD), WebhookSecrets(NEW, OLD))
    client: Any = held
    clock = mock.Mock(side_effect=[0, 899_999, 900_000])
    store = SecretStore(client, "tapstack/webhooks/", clock)

    assert [store.of("acme").current for _ in "123"] == [OLD, OLD, NEW]
    assert held.asked == ["tapstack/webhooks/acme"] * 2


def test_a_merchant_without_a_secret_is_named() -> None:
    client: Any = Secrets(None)

    with pytest.raises(LookupError, match="merchant 'acme' has no webhook secret"):
        SecretStore(client, "tapstack/webhooks/", lambda: 0).of("acme")
