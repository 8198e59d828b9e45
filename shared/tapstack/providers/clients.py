"""boto3 clients of the emulator: to the addresses in `aws:endpoints` and to nowhere else."""

import ipaddress
import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import botocore.exceptions
import botocore.session
from botocore.config import Config

from tapstack.console.hints import command
from tapstack.providers.calls import record_calls
from tapstack.providers.check import Problem
from tapstack.providers.values import UNKNOWN, Props, plain

ACCOUNT_SERVICE: Final = "sts"
"""The service that knows the account's id."""

_ONLY_LOCAL: Final = "this stand-in only talks to the local emulator"
_NEXT_STEP: Final = f"set aws:endpoints ({command('local')} writes it)"

# Neither credentials, nor a profile, nor settings in files: each as (name in a file, variable, default, conversion).
_NOTHING_OF_THE_USER: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}

_GONE: Final = ("NotFound", "NoSuch", "NonExist", "Nonexist", "does not exist")


class ProviderError(Exception):
    """An operation failed; the message is AWS's own, or says what to do."""


def endpoint_problems(config: Mapping[str, Any]) -> list[Problem]:
    """Say what is wrong with `aws:endpoints`, in one line each."""
    value = plain(config.get("endpoints"))
    if value is UNKNOWN:
        return []
    endpoints = _endpoints(value)
    if not endpoints:
        return [Problem("endpoints", f"{_ONLY_LOCAL} and has no address for it; {_NEXT_STEP}")]
    return [
        Problem(f"endpoints.{service}", f"{_ONLY_LOCAL}, and {url!r} is not on this machine; {_NEXT_STEP}")
        for service, url in endpoints.items()
        if not _is_local(url)
    ]


def _endpoints(value: Any) -> dict[str, str]:
    """Read the configuration: a list of objects, service to address; the SDK sends it as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    if not isinstance(value, list):
        return {}
    return {key: url for entry in value if isinstance(entry, dict) for key, url in entry.items() if url}


def _is_local(url: Any) -> bool:
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    host = parts.hostname or ""
    try:
        return parts.scheme in {"http", "https"} and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _keys(config: Mapping[str, Any]) -> tuple[str, str]:
    """Give what requests are signed with: the emulator takes any, and an access key of twelve digits for an account."""
    return str(plain(config.get("accessKey")) or "test"), str(plain(config.get("secretKey")) or "test")


class Clients:
    """The clients of one configuration, each made when it is first used."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Take the provider's configuration.

        Raises:
            ProviderError: it names no emulator.
        """
        if problems := endpoint_problems(config):
            raise ProviderError("; ".join(str(problem) for problem in problems))
        self.region = str(plain(config.get("region")) or "")
        self._endpoints = _endpoints(plain(config.get("endpoints")))
        self._session = boto3.Session(
            *_keys(config),
            region_name=self.region or None,
            botocore_session=botocore.session.Session(_NOTHING_OF_THE_USER),
        )
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._account: str | None = None

    @property
    def endpoint(self) -> str:
        """The emulator's address, as API Gateway's URLs begin."""
        return self._endpoint("apigateway").rstrip("/")

    @property
    def account(self) -> str:
        """The account's id."""
        if self._account is None:
            self._account = self.call(ACCOUNT_SERVICE, "get_caller_identity", {})["Account"]
        return self._account

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the boto3 client of a service.

        Raises:
            ProviderError: the configuration has no address for the service.
        """
        key = (service, region or self.region)
        # Making a client is not safe in several threads at once.
        with self._lock:
            if key not in self._clients:
                client = self._session.client(
                    service,  # type: ignore[call-overload]
                    region_name=key[1],
                    endpoint_url=self._endpoint(service),
                    # No proxy either: the address is on this machine.
                    config=Config(
                        proxies={},
                        s3={"addressing_style": "path"},
                        connect_timeout=5,
                        read_timeout=60,
                        retries={"total_max_attempts": 1},
                        max_pool_connections=64,
                    ),
                )
                record_calls(client)
                self._clients[key] = client
            return self._clients[key]

    def call(self, service: str, operation: str, params: Props, region: str | None = None) -> Props:
        """Call an operation.

        Raises:
            ProviderError: AWS's own code and message, or that the emulator does not answer.
        """
        method: Callable[..., Props] = getattr(self.client(service, region), operation)
        try:
            return method(**params)
        except botocore.exceptions.ClientError as error:
            details = error.response["Error"]
            raise ProviderError(f"{details.get('Code')}: {details.get('Message')}") from error
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError) as error:
            raise ProviderError(
                f"the local emulator does not answer at {self._endpoint(service)}; run: {command('local')}"
            ) from error
        except botocore.exceptions.ParamValidationError as error:
            raise ProviderError(f"{operation}: {error}") from error

    def _endpoint(self, service: str) -> str:
        if (key := endpoint_key(service)) in self._endpoints:
            return self._endpoints[key]
        raise ProviderError(f"aws:endpoints has no address for {service!r}; {_ONLY_LOCAL}: {_NEXT_STEP}")


_known: Final[dict[str, Clients]] = {}
_knowing: Final = threading.Lock()


def clients_for(config: Mapping[str, Any]) -> Clients:
    """Return the clients of a configuration, the same ones whenever region, addresses and keys are the same.

    Raises:
        ProviderError: it names no emulator.
    """
    settings = {name: plain(config.get(name)) for name in ("region", "endpoints")}
    key = json.dumps([settings, _keys(config)], sort_keys=True, default=str)
    with _knowing:
        if key not in _known:
            _known[key] = Clients(config)
        return _known[key]


def endpoint_key(service: str) -> str:
    """Write boto3's name of a service as `aws:endpoints` does: `cognito-idp` is `cognitoidp` there."""
    return service.replace("-", "")


def is_gone(error: ProviderError) -> bool:
    """Tell whether AWS's error says that there is no such thing."""
    return any(word in str(error) for word in _GONE)
