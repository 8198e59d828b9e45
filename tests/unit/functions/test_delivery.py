"""Webhooks over a real socket: what counts as delivered, where they may go, and for how long one may take."""

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from unittest import mock

import pytest

from transactions.agreed.webhooks import ATTEMPT_SECONDS
from transactions.webhooks import delivery
from transactions.webhooks.delivery import Courier, DeliveryError, ForbiddenTargetError
from transactions.webhooks.sockets import Deadline, Resolver, send_all
from transactions.webhooks.targets import is_public

Serve = Callable[[type[BaseHTTPRequestHandler]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve on loopback until the test ends, and return the URL."""
    with contextlib.ExitStack() as stack:

        def start(handler: type[BaseHTTPRequestHandler]) -> str:
            server = HTTPServer(("127.0.0.1", 0), handler)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            for end in (server.server_close, thread.join, server.shutdown):
                stack.callback(end)
            return f"http://127.0.0.1:{server.server_port}/hooks"

        yield start


class Answering(BaseHTTPRequestHandler):
    status = 204
    headers_out: ClassVar[dict[str, str]] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        for name, value in self.headers_out.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_an_answer_of_2xx_is_a_delivery(serve: Serve) -> None:
    Courier(allow_private=True).deliver(serve(Answering), {}, b"{}")


@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 410, 500, 503])
def test_any_other_answer_is_none_and_redirects_are_not_followed(serve: Serve, status: int) -> None:
    target = serve(type("Target", (Answering,), {}))
    answer = type("Answer", (Answering,), {"status": status, "headers_out": {"location": target}})

    with pytest.raises(DeliveryError, match=f"answered {status}"):
        Courier(allow_private=True).deliver(serve(answer), {}, b"{}")


def test_a_receiver_that_answers_drop_by_drop_is_cut_off(serve: Serve) -> None:
    ended = threading.Event()

    class Dripping(Answering):
        def do_POST(self) -> None:
            # Each drop is in time for a time-out of its own; together they would go on for ever.
            with contextlib.suppress(OSError):
                while not ended.wait(0.02):
                    self.wfile.write(b"H")
                    self.wfile.flush()

    try:
        with mock.patch.object(delivery, "ATTEMPT_SECONDS", 0.3), pytest.raises(DeliveryError, match="no answer"):
            Courier(allow_private=True).deliver(serve(Dripping), {}, b"{}")
    finally:
        ended.set()


def test_a_handshake_that_never_ends_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with mock.patch.object(delivery, "ATTEMPT_SECONDS", 0.3), pytest.raises(DeliveryError, match="no answer"):
            Courier(allow_private=True).deliver(url, {}, b"{}")


def test_what_speaks_no_tls_is_no_receiver(serve: Serve) -> None:
    with pytest.raises(DeliveryError, match="no answer: TLS"):
        Courier(allow_private=True).deliver(serve(Answering).replace("http:", "https:"), {}, b"{}")


def test_a_host_is_resolved_once_and_what_was_checked_is_called() -> None:
    asked: list[str] = []
    called: list[Any] = []

    class Rebinding(Resolver):
        def addresses(self, host: str, *_: Any) -> list[str]:
            asked.append(host)
            return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(addresses: Any, port: int, _: Any) -> Any:
        called.append((addresses, port))
        raise ConnectionRefusedError

    with mock.patch.object(delivery, "connected", connect), pytest.raises(DeliveryError):
        Courier(resolver=Rebinding()).deliver("https://rebinding.example/", {}, b"{}")

    assert (asked, called) == (["rebinding.example"], [(["93.184.216.34"], 443)])


def resolved(*addresses: str) -> Resolver:
    class Known(Resolver):
        def addresses(self, *_: Any) -> list[str]:
            return [*addresses]

    return Known()


def test_a_host_whose_first_address_is_down_is_called_at_its_next_one(serve: Serve) -> None:
    port = serve(Answering).rpartition(":")[2]

    courier = Courier(allow_private=True, resolver=resolved("127.0.0.2", "127.0.0.1"))

    assert courier.deliver(f"http://two.example:{port}", {}, b"{}") == 204


def test_a_host_whose_first_address_does_not_answer_is_called_at_its_next_one_meanwhile(serve: Serve) -> None:
    port = int(serve(Answering).rpartition(":")[2].partition("/")[0])
    with socket.create_server(("127.0.0.2", port), backlog=0) as full:
        # A backlog that is full lets further connections wait for ever, as a firewall that drops them does.
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                each.connect(full.getsockname())
        courier = Courier(allow_private=True, resolver=resolved("127.0.0.2", "127.0.0.1"))

        assert courier.deliver(f"http://two.example:{port}/", {}, b"{}") == 204
        for each in waiting:
            each.close()


def test_the_families_of_a_hosts_addresses_take_turns() -> None:
    found = [
        (family, socket.SOCK_STREAM, 6, "", (address, 443))
        for family, address in (
            (socket.AF_INET6, "2600::1"),
            (socket.AF_INET6, "2600::2"),
            (socket.AF_INET, "93.184.216.34"),
            (socket.AF_INET, "93.184.216.34"),
        )
    ]
    with mock.patch("socket.getaddrinfo", return_value=found):
        assert Resolver().addresses("both.example", 443, Deadline(5)) == ["2600::1", "93.184.216.34", "2600::2"]


def test_a_name_server_that_does_not_answer_is_waited_for_within_the_deadline() -> None:
    answered = threading.Event()
    try:
        with (
            mock.patch("socket.getaddrinfo", side_effect=lambda *_, **__: answered.wait(60)),
            mock.patch.object(delivery, "ATTEMPT_SECONDS", 0.2),
            pytest.raises(DeliveryError, match="not looked up in time"),
        ):
            Courier().deliver("https://slow-names.example/", {}, b"{}")
    finally:
        answered.set()


@pytest.mark.parametrize("status", [100, 102, 103])
def test_an_informational_answer_is_none_yet(serve: Serve, status: int) -> None:
    class Informing(Answering):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.wfile.write(f"HTTP/1.1 {status} Wait\r\nlink: </a>\r\n\r\n".encode() * 2)
            super().do_POST()

    assert Courier(allow_private=True).deliver(serve(Informing), {}, b"{}") == 204


def test_one_that_only_informs_is_no_receiver(serve: Serve) -> None:
    class Informing(Answering):
        def do_POST(self) -> None:
            self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

    with pytest.raises(DeliveryError, match="no answer"):
        Courier(allow_private=True).deliver(serve(Informing), {}, b"{}")


@pytest.mark.parametrize(
    ("status", "told", "seconds"),
    [
        (429, "120", 120),
        (503, "Thu, 01 Jan 1970 00:10:00 GMT", 600),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", 0),
        (503, "99999999", 86_400),
        (503, "soon", 0),
        (503, "-5", 0),
        (500, "120", 0),
    ],
)
def test_a_busy_receiver_says_when_it_can_be_called_again(serve: Serve, status: int, told: str, seconds: int) -> None:
    answer = type("Busy", (Answering,), {"status": status, "headers_out": {"retry-after": told}})

    with pytest.raises(DeliveryError) as refused:
        Courier(allow_private=True, clock=lambda: 0).deliver(serve(answer), {}, b"{}")

    assert (refused.value.status, refused.value.retry_after) == (status, seconds)


def test_a_date_to_come_again_at_is_so_many_seconds_from_now(serve: Serve) -> None:
    busy = type("Busy", (Answering,), {"status": 503, "headers_out": {"retry-after": "Mon, 21 Sep 2026 14:23:20 GMT"}})

    with pytest.raises(DeliveryError) as refused:
        Courier(allow_private=True, clock=lambda: 1_790_000_000_000).deliver(serve(busy), {}, b"{}")

    assert refused.value.retry_after == 600


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    """Have the clock stand in another zone than UTC."""
    with mock.patch.dict(os.environ, TZ="Asia/Tokyo"):
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_a_date_that_names_no_zone_is_of_utc_wherever_the_clock_stands(serve: Serve) -> None:
    # "-0000" says that nothing is known of the zone (RFC 5322, 3.3).
    told = {"retry-after": "Thu, 01 Jan 1970 00:10:00 -0000"}
    busy = type("Busy", (Answering,), {"status": 503, "headers_out": told})

    with pytest.raises(DeliveryError) as refused:
        Courier(allow_private=True, clock=lambda: 0).deliver(serve(busy), {}, b"{}")

    assert refused.value.retry_after == 600


@pytest.mark.parametrize("error", [BrokenPipeError, ConnectionResetError])
def test_what_is_answered_before_all_was_read_counts(serve: Serve, error: type[Exception]) -> None:
    def cut(*arguments: Any) -> None:
        send_all(*arguments)
        raise error

    with mock.patch.object(delivery, "send_all", cut):
        Courier(allow_private=True).deliver(serve(Answering), {}, b"{}")


def test_what_a_receiver_gets_says_whose_it_is_how_long_and_that_nothing_follows(serve: Serve) -> None:
    got: list[tuple[str, str]] = []

    class Listening(Answering):
        def do_POST(self) -> None:
            got.extend((name.lower(), value) for name, value in self.headers.items())
            super().do_POST()

    url = serve(Listening)
    Courier(allow_private=True).deliver(url, {"webhook-id": "msg_1"}, b"{}")

    assert got == [
        ("host", url.removeprefix("http://").partition("/")[0]),
        ("content-length", "2"),
        ("content-type", "application/json"),
        ("user-agent", "tapstack-webhooks/1"),
        ("connection", "close"),
        ("webhook-id", "msg_1"),
    ]


def test_what_speaks_no_http_is_said_so(serve: Serve) -> None:
    class Talking(Answering):
        def do_POST(self) -> None:
            self.wfile.write(b"220 mail.example ESMTP\r\n\r\n")

    with pytest.raises(DeliveryError, match=r"^no answer: no HTTP$"):
        Courier(allow_private=True).deliver(serve(Talking), {}, b"{}")


def test_an_attempt_may_take_as_long_as_standard_webhooks_asks_for() -> None:
    assert 15 <= ATTEMPT_SECONDS <= 30


def test_the_certificates_of_the_system_are_loaded_once_for_all_attempts() -> None:
    courier = Courier(allow_private=True)
    with mock.patch("ssl.create_default_context", wraps=ssl.create_default_context) as load:
        for _ in range(3):
            with pytest.raises(DeliveryError):
                courier.deliver("https://127.0.0.1:1/", {}, b"{}")
            _ = courier._tls

    assert load.call_count == 1


def test_one_address_that_is_not_public_forbids_the_host() -> None:
    courier = Courier(resolver=resolved("93.184.216.34", "10.0.0.1"))

    with pytest.raises(ForbiddenTargetError):
        courier.deliver("https://half-private.example/", {}, b"{}")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "2002:7f00:1::",
        "100.64.0.1",
        "0.0.0.1",
    ],
)
def test_metadata_and_wrapped_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
