"""Webhooks over TLS: a receiver must have a certificate of an authority that is trusted, for the name in the URL."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from transactions.webhooks.delivery import Courier, DeliveryError

Serve = Callable[[trustme.LeafCert], str]
AUTHORITY = trustme.CA()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serve with a certificate until the test ends, to clients that trust one authority; return the URL."""
    trusted = tmp_path / "trusted.pem"
    AUTHORITY.cert_pem.write_to_path(f"{trusted}")
    monkeypatch.setenv("SSL_CERT_FILE", f"{trusted}")
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path}")
    with contextlib.ExitStack() as stack:

        def start(certificate: trustme.LeafCert) -> str:
            server = HTTPServer(("127.0.0.1", 0), Receiver)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            for end in (server.server_close, thread.join, server.shutdown):
                stack.callback(end)
            return f"https://localhost:{server.server_port}/hooks"

        yield start


def deliver(url: str) -> None:
    # Private, as the receiver is on this machine; what is checked of a certificate does not depend on it.
    Courier(allow_private=True).deliver(url, {}, b"{}")


def test_a_receiver_with_a_certificate_for_its_name_is_delivered_to(serve: Serve) -> None:
    deliver(serve(AUTHORITY.issue_cert("localhost")))


@pytest.mark.parametrize(
    "certificate",
    [
        pytest.param(trustme.CA().issue_cert("localhost"), id="of an authority that nobody trusts"),
        pytest.param(AUTHORITY.issue_cert("merchant.example"), id="for another name"),
        pytest.param(AUTHORITY.issue_cert("127.0.0.1"), id="for the address instead of the name"),
    ],
)
def test_a_certificate_that_does_not_prove_the_name_ends_it(serve: Serve, certificate: trustme.LeafCert) -> None:
    url = serve(certificate)

    with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
        deliver(url)
