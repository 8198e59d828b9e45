"""The example receivers against deliveries that the product's own code signs."""

import base64
import os
import subprocess
import time
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from examples.conftest import Running, running
from transactions.submission import Submission
from transactions.transaction import Decision, Transaction
from transactions.webhooks.notifications import notifications_of
from transactions.webhooks.signing import WebhookSecrets, signed_headers

SECRET = "whsec_" + base64.b64encode(b"the merchant's secret".ljust(32, b".")).decode()
OTHER = "whsec_" + base64.b64encode(b"another secret".ljust(32, b".")).decode()
ID = "txn_" + "a" * 32
APPROVED = f"transaction.approved {ID} 1250 EUR\n"
MINUTE_MS = 60_000


def delivery(*, secret: str = SECRET, previous: str | None = None, at: int = 0) -> tuple[bytes, dict[str, str]]:
    """Make a webhook as the notifier sends it: its body, and its headers `at` milliseconds from now."""
    now = time.time_ns() // 1_000_000
    card = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2039-12"}
    body = {"amount": 1250, "currency": "EUR", "card": card, "reference": "für Käthe"}
    transaction = Transaction(ID, "acme", "hash", now, msgspec.convert(body, Submission))
    (told,) = notifications_of(transaction, Decision("approved", [], 0, 1, now))
    sent = msgspec.json.encode(told.event)
    return sent, signed_headers(WebhookSecrets(secret, previous), told.webhook_id, now + at, sent)


def post(receiver: Running, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """Deliver; give the answer's status and the line that the receiver prints."""
    with httpx.Client(trust_env=False) as client:
        status = client.post(receiver.url, content=body, headers={**headers}).status_code
    return status, receiver.output.readline()


def test_a_delivery_that_the_product_signed_is_taken(command: list[str]) -> None:
    with running(command, SECRET) as receiver:
        assert post(receiver, *delivery()) == (204, APPROVED)


def test_a_delivery_that_comes_twice_is_acted_on_once(command: list[str]) -> None:
    with running(command, SECRET) as receiver:
        post(receiver, *delivery())

        assert post(receiver, *delivery()) == (204, f"again: msg_{'a' * 32}\n")


def test_a_delivery_that_was_altered_is_refused(command: list[str]) -> None:
    body, headers = delivery()
    with running(command, SECRET) as receiver:
        altered = body.replace(b"1250", b"1")
        assert altered != body
        assert post(receiver, altered, headers) == (401, "refused: No matching signature found\n")
        assert post(receiver, body, headers | {"webhook-id": "msg_other"})[0] == 401


def test_a_delivery_that_is_older_than_five_minutes_is_refused(command: list[str]) -> None:
    with running(command, SECRET) as receiver:
        assert post(receiver, *delivery(at=-6 * MINUTE_MS)) == (401, "refused: Message timestamp too old\n")
        assert post(receiver, *delivery(at=6 * MINUTE_MS)) == (401, "refused: Message timestamp too new\n")
        assert post(receiver, *delivery(at=-4 * MINUTE_MS)) == (204, APPROVED)


def test_a_delivery_that_was_signed_with_another_secret_is_refused(command: list[str]) -> None:
    with running(command, SECRET) as receiver:
        assert post(receiver, *delivery(secret=OTHER)) == (401, "refused: No matching signature found\n")


def test_a_delivery_without_a_readable_signature_is_refused_and_the_receiver_goes_on(command: list[str]) -> None:
    body, headers = delivery()
    with running(command, SECRET) as receiver:
        assert post(receiver, body, {})[0] == 401
        for signature in ("nonsense", "v1,*", "v1,", ""):
            assert post(receiver, body, headers | {"webhook-signature": signature})[0] == 401
        assert post(receiver, body, headers) == (204, APPROVED)


def test_during_a_rotation_either_side_may_go_first(command: list[str]) -> None:
    with running(command, f"{OTHER} {SECRET}") as receiver:
        assert post(receiver, *delivery(secret=SECRET)) == (204, APPROVED)
    with running(command, SECRET) as receiver:
        assert post(receiver, *delivery(secret=OTHER, previous=SECRET)) == (204, APPROVED)


def test_a_body_that_is_too_large_is_not_read(command: list[str]) -> None:
    _, headers = delivery()
    with running(command, SECRET) as receiver, httpx.Client(trust_env=False) as client:
        assert client.post(receiver.url, content=b"x" * (256 * 1024 + 1), headers=headers).status_code == 413


def test_a_receiver_without_a_secret_says_what_to_set(command: list[str]) -> None:
    environment: dict[str, Any] = {name: value for name, value in os.environ.items() if name != "WEBHOOK_SECRET"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stderr) == (
        1,
        "WEBHOOK_SECRET is not set; set it to the merchant's secret, whsec_…\n",
    )
