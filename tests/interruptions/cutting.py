"""A proxy before the emulator that acts at one call: the way to cut a run at the same moment again and again."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass
class Cut:
    """What is done at which call.

    Attributes:
        at: the number of the call that changes something in the cloud, from 1.
        applied: whether the call is carried out first.
        act: what is done; the call is answered afterwards, with a failure, unless it was carried out.
        done: whether it was.
        what: the call that was met.
    """

    at: int
    applied: bool
    act: Callable[[], None]
    done: bool = False
    what: str = ""


@dataclass
class Proxy:
    """Hands every call on, and counts those that change something.

    Attributes:
        url: where it answers.
        cut: what is done at one of them; None hands all on.
        changes: how many there were since it was set.
    """

    url: str
    cut: Cut | None = None
    changes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, cut: Cut | None) -> None:
        """Have something done at a call from now on."""
        with self.lock:
            self.cut, self.changes = cut, 0

    def met(self, action: str) -> Cut | None:
        """Count a call; give what is to be done at it."""
        with self.lock:
            self.changes += 1
            cut = self.cut
            if cut is None or cut.done or self.changes != cut.at:
                return None
            cut.done, cut.what = True, action
            return cut


@contextmanager
def proxy_before(url: str) -> Iterator[Proxy]:
    """Serve a proxy before an emulator, on a port of its own."""
    target = urlsplit(url).netloc

    class Handler(_Handler):
        host = target

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy = Handler.proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: who asked was killed, as was meant."""


class _Handler(BaseHTTPRequestHandler):
    host: str
    proxy: Proxy
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = _action(self.command, self.path, self.headers.get("X-Amz-Target") or "", body)
        cut = self.proxy.met(action) if _changes(self.command, action) else None
        if cut and not cut.applied:
            cut.act()
            self._fail()
            return
        connection = HTTPConnection(self.host, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if cut:
            cut.act()
        self._answer(answer.status, dict(answer.getheaders()), content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815 - the base class's names

    def _fail(self) -> None:
        # What no client tries again.
        content = b'{"__type": "AccessDeniedException", "Message": "cut", "message": "cut"}'
        if b"Action=" in self.requestline.encode() or "x-www-form" in (self.headers.get("Content-Type") or ""):
            content = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>cut</Message></Error></ErrorResponse>"
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException"}
        self._answer(403, headers, content)

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", f"{len(content)}")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
        except OSError:  # whoever asked was killed
            self.close_connection = True


def _action(method: str, path: str, target: str, body: bytes) -> str:
    """Name a call: an operation of AWS's, or method and path."""
    if target:
        return target.rpartition(".")[2]
    for part in body.split(b"&"):
        if part.startswith(b"Action="):
            return part.removeprefix(b"Action=").decode()
    return f"{method} {path.partition('?')[0]}"


def _changes(method: str, action: str) -> bool:
    if " " in action:
        return method not in {"GET", "HEAD"}
    return not action.startswith(("Describe", "Get", "List", "Lookup", "Decode"))
