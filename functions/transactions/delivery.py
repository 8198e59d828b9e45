"""Delivers webhooks over HTTPS to the public Internet: a target is resolved once, checked, and that address is used."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

TIMEOUT_SECONDS: Final = 8.0
"""For each step of an attempt: connecting, sending, answering."""
BACK_OFF_SECONDS: Final = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 21_600, 21_600)
"""Waits between attempts, a little over a day in all; after the last the queue gives the message up."""

_IPV4_IN_IPV6: Final = ipaddress.IPv6Network("64:ff9b::/96")


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
        connection = _connection(parts, address)
        try:
            path = parts.path or "/"
            connection.request(
                "POST",
                f"{path}?{parts.query}" if parts.query else path,
                body,
                {"content-type": "application/json", "user-agent": "tapstack-webhooks/1", **headers},
            )
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"no answer: {type(error).__name__}") from error
        finally:
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
        if inner is not None:
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


class _PinnedConnection(http.client.HTTPSConnection):
    """Connects to an address that was checked, and holds the certificate to the name it was found under."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address = address
        self._tls = ssl.create_default_context()

    def connect(self) -> None:
        """Open the connection."""
        plain = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _connection(parts: SplitResult, address: str) -> http.client.HTTPConnection:
    host = f"{parts.hostname}"
    if parts.scheme == "https":
        return _PinnedConnection(host, _port(parts), address)
    return http.client.HTTPConnection(address, _port(parts), timeout=TIMEOUT_SECONDS)
