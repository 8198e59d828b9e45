"""The API as the probe uses it."""

import ssl
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx

from tapstack.engine.loopback import is_loopback
from transactions.agreed.api import API_KEY_HEADER, IDEMPOTENCY_KEY_HEADER

_MAY_PASS: Final = frozenset({403, 429, 502, 503, 504})
"""What API Gateway answers for a while about an API, a key or a usage plan that it has just been given, or where there
is too much at once: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html"""
_BETWEEN_SECONDS: Final = 0.5
_ANSWER_SECONDS: Final = 30.0


class Api:
    """The API under the probe's key; a request that may go through a little later is sent again."""

    def __init__(self, transactions_url: str, api_key: str, *, patience: float, certificate: str | None = None) -> None:
        """Open connections to the API.

        Args:
            transactions_url: where transactions are posted.
            api_key: the probe's.
            patience: for how many seconds a request is sent again.
            certificate: a file in PEM with the client's certificate and its key, where the API asks for one.

        Raises:
            OSError: the file cannot be read, or holds none.
        """
        self._url = transactions_url
        self._patience = patience
        context = ssl.create_default_context()
        if certificate:
            context.load_cert_chain(certificate)
        self._client = httpx.Client(
            headers={API_KEY_HEADER: api_key},
            timeout=_ANSWER_SECONDS,
            trust_env=not is_loopback(transactions_url),
            verify=context,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def submit(self, key: str, body: Mapping[str, Any]) -> httpx.Response:
        """Post a transaction under an idempotency key.

        Raises:
            httpx.TransportError: there is no answer.
        """
        return self._request("POST", self._url, json=body, headers={IDEMPOTENCY_KEY_HEADER: key})

    def read(self, transaction_id: str, *more: str) -> httpx.Response:
        """Read a transaction, or what lies below its path.

        Raises:
            httpx.TransportError: there is no answer.
        """
        return self._request("GET", "/".join((self._url, transaction_id, *more)))

    def _request(self, method: str, url: str, **options: Any) -> httpx.Response:
        until = time.monotonic() + self._patience
        while True:
            try:
                answer = self._client.request(method, url, **options)
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            else:
                if answer.status_code not in _MAY_PASS or time.monotonic() > until:
                    return answer
            time.sleep(_BETWEEN_SECONDS)
