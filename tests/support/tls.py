"""Receivers of webhooks over TLS, with certificates of every kind."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import trustme


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed_context(folder: Path) -> ssl.SSLContext:
    """Present the certificate of an authority as a server's own."""
    alone = trustme.CA()
    alone.cert_pem.write_to_path(f"{folder / 'cert.pem'}")
    alone.private_key_pem.write_to_path(f"{folder / 'key.pem'}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def old_protocol_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Speak nothing newer than TLS 1.1."""
    context = context_of(certificate)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


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
