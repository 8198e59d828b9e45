# /// script
# requires-python = ">=3.11"
# dependencies = ["standardwebhooks>=1"]
# ///
"""Receives webhooks and verifies them: 204 to one that the merchant can trust, 401 to any other.

Settings come from the environment: WEBHOOK_SECRET (`whsec_…`; during a rotation both, with a space between them) and
PORT (8400 where it is not set; 0 takes a free one).
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_BODY = 256 * 1024  # bytes


class Receiver(ThreadingHTTPServer):
    """A server of one merchant's webhooks."""

    def __init__(self, port: int, secrets: list[str]) -> None:
        """Listen on the loopback address; `secrets` are those that are live."""
        super().__init__(("127.0.0.1", port), Handler)
        self.webhooks = [Webhook(secret) for secret in secrets]
        # A webhook can come twice. Keep the ids where they outlive the process: in the database that the order is in.
        self.seen: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Receiver

    def do_POST(self) -> None:
        """Take one webhook."""
        size = int(self.headers.get("content-length") or 0)
        self.send_response(self._receive(self.rfile.read(size)) if size <= LARGEST_BODY else 413)
        self.send_header("content-length", "0")
        self.end_headers()

    def _receive(self, body: bytes) -> int:
        try:
            event = self._verified(body)
        except (WebhookVerificationError, ValueError) as error:
            say(f"refused: {error}")
            return 401
        webhook_id = self.headers["webhook-id"]
        if webhook_id in self.server.seen:
            say(f"again: {webhook_id}")
            return 204
        self.server.seen.add(webhook_id)
        if event["type"] == "webhook.test":
            say(event["type"])
            return 204
        transaction = event["data"]
        say(f"{event['type']} {transaction['id']} {transaction['amount']} {transaction['currency']}")
        return 204

    def _verified(self, body: bytes) -> Any:
        """Verify the bytes as they came: a body that was parsed and written anew has another signature."""
        *others, last = self.server.webhooks
        for webhook in others:
            try:
                return webhook.verify(body, dict(self.headers))
            except WebhookVerificationError:
                continue
        return last.verify(body, dict(self.headers))

    def log_message(self, *arguments: object) -> None:
        """Say nothing of requests but what `_receive` says."""


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


if __name__ == "__main__":
    live = os.environ.get("WEBHOOK_SECRET", "").split()
    if not live:
        sys.exit("WEBHOOK_SECRET is not set; set it to the merchant's secret, whsec_…")
    with Receiver(int(os.environ.get("PORT", "8400")), live) as receiver:
        say(f"listening on http://127.0.0.1:{receiver.server_port}")
        receiver.serve_forever()
