"""Where webhooks may go: https on port 443 of a host on the public Internet.

A URL is checked when it is written, so that it is refused where somebody can correct it, and again at each attempt,
since settings of any age are called and a name can come to mean another address.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from transactions.agreed.webhooks import HTTPS_PORT

_IPV4_IN_IPV6: Final = ipaddress.IPv6Network("64:ff9b::/96")
_IPV6_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out for use on the Internet; among the rest are old ways of writing IPv4 addresses."""
_NEVER_IN_A_URL: Final = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"
"""What percent-encoding leaves as it is: what has a meaning in a URL, and what was encoded before."""
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_OLD_IPV4: Final = re.compile("[0-9]+|0x[0-9a-f]*")
_NAMES_OF_THIS_HOST: Final = ("localhost", "local", "internal")


class InvalidTargetError(ValueError):
    """The URL can never be called; the message says what is wrong with it, as the rest of `webhook_url …`."""


class PrivateTargetError(InvalidTargetError):
    """The URL leads to where webhooks go only if private targets are allowed."""


@dataclass(frozen=True)
class Target:
    """A URL that can be called."""

    is_secure: bool
    host: str
    """In ASCII."""
    port: int
    path: str
    """With the query, percent-encoded."""

    @property
    def url(self) -> str:
        """The URL in ASCII."""
        return f"{'https' if self.is_secure else 'http'}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Host and port as the header `Host` has them; the port is left out where the scheme says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS_PORT if self.is_secure else 80) else f"{host}:{self.port}"


def parse_target(url: str, *, allow_private: bool) -> Target:
    """Read a URL, percent-encode what is not ASCII in it, and refuse what could never be called.

    Args:
        url: as somebody wrote it.
        allow_private: whether http, other ports and private hosts are allowed, for receivers on the same machine.

    Raises:
        InvalidTargetError: the URL can never be called.
    """
    if _NEVER_IN_A_URL.search(url):
        raise InvalidTargetError("has a blank, a control character or a backslash; percent-encode it")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidTargetError(f"is no URL: {error}") from error
    if parts.scheme not in ({"https", "http"} if allow_private else {"https"}) or not parts.hostname:
        raise InvalidTargetError("must be an https URL")
    if parts.username is not None or parts.fragment:
        raise InvalidTargetError("must have neither user name nor fragment")
    is_secure = parts.scheme == "https"
    if port is None:
        port = HTTPS_PORT if is_secure else 80
    if port == 0 or (not allow_private and port != HTTPS_PORT):
        raise InvalidTargetError(f"has port {port}; webhooks go to port {HTTPS_PORT} alone")
    host = _host(parts.hostname, allow_private=allow_private)
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    return Target(is_secure, host, port, path)


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


def _host(host: str, *, allow_private: bool) -> str:
    try:
        address = f"{ipaddress.ip_address(host)}"
    except ValueError:
        return _name(host, allow_private=allow_private)
    if not allow_private and not is_public(address):
        raise PrivateTargetError(f"goes to {address}, which is not public")
    return address


def _name(host: str, *, allow_private: bool) -> str:
    try:
        name = host.encode("idna").decode()
    except UnicodeError as error:
        raise InvalidTargetError(f"has the host {host!r}, which is no name") from error
    labels = name.removesuffix(".").split(".")
    if not all(map(_LABEL.fullmatch, labels)):
        raise InvalidTargetError(f"has the host {host!r}, which is no name")
    is_of_this_host = labels[-1] in _NAMES_OF_THIS_HOST or len(labels) < 2
    # What ends in digits or in hexadecimal some resolvers take for an IPv4 address in an old spelling.
    if not allow_private and (is_of_this_host or _OLD_IPV4.fullmatch(labels[-1])):
        raise PrivateTargetError(f"goes to {host}, which is not public")
    return name
