"""This machine's own addresses: engine, emulator and functions meet there, and no proxy comes between them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_HOSTS: Final = ("127.0.0.1", "localhost", "::1")
# Either spelling is read, by one library or another.
_VARIABLES: Final = ("NO_PROXY", "no_proxy")


def without_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that keep loopback traffic from a proxy, with the hosts that `environment` keeps from it.

    Args:
        environment: variable to value, as a process has it.
    """
    given = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    kept = [host.strip() for host in given.split(",") if host.strip()]
    hosts = ",".join([*kept, *(host for host in _HOSTS if host not in kept)])
    return dict.fromkeys(_VARIABLES, hosts)


def is_loopback(url: str) -> bool:
    """Tell whether a URL is of this machine."""
    return urlsplit(url).hostname in _HOSTS
