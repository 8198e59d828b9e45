"""Receivers that mean harm: every attempt ends in time and in bounded memory, and holds up nobody else's."""

import os
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final
from unittest import mock

import pytest

from hostile.conftest import Inputs
from transactions.webhooks import delivery
from transactions.webhooks.delivery import Courier, DeliveryError

ENTRY_POINT: Final = "transactions.webhooks.delivery.Courier.deliver"
SECONDS: Final = 0.5
"""For an attempt here, so that one that takes all of it does not take long."""
MOST_MEMORY: Final = 64 * 1024 * 1024
AT_ONCE: Final = 10
WELL: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


def drips(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1_000:
        connection.send(bytes([byte]))
        time.sleep(0.01)


def never_ends_its_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"x-more: of the same\r\n" * 1_000)


def has_one_endless_header(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nx-long: ")
    while True:
        connection.sendall(b"x" * 65_536)


def only_informs(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)


def sends_a_gigabyte(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 500 Oh\r\ncontent-length: 1073741824\r\n\r\n")
    for _ in range(16_384):
        connection.sendall(b"x" * 65_536)


def sends_a_bomb(connection: socket.socket) -> None:
    connection.sendall(
        b"HTTP/1.1 500 Oh\r\ncontent-encoding: gzip\r\ncontent-length: 4096\r\n\r\n" + b"\x1f\x8b" * 2_048
    )


def redirects_to_the_metadata(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 307 Go\r\nlocation: http://169.254.169.254/latest/meta-data/\r\n\r\n")


def resets(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 2")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def closes(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200")


def says_nothing(connection: socket.socket) -> None:
    time.sleep(2 * SECONDS)


def talks_nonsense(connection: socket.socket) -> None:
    connection.sendall(os.urandom(4_096) + b"\r\n\r\n")


def lies_about_lengths(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\ntransfer-encoding: x\r\n\r\n")


HOSTILE: Final[tuple[Callable[[socket.socket], None], ...]] = (
    drips,
    never_ends_its_head,
    has_one_endless_header,
    only_informs,
    sends_a_gigabyte,
    sends_a_bomb,
    redirects_to_the_metadata,
    resets,
    closes,
    says_nothing,
    talks_nonsense,
    lies_about_lengths,
)


def serve(listening: socket.socket, behave: Callable[[socket.socket], None]) -> None:
    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(2 * SECONDS)
            connection.recv(65_536)
            behave(connection)

    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    """Behaviour to the port where it is met; `well` answers as it should."""
    found: dict[str, int] = {}
    sockets = []
    for behave in (*HOSTILE, lambda connection: connection.sendall(WELL)):
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        sockets.append(listening)
        found[behave.__name__] = listening.getsockname()[1]
        threading.Thread(target=serve, args=(listening, behave), daemon=True).start()
    found["well"] = found.pop("<lambda>")
    yield found
    for listening in sockets:
        listening.close()


def attempt(courier: Courier, port: int) -> tuple[str, float]:
    began = time.monotonic()
    try:
        result = f"{courier.deliver(f'http://127.0.0.1:{port}/', {}, b'{}')}"
    except DeliveryError as error:
        result = f"{error}"
    return result, time.monotonic() - began


def test_no_receiver_holds_an_attempt_or_takes_memory_or_holds_up_others(
    inputs: Inputs, tally: Counter[tuple[str, str]], ports: dict[str, int]
) -> None:
    courier = Courier(allow_private=True)
    chosen = [(name, random.choice(HOSTILE).__name__) for name, random in inputs(ENTRY_POINT, 0.1)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with mock.patch.object(delivery, "ATTEMPT_SECONDS", SECONDS), ThreadPoolExecutor(AT_ONCE) as pool:
        # One in ten is well, in the middle of the others.
        wanted = [
            each for place, (_, each) in enumerate(chosen) for each in (each, *(["well"] if place % 9 == 0 else []))
        ]
        for name, (result, seconds) in zip(
            wanted, pool.map(lambda each: attempt(courier, ports[each]), wanted), strict=True
        ):
            tally[ENTRY_POINT, "delivered" if name == "well" else result.partition(":")[0]] += 1
            # Deadlines are the module's own; this only tells an end from none.
            assert seconds < 60, f"{name} took {seconds:.0f} s"
            if name in {"never_ends_its_head", "has_one_endless_header", "only_informs", "drips", "says_nothing"}:
                assert result.startswith("no answer"), f"{name}: {result}"
            if name == "well":
                assert result == "204"
    taken = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    assert taken < MOST_MEMORY, f"{taken} bytes"
