"""Clients of AWS that fail at a chosen call: before it, after it, or by sending it twice."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

from botocore.exceptions import ClientError

How = Literal["before", "after", "twice"]


class CutError(BaseException):
    """The command is gone: Ctrl-C, a kill, a machine that went down."""


class Client:
    """A client of boto3's whose operations can be stepped before; everything else is as it is."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.around: Callable[[Callable[[], Any]], Any] = lambda call: call()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name == "get_paginator" or not callable(found) or name in {"exceptions", "meta"}:
            return found
        return lambda **request: self.around(lambda: found(**request))


class Cut:
    """Cuts a command at one of its calls, counted over all clients."""

    def __init__(self, at: int, how: How) -> None:
        """Cut at the call of a number, from 0; one that is never reached cuts nothing."""
        self.calls = 0
        self._at = at
        self._how = how

    def __call__(self, client: Client) -> Client:
        client.around = self._around
        return client

    def _around(self, call: Callable[[], Any]) -> Any:
        number, self.calls = self.calls, self.calls + 1
        if number != self._at:
            return call()
        if self._how == "before":
            raise CutError
        # Of a call that is sent twice the first answer is lost, whatever it was.
        with suppress(ClientError):
            call()
        if self._how == "after":
            raise CutError
        return call()
