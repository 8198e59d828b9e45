"""A merchant that keeps posting and verifying loses nothing while its key, its secret and its tier are changed."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from support.polling import eventually
from tapstack.lane.samples import MERCHANTS
from tapstack.operate.merchants import hand_over, onboarding
from transactions.settings_document import parse_settings

Operate = Callable[..., tuple[int, str, str]]
FORBIDDEN, TOO_MANY = 403, 429


@dataclass
class Shop:
    """A merchant's client and receiver.

    Attributes:
        url: where it posts.
        api_key: what it posts with now.
        secrets: what it takes a signature of.
        accepted: ids of its transactions.
        told: ids of those that a webhook it could verify told of.
        refused: statuses that were neither an acceptance nor to be sent again.
        again: how often API Gateway refused a key that was between two usage plans.
    """

    url: str
    api_key: str
    secrets: list[str]
    accepted: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    again: int = 0
    _lock: Lock = field(default_factory=Lock)

    def post(self, number: int, *, patient: bool) -> None:
        """Submit one transaction; sent again under its key where the tier's rate asks for it.

        Args:
            number: tells it from others.
            patient: whether to send it again after a 403, too.
        """
        card = {"token": f"tok_shop_{number}", "bin": "424242", "country": "DE", "expires": "2099-12"}
        deadline = time.monotonic() + 60
        while True:
            headers = {"x-api-key": self.api_key, "idempotency-key": f"shop-{number}"}
            body = {"amount": 1_000 + number, "currency": "EUR", "card": card}
            answer = httpx.post(self.url, json=body, headers=headers, timeout=30, trust_env=False)
            if answer.status_code == TOO_MANY or (patient and answer.status_code == FORBIDDEN):
                self.again += answer.status_code == FORBIDDEN
                assert time.monotonic() < deadline
                time.sleep(0.1)
                continue
            if answer.status_code == httpx.codes.ACCEPTED:
                self.accepted.append(answer.json()["id"])
            else:
                self.refused.append(f"{answer.status_code} {answer.text}")
            return

    def hears(self, headers: dict[str, str], body: bytes) -> bool:
        """Take a webhook that verifies with a secret the shop has."""
        for secret in self.secrets:
            try:
                Webhook(secret).verify(body, headers)
            except WebhookVerificationError:
                continue
            with self._lock:
                self.told.add(json.loads(body)["data"]["id"])
            return True
        return False

    @contextmanager
    def open(self, *, patient: bool = False) -> Iterator[None]:
        """Keep posting during a `with` block, some before it and some after it."""
        stop, first = Event(), len(self.accepted)

        def run() -> None:
            number = len(self.accepted) + len(self.refused)
            while not stop.is_set():
                self.post(number, patient=patient)
                number += 1

        thread = Thread(target=run)
        thread.start()
        try:
            eventually(lambda: len(self.accepted) > first + 3)
            yield
            after = len(self.accepted)
            eventually(lambda: len(self.accepted) > after + 3 or self.refused)
        finally:
            stop.set()
            thread.join()


@pytest.fixture(scope="module")
def shop(deployed: Any) -> Iterator[Shop]:
    """A merchant of its own, made by the command's own code, with a receiver of its own."""
    shops: list[Shop] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(204 if shops[0].hears(headers, body) else 401)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name where it is called
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    (document,) = (each for each in json.loads(MERCHANTS.read_text(encoding="utf-8")) if each["id"] == "acme")
    target = {"id": "shop", "webhook_url": f"http://127.0.0.1:{server.server_port}/"}
    handed: list[hand_over.HandOver] = []
    settings = parse_settings(document | target, allow_private=True)
    onboarding.add(deployed.account.desk, settings, "standard", lambda values, _: handed.append(values))
    url = deployed.outputs["api-edge"]["transactions_url"]
    shops.append(Shop(url, handed[0].api_key, [handed[0].webhook_secret]))
    yield shops[0]
    server.shutdown()
    server.server_close()


def everything_is_told(shop: Shop) -> None:
    eventually(lambda: set(shop.accepted) <= shop.told, 120)
    assert shop.refused == []
    assert len(set(shop.accepted)) == len(shop.accepted)


def test_a_key_is_rotated_to_another_tier_without_a_lost_request(operate: Operate, shop: Shop) -> None:
    earlier = shop.api_key
    with shop.open():
        status, out, _ = operate("merchant", "rotate-key", "shop", "--overlap", "1h", "--tier", "premium")
        assert status == 0
        between = len(shop.accepted)
        eventually(lambda: len(shop.accepted) > between + 3 or shop.refused)
        shop.api_key = json.loads(out)["api_key"]
        moved = len(shop.accepted)
        eventually(lambda: len(shop.accepted) > moved + 3 or shop.refused)
        assert operate("merchant", "end-key-rotation", "shop")[0] == 0

    everything_is_told(shop)
    headers = {"x-api-key": earlier, "idempotency-key": "ended"}
    assert httpx.post(shop.url, json={}, headers=headers, timeout=30, trust_env=False).status_code == FORBIDDEN


def test_a_secret_is_rotated_without_a_lost_webhook(operate: Operate, shop: Shop) -> None:
    with shop.open():
        status, out, _ = operate("merchant", "rotate-secret", "shop")
        assert status == 0
        between = len(shop.accepted)
        eventually(lambda: len(shop.accepted) > between + 3 or shop.refused)
        # The merchant goes over; a notifier that remembers the old secret alone is refused once, and reads anew.
        shop.secrets = [json.loads(out)["webhook_secret"]]
        moved = len(shop.accepted)
        eventually(lambda: len(shop.accepted) > moved + 3 or shop.refused)
        assert operate("merchant", "end-rotation", "shop")[0] == 0

    everything_is_told(shop)


def test_a_key_is_moved_to_another_tier_and_what_was_refused_meanwhile_goes_through_when_sent_again(
    operate: Operate, shop: Shop
) -> None:
    with shop.open(patient=True):
        for tier in ("standard", "premium", "standard"):
            assert operate("merchant", "set-tier", "shop", tier)[0] == 0

    everything_is_told(shop)
    assert json.loads(operate("merchant", "show", "shop")[1])["tier"] == "standard"
    assert operate("merchant", "reconcile")[0] == 0
