"""Connections within a deadline: names looked up, addresses tried side by side, TLS, and bytes either way.

Sockets do not block, so each wait is for what is left until the deadline, whatever the other side does.
"""

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import partial
from typing import Final, TypeVar

_T = TypeVar("_T")

CONNECTION_ATTEMPT_SECONDS: Final = 0.25
"""How long an address has for itself before the next one is tried beside it (RFC 8305, section 5)."""
LOOK_UPS: Final = 32
"""At a time in one execution environment: `getaddrinfo` cannot be cut off, so one that nobody answers holds its thread
until the resolver gives up."""


class Deadline:
    """A moment after which nothing is waited for any more."""

    def __init__(self, seconds: float) -> None:
        """End in so many seconds."""
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left.

        Raises:
            TimeoutError: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Resolver:
    """Looks names up, each within a deadline."""

    def __init__(self) -> None:
        """Start no thread before one is needed."""
        self._threads = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up")

    def addresses(self, host: str, port: int, deadline: Deadline) -> list[str]:
        """Look a host up.

        Returns:
            Its addresses in the order in which they are tried: families take turns, the resolver's first one first.

        Raises:
            OSError: the name has no address, or none was told in time (`TimeoutError`).
        """
        look_up = self._threads.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            found = look_up.result(deadline.left)
        except FutureTimeoutError as error:
            look_up.cancel()
            raise TimeoutError from error
        families: dict[int, list[str]] = {}
        for family, _, _, _, address in found:
            families.setdefault(family, []).append(f"{address[0]}")
        ordered: list[str] = []
        while any(families.values()):
            ordered.extend(addresses.pop(0) for addresses in families.values() if addresses)
        return list(dict.fromkeys(ordered))


@contextlib.contextmanager
def connected(addresses: Sequence[str], port: int, deadline: Deadline) -> Iterator[socket.socket]:
    """Connect to the first of the addresses that takes a connection, and close the connection in the end.

    Raises:
        OSError: none takes one; it is what the last one said.
    """
    connection = _first_connected(addresses, port, deadline)
    try:
        yield connection
    finally:
        connection.close()


def secured(connection: socket.socket, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """Make a connection TLS, and hold the certificate to the host's name.

    Raises:
        ssl.SSLError: the other side speaks no TLS that is allowed, or its certificate is not to be trusted.
        OSError: the connection broke, or the deadline passed.
    """
    secure = context.wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
    try:
        _until_done(secure, secure.do_handshake, deadline)
    except BaseException:
        secure.close()
        raise
    return secure


def send_all(connection: socket.socket, data: bytes, deadline: Deadline) -> None:
    """Send all bytes."""
    rest = memoryview(data)
    while rest:
        rest = rest[_until_done(connection, partial(connection.send, rest), deadline, writes=True) :]


def receive(connection: socket.socket, most: int, deadline: Deadline) -> bytes:
    """Receive the next bytes; none at the end of the connection."""
    return _until_done(connection, lambda: connection.recv(most), deadline)


def _first_connected(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    left = list(addresses)
    trying: dict[int, socket.socket] = {}
    problem: OSError = OSError("no address")
    poll = select.poll()
    try:
        while left or trying:
            if left:
                attempt = socket.socket(socket.AF_INET6 if ":" in left[0] else socket.AF_INET, socket.SOCK_STREAM)
                attempt.setblocking(False)  # noqa: FBT003 - the standard library takes it by place
                trying[attempt.fileno()] = attempt
                poll.register(attempt, select.POLLOUT)
                with contextlib.suppress(BlockingIOError):
                    try:
                        attempt.connect((left.pop(0), port))
                    except BlockingIOError:
                        raise
                    except OSError as error:
                        problem = error
                        poll.unregister(attempt)
                        trying.pop(attempt.fileno()).close()
                        continue
            patience = min(deadline.left, CONNECTION_ATTEMPT_SECONDS) if left else deadline.left
            for number, _ in poll.poll(patience * 1000):
                ready = trying.pop(number)
                poll.unregister(ready)
                code = ready.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not code:
                    return ready
                ready.close()
                problem = OSError(code, "connection failed")
    finally:
        for attempt in trying.values():
            attempt.close()
    raise problem


def _until_done(
    connection: socket.socket,
    step: Callable[[], _T],
    deadline: Deadline,
    *,
    writes: bool = False,
) -> _T:
    """Take a step that would block as often as it takes."""
    while True:
        # A side that always has another byte ready never makes a step wait.
        left = deadline.left
        try:
            return step()
        except ssl.SSLWantReadError:
            event = select.POLLIN
        except ssl.SSLWantWriteError:
            event = select.POLLOUT
        except BlockingIOError:
            event = select.POLLOUT if writes else select.POLLIN
        poll = select.poll()
        poll.register(connection, event)
        poll.poll(left * 1000)
