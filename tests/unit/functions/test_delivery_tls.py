"""Webhooks over real TLS: a receiver is who its certificate says, by a trusted authority, today, or is none."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import trustme

from transactions.webhooks.delivery import Courier, DeliveryError
from transactions.webhooks.sockets import Resolver

HOST = "hooks.example"
Serve = Callable[[trustme.LeafCert], int]


class Here(Resolver):
    """Finds every host on this machine."""

    def addresses(self, *_: object) -> list[str]:
        return ["127.0.0.1"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def courier(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Courier:
    """A courier on a system that trusts the authority; it finds every host on this machine."""
    authority.cert_pem.write_to_path(f"{tmp_path / 'ca.pem'}")
    monkeypatch.setenv("SSL_CERT_FILE", f"{tmp_path / 'ca.pem'}")
    return Courier(allow_private=True, resolver=Here())


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[int]:
    """Answer each request with 204 over TLS, and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as stack:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        secure.recv(65_536)
                        secure.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                except OSError:
                    plain.close()

        thread = threading.Thread(target=serve)
        thread.start()
        stack.callback(thread.join)
        stack.callback(listening.shutdown, socket.SHUT_RDWR)
        yield listening.getsockname()[1]


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def reason(courier: Courier, port: int, host: str = HOST) -> str:
    with pytest.raises(DeliveryError) as refused:
        courier.deliver(f"https://{host}:{port}/hooks", {}, b"{}")
    return f"{refused.value}"


def test_a_receiver_with_a_certificate_of_its_name_is_told(courier: Courier, authority: trustme.CA) -> None:
    with serving(context_of(authority.issue_cert(HOST))) as port:
        assert courier.deliver(f"https://{HOST}:{port}/hooks", {}, b"{}") == 204


def test_a_certificate_of_another_name_is_refused(courier: Courier, authority: trustme.CA) -> None:
    with serving(context_of(authority.issue_cert("other.example"))) as port:
        assert reason(courier, port).startswith("certificate refused: Hostname mismatch")


def test_an_expired_certificate_is_refused(courier: Courier, authority: trustme.CA) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with serving(context_of(authority.issue_cert(HOST, not_before=past, not_after=past.replace(month=2)))) as port:
        assert reason(courier, port) == "certificate refused: certificate has expired"


def test_a_certificate_of_an_authority_that_nobody_trusts_is_refused(courier: Courier) -> None:
    with serving(context_of(trustme.CA().issue_cert(HOST))) as port:
        assert reason(courier, port).startswith("certificate refused: unable to get local issuer certificate")


def test_a_self_signed_certificate_is_refused(courier: Courier, tmp_path: Path) -> None:
    alone = trustme.CA()
    alone.cert_pem.write_to_path(f"{tmp_path / 'cert.pem'}")
    alone.private_key_pem.write_to_path(f"{tmp_path / 'key.pem'}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with serving(context) as port:
        assert "self-signed certificate" in reason(courier, port)


def test_an_authority_is_trusted_only_where_the_system_trusts_it(authority: trustme.CA) -> None:
    with serving(context_of(authority.issue_cert(HOST))) as port:
        assert "certificate refused" in reason(Courier(allow_private=True, resolver=Here()), port)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_protocol_older_than_tls_1_2_is_refused(courier: Courier, authority: trustme.CA) -> None:
    context = context_of(authority.issue_cert(HOST))
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with serving(context) as port:
        assert "protocol version" in reason(courier, port)
