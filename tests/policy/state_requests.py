"""Notes what an engine asks of the emulator's S3 and KMS, by standing between the two."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from policy.authorizations import Authorization

_ACTIONS = {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}


_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@contextmanager
def state_requests(
    url: str, key_arn: str, allowed: Callable[[Authorization], bool] = lambda _: True
) -> Iterator[tuple[str, list[Authorization]]]:
    """Pass requests on to the emulator at `url`; those to KMS are about the key with `key_arn`.

    Args:
        url: the emulator's address.
        key_arn: the key's.
        allowed: tells whether IAM allows a request; one to S3 that it does not is answered as S3 does.

    Yields:
        The address to use in its place, and what IAM would be asked, added to with every request.
    """
    asked: list[Authorization] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_request(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if operation := self.headers.get("x-amz-target"):
                asked.append(Authorization(f"kms:{operation.rpartition('.')[2]}", key_arn))
            else:
                asked.extend(_asked(self.command, self.path, self.headers.get("x-amz-copy-source")))
            content = self.rfile.read(length)
            if not operation and not all(map(allowed, _asked(self.command, self.path, None))):
                self.send_response(403)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", f"{len(_DENIED)}")
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else _DENIED)
                return
            connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
            connection.request(self.command, self.path, content, dict(self.headers))
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            self.send_response(answer.status)
            hop = {"transfer-encoding", "connection", "date", "server", "content-length"}
            for name, value in answer.getheaders():
                if name.lower() not in hop:
                    self.send_header(name, value)
            told = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", told or f"{len(body)}")
            self.end_headers()
            self.wfile.write(body)

        do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = handle_request  # noqa: N815 - the names are the base class's

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Say nothing: the notes are the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def _asked(method: str, target: str, copied: str | None) -> Iterator[Authorization]:
    parts = urlsplit(target)
    bucket, _, key = unquote(parts.path).removeprefix("/").partition("/")
    if not key:
        (prefix,) = parse_qs(parts.query)["prefix"]
        yield Authorization("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": prefix})
        return
    yield Authorization(_ACTIONS[method], f"arn:aws:s3:::{bucket}/{key}")
    if copied:
        yield Authorization("s3:GetObject", f"arn:aws:s3:::{unquote(copied).removeprefix('/')}")


def shape(item: Authorization) -> str:
    """Write a request without what differs from run to run."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{19}", "N", f"{item}")
