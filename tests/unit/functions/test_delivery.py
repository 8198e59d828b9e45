"""Webhooks over a real socket: what counts as delivered, where they may go, and for how long one may take."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from unittest import mock

import msgspec
import pytest

from notifier.queue import Notifier
from transactions.agreed.webhooks import BACK_OFF_SECONDS, DELIVERY_ATTEMPTS
from transactions.webhooks import delivery
from transactions.webhooks.delivery import Courier, DeliveryError, ForbiddenTargetError, is_public
from transactions.webhooks.notifications import Notification
from transactions.webhooks.signing import WebhookSecrets

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
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


@pytest.mark.parametrize("status", [301, 302, 307, 400, 410, 500, 503])
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
    with pytest.raises(DeliveryError, match="no answer: SSL"):
        Courier(allow_private=True).deliver(serve(Answering).replace("http:", "https:"), {}, b"{}")


def test_a_host_is_resolved_once_and_what_was_checked_is_called() -> None:
    answers = iter([[("93.184.216.34", 443)], [("127.0.0.1", 443)]])
    asked: list[str] = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in next(answers)]

    called: list[Any] = []

    def connect(address: Any, *_: Any) -> Any:
        called.append(address)
        raise ConnectionRefusedError

    with (
        mock.patch("socket.getaddrinfo", resolve),
        mock.patch("socket.create_connection", connect),
        pytest.raises(DeliveryError),
    ):
        Courier().deliver("https://rebinding.example/", {}, b"{}")

    assert (asked, called) == (["rebinding.example"], [("93.184.216.34", 443)])


def test_one_address_that_is_not_public_forbids_the_host() -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]

    with mock.patch("socket.getaddrinfo", return_value=found), pytest.raises(ForbiddenTargetError):
        Courier().deliver("https://half-private.example/", {}, b"{}")


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


class Queue:
    """What the notifier does to its queues."""

    def __init__(self) -> None:
        self.put_off: list[Any] = []
        self.dead: list[Any] = []

    def change_message_visibility(self, **call: Any) -> None:
        self.put_off.append(call)

    def send_message(self, **call: Any) -> None:
        self.dead.append(call)


def message(merchant: str, attempt: int, body: str | None = None) -> dict[str, Any]:
    told = Notification(merchant, f"msg_{merchant}", {"type": "transaction.approved"})
    return {
        "messageId": f"id-{merchant}",
        "receiptHandle": f"handle-{merchant}",
        "body": body if body is not None else msgspec.json.encode(told).decode(),
        "attributes": {"ApproximateReceiveCount": f"{attempt}"},
    }


def notifier(courier: Any, queue: Any) -> Notifier:
    merchants = mock.Mock()
    merchants.settings.side_effect = lambda merchant: mock.Mock(webhook_url=f"https://{merchant}.example/")
    secrets = mock.Mock(**{"of.return_value": WebhookSecrets(SECRET)})
    return Notifier(merchants, secrets, courier, queue, "queue", "dead-letters", lambda: 0, lambda attempt: None)


def test_a_receiver_that_does_not_answer_holds_up_nobody_elses_webhook() -> None:
    others = threading.Barrier(3)

    class Hanging:
        """Answers the dead merchant only after both others were told, so that the order is the only way through."""

        def deliver(self, url: str, headers: Any, body: bytes) -> None:
            others.wait(timeout=30)
            if "dead" in url:
                raise DeliveryError("no answer: TimeoutError")

    answer = notifier(Hanging(), queue := Queue()).process(
        {"Records": [message("dead", 1), message("acme", 1), message("globex", 1)]}
    )

    assert answer == {"batchItemFailures": [{"itemIdentifier": "id-dead"}]}
    assert [call["VisibilityTimeout"] for call in queue.put_off] == [BACK_OFF_SECONDS[0]]


def test_the_last_attempt_leaves_a_dead_letter_with_the_reason() -> None:
    courier = mock.Mock(**{"deliver.side_effect": DeliveryError("answered 503")})

    answer = notifier(courier, queue := Queue()).process({"Records": [message("acme", DELIVERY_ATTEMPTS)]})

    assert answer == {"batchItemFailures": []}
    (dead,) = queue.dead
    about = {name: value["StringValue"] for name, value in dead["MessageAttributes"].items()}
    assert about == {
        "reason": "answered 503",
        "attempts": f"{DELIVERY_ATTEMPTS}",
        "merchant_id": "acme",
        "webhook_id": "msg_acme",
    }


def test_of_an_error_that_may_repeat_what_was_handled_a_dead_letter_has_the_kind_alone() -> None:
    courier = mock.Mock(**{"deliver.side_effect": ValueError("4242424242424242")})

    notifier(courier, queue := Queue()).process({"Records": [message("acme", DELIVERY_ATTEMPTS)]})
    (dead,) = queue.dead
    assert dead["MessageAttributes"]["reason"]["StringValue"] == "ValueError"


def test_the_attempt_before_the_last_leaves_one_more() -> None:
    courier = mock.Mock(**{"deliver.side_effect": DeliveryError("answered 503")})

    answer = notifier(courier, queue := Queue()).process({"Records": [message("acme", DELIVERY_ATTEMPTS - 1)]})

    assert answer == {"batchItemFailures": [{"itemIdentifier": "id-acme"}]}
    assert [call["VisibilityTimeout"] for call in queue.put_off] == [BACK_OFF_SECONDS[-1]]
    assert queue.dead == []


def test_what_is_no_notification_is_a_dead_letter_at_once() -> None:
    answer = notifier(mock.Mock(), queue := Queue()).process({"Records": [message("acme", 1, body="[]")]})

    assert answer == {"batchItemFailures": []}
    assert queue.dead[0]["MessageAttributes"]["reason"]["StringValue"] == "the message is no notification"
