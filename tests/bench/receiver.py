"""A receiver of webhooks over TLS, in a process of its own: its time is none of what is measured."""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import trustme

_ANSWER = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


@contextlib.contextmanager
def receiver() -> Iterator[str]:
    """Run one during a `with` block, whose authority this process trusts; gives its URL."""
    authority = trustme.CA()
    with TemporaryDirectory() as folder:
        trusted, own = Path(folder) / "authority.pem", Path(folder) / "own.pem"
        authority.cert_pem.write_to_path(f"{trusted}")
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(f"{own}")
        with (
            mock.patch.dict(os.environ, {"SSL_CERT_FILE": f"{trusted}"}),
            subprocess.Popen([sys.executable, __file__, own], stdout=subprocess.PIPE, text=True) as process,
        ):
            assert process.stdout
            try:
                yield f"https://127.0.0.1:{int(process.stdout.readline())}/hooks"
            finally:
                process.terminate()


def main(certificate: str) -> None:
    """Answer every request with 204 until the process is ended, and print the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            plain, _ = listening.accept()
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(_ANSWER)


if __name__ == "__main__":
    main(sys.argv[1])
