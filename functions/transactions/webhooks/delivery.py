"""Delivers webhooks over HTTPS to the public Internet: a target is resolved once, checked, and called there.

from the name's look-up to the answer's status          ATTEMPT_SECONDS
informational answers (1xx)                             read past
the answer's head                                       LARGEST_HEAD bytes at the most
the answer's body                                       not read
"""

import contextlib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Final

import h11

from transactions.agreed.webhooks import ATTEMPT_SECONDS
from transactions.clock import Clock, now
from transactions.product import PRODUCT
from transactions.webhooks.sockets import Deadline, Resolver, connected, receive, secured, send_all
from transactions.webhooks.targets import InvalidTargetError, Target, is_public, parse_target

GONE: Final = 410
"""The status by which a receiver asks for no more webhooks."""
_COME_LATER: Final = frozenset({429, 503})
"""Statuses that a `Retry-After` goes with."""
LONGEST_RETRY_AFTER_SECONDS: Final = 24 * 60 * 60
LARGEST_HEAD: Final = 16 * 1024
_MOST_INFORMATIONAL: Final = 20
_PART: Final = 4096


class DeliveryError(Exception):
    """An attempt that was no delivery; the message says why and names neither address nor answer.

    Attributes:
        status: of the receiver's answer; None where there was none.
        retry_after: seconds that the receiver asked to be left alone for; 0 where it did not.
    """

    def __init__(self, reason: str, *, status: int | None = None, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


class ForbiddenTargetError(DeliveryError):
    """The webhook's URL leads where webhooks must not go."""


@dataclass(frozen=True)
class Courier:
    """Delivers webhooks.

    Attributes:
        allow_private: whether http, other ports and private addresses are allowed, for receivers on the same machine.
        clock: tells what the date in a `Retry-After` is from now.
        resolver: looks names up.
    """

    allow_private: bool = False
    clock: Clock = now
    resolver: Resolver = field(default_factory=Resolver)

    def deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Make one attempt.

        Returns:
            The status of the receiver's answer, from 200 to 299.

        Raises:
            ForbiddenTargetError: the URL may not be called.
            DeliveryError: no connection, no answer in time, or an answer other than 2xx; redirects are not followed.
        """
        deadline = Deadline(ATTEMPT_SECONDS)
        try:
            target = parse_target(url, allow_private=self.allow_private)
        except InvalidTargetError as error:
            raise ForbiddenTargetError(f"the URL {error}") from error
        addresses = self._addresses(target, deadline)
        try:
            with (
                connected(addresses, target.port, deadline) as plain,
                secured(plain, self._tls, target.host, deadline) if target.is_secure else plain as connection,
            ):
                answer = _exchange(connection, target, headers, body, deadline)
        except ssl.SSLCertVerificationError as error:
            # What follows a comma is the host's name, which the settings say.
            raise DeliveryError(f"certificate: {error.verify_message.partition(',')[0]}") from error
        except (OSError, h11.RemoteProtocolError) as error:
            raise DeliveryError(f"no answer: {_kind(error)}") from error
        status = answer.status_code
        if not 200 <= status < 300:
            later = self._retry_after(answer) if status in _COME_LATER else 0
            raise DeliveryError(f"answered {status}", status=status, retry_after=later)
        return status

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all attempts: to load the system's certificates takes longer than everything else together."""
        return ssl.create_default_context()

    def _addresses(self, target: Target, deadline: Deadline) -> list[str]:
        try:
            addresses = self.resolver.addresses(target.host, target.port, deadline)
        except TimeoutError as error:
            raise DeliveryError("no answer: the host's name was not looked up in time") from error
        except (OSError, UnicodeError) as error:
            raise DeliveryError("the host has no address") from error
        if not self.allow_private and not all(map(is_public, addresses)):
            raise ForbiddenTargetError("the host has an address that is not public")
        return addresses

    def _retry_after(self, answer: h11.Response) -> int:
        """Read `Retry-After`, seconds or a date (RFC 9110, section 10.2.3); 0 where it is neither."""
        told = next((value.decode("ascii", "replace") for name, value in answer.headers if name == b"retry-after"), "")
        if told.isdecimal() and len(told) < 10:
            seconds = int(told)
        else:
            try:
                moment = parsedate_to_datetime(told)
            except (ValueError, OverflowError):
                return 0
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = int(moment.timestamp()) - self.clock() // 1000
        return max(0, min(seconds, LONGEST_RETRY_AFTER_SECONDS))


def _exchange(
    connection: socket.socket, target: Target, headers: Mapping[str, str], body: bytes, deadline: Deadline
) -> h11.Response:
    """Send a request, and read the head of its answer."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
    head = h11.Request(
        method="POST",
        target=target.path,
        headers=[
            ("host", target.authority),
            ("content-length", f"{len(body)}"),
            ("content-type", "application/json"),
            ("user-agent", f"{PRODUCT}-webhooks/1"),
            ("connection", "close"),
            *headers.items(),
        ],
    )
    parts = (http.send(head), http.send(h11.Data(body)), http.send(h11.EndOfMessage()))
    # A receiver may answer before it has read everything, and close: what it answered counts.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        send_all(connection, b"".join(part for part in parts if part), deadline)
    informational = 0
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(receive(connection, _PART, deadline))
        elif isinstance(event, h11.InformationalResponse) and informational < _MOST_INFORMATIONAL:
            informational += 1
        elif isinstance(event, h11.Response):
            return event
        else:
            raise ConnectionError


def _kind(error: Exception) -> str:
    """Say what kind of error it was; the text of one can hold what the receiver sent."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return f"TLS: {error.reason.lower().replace('_', ' ')}"
    return "no HTTP" if isinstance(error, h11.RemoteProtocolError) else type(error).__name__
