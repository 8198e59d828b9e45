"""Where webhooks may go: public https addresses, checked after resolving the name and before connecting."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_LONGEST_URL: Final = 2048
_INDIRECT: Final = tuple(
    map(
        ipaddress.IPv6Network,
        ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10"),
    )
)
"""IPv6 networks whose addresses stand for an IPv4 address, as mapped, translated or tunnelled, or for a site's own."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnfitTargetError(ValueError):
    """A webhook cannot go there; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart.

    Attributes:
        secure: whether it is https.
        host: name or address, without brackets.
        port: TCP port.
        path: what the request asks for, the query included.
    """

    secure: bool
    host: str
    port: int
    path: str


def parse_target(url: str, *, allow_private: bool) -> Target:
    """Take a webhook's URL apart.

    Args:
        url: the URL.
        allow_private: whether http and addresses inside private networks are taken.

    Raises:
        UnfitTargetError: it is no https URL of a public host.
    """
    if len(url) > _LONGEST_URL or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise UnfitTargetError("the URL has over 2048 characters, a space, a backslash or a character beyond ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnfitTargetError("the URL cannot be read") from None
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise UnfitTargetError(f"the URL's scheme is {parts.scheme or 'missing'}; it has to be https")
    if parts.username is not None or parts.password is not None:
        raise UnfitTargetError("the URL carries a user name or password; webhooks are signed instead")
    if parts.fragment or not parts.hostname or port == 0:
        raise UnfitTargetError("the URL has no host, port 0, or a fragment")
    secure = parts.scheme == "https"
    target = Target(
        secure,
        parts.hostname,
        port or (443 if secure else 80),
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    literal = _literal(target.host)
    if literal is None and not _is_name(target.host):
        raise UnfitTargetError(f"{target.host!r} is neither a host's name nor an IP address")
    if literal is not None and not allow_private:
        require_public(literal)
    return target


def resolve(target: Target, *, allow_private: bool) -> list[str]:
    """Resolve a target's host, once: whoever connects has to use what is returned here.

    Returns:
        IP addresses, in the resolver's order.

    Raises:
        UnfitTargetError: any of the addresses is not public.
        OSError: the name does not resolve.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    if not allow_private:
        for address in addresses:
            require_public(ipaddress.ip_address(address))
    return addresses


def require_public(address: Address) -> None:
    """Refuse an address that is not of the public Internet, or that hides another address.

    Raises:
        UnfitTargetError: names the address.
    """
    indirect = isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _INDIRECT)
    if indirect or not address.is_global or address.is_multicast or address.is_reserved:
        raise UnfitTargetError(f"{address} is not a public address")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    # A name that ends in a number would be read as an IPv4 address, such as 2130706433, 0x7f.1 or 127.1.
    last = host.rstrip(".").rpartition(".")[2]
    return bool(_NAME.fullmatch(host)) and not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last, re.IGNORECASE)
