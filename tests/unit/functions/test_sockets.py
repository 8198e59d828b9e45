"""Connections that are slow: what would block is waited for on the right side, for no longer than there is time."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from transactions.webhooks.sockets import Deadline, connected, receive, send_all


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 - the standard library takes it by place
    with ours, theirs:
        yield ours, theirs


def test_what_the_other_side_has_no_room_for_is_sent_once_it_has(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    data = b"x" * 4_000_000
    read = bytearray()

    def read_slowly() -> None:
        while len(read) < len(data):
            time.sleep(0.001)
            read.extend(theirs.recv(1_000_000))

    reader = threading.Thread(target=read_slowly)
    reader.start()
    send_all(ours, data, Deadline(10))
    reader.join()

    assert bytes(read) == data


def test_what_comes_later_is_waited_for_without_work(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    threading.Timer(0.3, theirs.send, [b"late"]).start()
    looks = []

    class Counted:
        """Tells how often it was asked, and is readable like the socket itself."""

        def fileno(self) -> int:
            return ours.fileno()

        def recv(self, most: int) -> bytes:
            looks.append(most)
            return ours.recv(most)

    assert receive(Counted(), 10, Deadline(30)) == b"late"  # type: ignore[arg-type]
    assert looks == [10, 10]


def test_a_side_that_says_nothing_is_waited_for_until_the_deadline(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    began = time.monotonic()

    with pytest.raises(TimeoutError):
        receive(ours, 10, Deadline(0.2))

    assert time.monotonic() - began >= 0.2


def test_a_refused_connection_says_what_the_system_says() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    with pytest.raises(ConnectionRefusedError), connected(["127.0.0.1"], port, Deadline(5)):
        pass
