"""The receiver's server: `POST /<merchant>` answers 204 to a webhook the merchant can trust, 401 to any other."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from standardwebhooks import Webhook, WebhookVerificationError

from tapstack.lane.emulator.server import emulated_aws
from tapstack.lane.ports import LOOPBACK
from tapstack.lane.receiver.deliveries import Delivery, append
from tapstack.lane.receiver.process import SERVER_NAME
from transactions.clock import now
from transactions.webhooks.secret_store import SecretStore

_LARGEST_BODY: Final = 256 * 1024
_KNOWN_SECONDS: Final = 1.0


class _Server(ThreadingHTTPServer):
    # The notifiers of a burst connect at once; one that is not let in takes the webhook for failed, and waits.
    request_queue_size = 128

    def __init__(self, port: int, secrets: "_Secrets", deliveries: Path) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.secrets = secrets
        self.deliveries = deliveries


class _Secrets:
    """The merchants' secrets, known for a moment: one may be exchanged at any time.

    A webhook that asked for them each time would wait for an emulator that is busy with transactions, and its sender
    does not wait long.
    """

    def __init__(self, endpoint: str, merchants_table: str) -> None:
        aws = emulated_aws(endpoint)
        self._store = SecretStore(aws.client("dynamodb"), merchants_table, aws.client("kms"), now)
        self._known: dict[str, tuple[float, list[str]]] = {}

    def live(self, merchant: str, *, anew: bool = False) -> list[str]:
        """Tell the secrets a merchant trusts: two during a rotation, as the notifier may sign with the old one yet.

        Args:
            merchant: the merchant's id.
            anew: ask for them even if they were known a moment ago.
        """
        read, secrets = self._known.get(merchant, (0.0, []))
        if anew or time.monotonic() - read > _KNOWN_SECONDS:
            secrets = self._read(merchant)
            self._known[merchant] = time.monotonic(), secrets
        return secrets

    def _read(self, merchant: str) -> list[str]:
        self._store.forget(merchant)
        try:
            held = self._store.of(merchant)
        except LookupError:
            return []
        return [secret for secret in (held.current, held.previous) if secret]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = SERVER_NAME

    def do_GET(self) -> None:
        """Say that it is here."""
        self._answer(204)

    def do_POST(self) -> None:
        """Check and keep one webhook."""
        length = int(self.headers.get("content-length") or 0)
        if length > _LARGEST_BODY:
            self._answer(413)
            return
        body = self.rfile.read(length)
        merchant = self.path.strip("/")
        event, problem = self._verify(merchant, body)
        append(
            self.server.deliveries,
            Delivery(
                merchant=merchant,
                webhook_id=self.headers.get("webhook-id", ""),
                verified=not problem,
                problem=problem,
                event=event,
                received=time.time(),
            ),
        )
        self._answer(401 if problem else 204)

    def _verify(self, merchant: str, body: bytes) -> tuple[dict[str, Any], str]:
        event, problem = self._verify_with(self.server.secrets.live(merchant), merchant, body)
        if problem:
            event, problem = self._verify_with(self.server.secrets.live(merchant, anew=True), merchant, body)
        return event, problem

    def _verify_with(self, secrets: Sequence[str], merchant: str, body: bytes) -> tuple[dict[str, Any], str]:
        problem = f"there is no secret of a merchant {merchant!r}"
        for secret in secrets:
            try:
                Webhook(secret).verify(body, dict(self.headers.items()))
                event = json.loads(body)
            except (WebhookVerificationError, ValueError) as error:
                problem = str(error) or "the signature does not fit"
            else:
                return (event, "") if isinstance(event, dict) else ({}, "the body is not a JSON object")
        return {}, problem

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


def main() -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tapstack.lane.receiver", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--endpoint", required=True, help="the emulator's address")
    parser.add_argument("--merchants-table", required=True, help="the table that has the merchants' secrets")
    parser.add_argument("--deliveries", type=Path, required=True, help="file that gets one JSON object a line")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    secrets = _Secrets(options.endpoint, options.merchants_table)
    _Server(options.port, secrets, options.deliveries).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
