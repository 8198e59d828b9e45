"""Connections that are slow: what would block is waited for on the right side, for no longer than there is time."""

import errno
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from transactions.webhooks.sockets import Deadline, Resolver, connected, receive, send_all


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


def test_a_name_s_addresses_are_told_once_each() -> None:
    # Without a kind of socket the resolver tells each address once a kind.
    assert Resolver().addresses("127.0.0.2", 443, Deadline(10)) == ["127.0.0.2"]


def test_families_take_turns_and_the_resolver_s_first_one_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def look_up(host: str, port: int, **how: object) -> list[tuple[object, ...]]:
        asked.append((host, port, how))
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", port)),
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::2", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    found = Resolver().addresses("merchant.example", 8443, Deadline(10))

    assert found == ["2001:db8::1", "192.0.2.1", "2001:db8::2"]
    assert asked == [("merchant.example", 8443, {"type": socket.SOCK_STREAM})]


def test_an_address_of_each_family_is_connected_to() -> None:
    families = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    for family, address in families:
        with socket.create_server((address, 0), family=family) as listening:
            port = listening.getsockname()[1]
            with connected([address], port, Deadline(5)) as connection:
                assert (connection.family, connection.getpeername()[:2]) == (family, (address, port))
                assert connection.type == socket.SOCK_STREAM


def test_an_address_that_refuses_at_once_and_one_that_refuses_later_make_room_for_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        # A socket of IPv4 that begins with an address of this network is refused by the system itself.
        for wrong in ("255.255.255.255", "127.0.0.3"):
            with connected([wrong, wrong, "127.0.0.1"], port, Deadline(5)) as connection:
                assert connection.getpeername() == ("127.0.0.1", port)


def test_no_address_at_all_is_said_so() -> None:
    with pytest.raises(OSError, match=r"^no address$"), connected([], 443, Deadline(5)):
        pass


def test_an_address_that_refuses_at_once_says_what_the_system_says() -> None:
    with pytest.raises(OSError, match=r"^\[Errno ") as said, connected(["255.255.255.255"], 443, Deadline(5)):
        pass

    assert said.value.errno in {errno.EACCES, errno.ENETUNREACH}


def test_what_the_last_address_said_is_what_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    with (
        pytest.raises(OSError, match="connection failed") as said,
        connected(["255.255.255.255", "127.0.0.1"], port, Deadline(5)),
    ):
        pass

    assert said.value.errno == errno.ECONNREFUSED


def test_a_connection_is_waited_for_without_work(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []
    real = select.poll

    class Poll:
        def __init__(self) -> None:
            self._real = real()
            self.register, self.unregister = self._real.register, self._real.unregister

        def poll(self, milliseconds: float) -> list[tuple[int, int]]:
            waits.append(milliseconds)
            return self._real.poll(milliseconds)

    monkeypatch.setattr(select, "poll", Poll)
    # A queue that is full answers nobody: the second address has its turn after a quarter of a second.
    with socket.create_server(("127.0.0.1", 0), backlog=1) as full, socket.socket() as other:
        port = full.getsockname()[1]
        other.bind(("127.0.0.2", port))
        other.listen()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)  # noqa: FBT003 - the standard library takes it by place
            filler.connect_ex(("127.0.0.1", port))
        with connected(["127.0.0.1", "127.0.0.2"], port, Deadline(5)) as connection:
            assert connection.getpeername() == ("127.0.0.2", port)
        for filler in fillers:
            filler.close()

    assert waits[0] == 250
    assert len(waits) == 2
    assert 4_000 < waits[1] < 4_800
