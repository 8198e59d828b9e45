"""Delivers webhooks over HTTPS to the public Internet: a target is resolved once, checked, and that address is used."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from transactions.agreed.webhooks import ATTEMPT_SECONDS, BACK_OFF_SECONDS
from transactions.product import PRODUCT

_IPV4_IN_IPV6: Final = ipaddress.IPv6Network("64:ff9b::/96")
_IPV6_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out for use on the Internet; among the rest are old ways of writing IPv4 addresses."""


class DeliveryError(Exception):
    """An attempt that did not reach the merchant; the message says why and names neither address nor answer."""


class ForbiddenTargetError(DeliveryError):
    """The webhook's URL leads where webhooks must not go."""


@dataclass(frozen=True)
class Courier:
    """Delivers webhooks.

    Attributes:
        allow_private: whether http and private addresses are allowed, for receivers on the same machine.
    """

    allow_private: bool = False

    def deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Make one attempt.

        Raises:
            ForbiddenTargetError: the URL may not be called.
            DeliveryError: no connection, no answer in time, or an answer other than 2xx; redirects are not followed.
        """
        parts = urlsplit(url)
        address = self._address(parts)
        connection = _Connection(parts, address)
        deadline = threading.Timer(ATTEMPT_SECONDS, connection.cut)
        deadline.start()
        try:
            path = parts.path or "/"
            connection.request(
                "POST",
                f"{path}?{parts.query}" if parts.query else path,
                body,
                {"content-type": "application/json", "user-agent": f"{PRODUCT}-webhooks/1", **headers},
            )
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"no answer: {type(error).__name__}") from error
        finally:
            deadline.cancel()
            connection.close()
        if not 200 <= status < 300:
            raise DeliveryError(f"answered {status}")

    def _address(self, parts: SplitResult) -> str:
        if parts.scheme != "https" and not (self.allow_private and parts.scheme == "http"):
            raise ForbiddenTargetError("the URL is not https")
        if not parts.hostname:
            raise ForbiddenTargetError("the URL has no host")
        try:
            found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise DeliveryError("the host has no address") from error
        addresses = [f"{entry[4][0]}" for entry in found]
        if not self.allow_private and not all(is_public(address) for address in addresses):
            raise ForbiddenTargetError("the host has an address that is not public")
        return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an address is on the public Internet, an IPv4 address wrapped in IPv6 included."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _IPV4_IN_IPV6:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is None:
            return parsed in _IPV6_UNICAST and parsed.is_global
        parsed = inner
    return parsed.is_global and not parsed.is_multicast


def back_off(attempt: int) -> int:
    """Seconds to wait after a failed attempt, counted from 1."""
    return BACK_OFF_SECONDS[min(attempt, len(BACK_OFF_SECONDS)) - 1]


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise ForbiddenTargetError("the URL's port is no port") from error


class _Connection(http.client.HTTPConnection):
    """Connects to an address that was checked, and holds the certificate to the name it was found under."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(f"{parts.hostname}", _port(parts), timeout=ATTEMPT_SECONDS)
        self._address = address
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        if self._tls:
            # Left out of the header `host`, as browsers leave it out.
            self.default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        """Open the connection."""
        self.sock = socket.create_connection((self._address, self.port), ATTEMPT_SECONDS)
        if self._tls:
            # The handshake is a step of its own, so that it too can be cut.
            secure = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = secure
            secure.do_handshake()

    def cut(self) -> None:
        """End the connection from another thread, whatever it is waiting for."""
        with contextlib.suppress(OSError):
            if self.sock:
                # Not a TLS socket's own method: it takes apart what the other thread is working with.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
