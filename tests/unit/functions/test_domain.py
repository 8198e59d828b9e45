"""The domain on its own: submissions, webhooks, targets, settings."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from transactions.agreed.webhooks import BACK_OFF_SECONDS, JITTER
from transactions.errors import CardNumberError, RequestError
from transactions.idempotency import transaction_id
from transactions.submission import parse, request_hash
from transactions.webhooks.delivery import Courier, ForbiddenTargetError
from transactions.webhooks.schedule import wait_after
from transactions.webhooks.signing import WebhookSecrets, signed_headers
from transactions.webhooks.targets import is_public

GOOD: dict[str, Any] = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2030-01"},
}
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OLD_SECRET = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


@pytest.mark.parametrize("where", ["reference", "metadata"])
def test_a_submission_with_a_card_number_is_refused_without_repeating_it(where: str) -> None:
    number = "4242424242424242"
    value = number if where == "reference" else {"note": number}

    with pytest.raises(CardNumberError) as caught:
        parse(json.dumps(GOOD | {where: value}).encode())

    assert number not in f"{caught.value}"


@given(st.binary() | st.text().map(str.encode))
def test_no_body_gets_past_the_errors_that_have_an_answer(body: bytes) -> None:
    with pytest.raises(RequestError):
        parse(body)


@given(st.permutations(list(GOOD)), st.sampled_from(["1250", "1250.0", "1.25e3"]), st.sampled_from([None, 2]))
def test_the_hash_is_of_what_a_body_means(order: list[str], amount: str, indent: int | None) -> None:
    body = json.dumps({name: GOOD[name] for name in order}, indent=indent).replace("1250", amount)

    assert request_hash(parse(body.encode())) == request_hash(parse(json.dumps(GOOD).encode()))


def test_another_amount_has_another_hash() -> None:
    assert request_hash(parse(json.dumps(GOOD | {"amount": 1}).encode())) != request_hash(
        parse(json.dumps(GOOD).encode())
    )


def test_ids_follow_from_merchant_and_key_alone() -> None:
    assert transaction_id("acme", "k") == transaction_id("acme", "k")
    assert len({transaction_id("acme", "k"), transaction_id("globex", "k"), transaction_id("acme", "l")}) == 3


@pytest.mark.parametrize("previous", [None, OLD_SECRET])
def test_a_signature_is_good_for_every_live_secret(previous: str | None) -> None:
    body = b'{"type":"transaction.approved"}'
    headers = signed_headers(WebhookSecrets(SECRET, previous), "msg_1", time.time_ns() // 1_000_000, body)

    for secret in filter(None, (SECRET, previous)):
        assert Webhook(secret).verify(body, headers) == json.loads(body)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "fe80::1%eth0"],
)
def test_an_inner_address_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_public_address_is_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "ftp://x"]
)
def test_a_webhook_goes_nowhere_inside_and_nowhere_unencrypted(url: str) -> None:
    with pytest.raises(ForbiddenTargetError):
        Courier().deliver(url, {}, b"{}")


def test_the_back_off_grows_and_stays_at_its_longest() -> None:
    waits = [wait_after("msg_a", attempt) for attempt in range(1, len(BACK_OFF_SECONDS) + 1)]
    assert all(least <= wait <= (1 + JITTER) * least for wait, least in zip(waits, BACK_OFF_SECONDS, strict=True))
    assert list(BACK_OFF_SECONDS) == sorted(BACK_OFF_SECONDS)
    assert wait_after("msg_a", 99) >= BACK_OFF_SECONDS[-1]
