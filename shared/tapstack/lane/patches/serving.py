"""The emulator's way from a request to its answer, and how a patch steps into it."""

import importlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qs
from zlib import crc32

CHECKSUM: Final = "x-amz-crc32"
JSON: Final = {"Content-Type": "application/x-amz-json-1.1"}


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent, decoded as far as the emulator's services get it.

    Attributes:
        method: of HTTP.
        path: without its query, percent-decoded.
        headers: by names in lower case.
        body: as it came.
        query: of the URL, a list of values a name.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]

    @property
    def action(self) -> str:
        """The operation, in the protocols that name it in a header; else an empty text."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2]

    @property
    def document(self) -> dict[str, Any]:
        """The body of a JSON protocol."""
        return json.loads(self.body) if self.body else {}

    @property
    def form(self) -> dict[str, list[str]]:
        """The body of a query protocol."""
        return parse_qs(self.body.decode(), keep_blank_values=True)

    def with_document(self, document: Mapping[str, Any]) -> "Request":
        """Give the request another JSON body."""
        return replace(self, body=json.dumps(document).encode())


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets.

    Attributes:
        status: of HTTP.
        headers: of HTTP.
        body: as it goes out.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The body of a JSON protocol."""
        return json.loads(self.body) if self.body else {}

    def with_document(self, document: Mapping[str, Any]) -> "Answer":
        """Give the answer another JSON body, with the checksum that DynamoDB's clients hold it to."""
        body = json.dumps(document).encode()
        headers = {name: f"{crc32(body)}" if name.lower() == CHECKSUM else text for name, text in self.headers.items()}
        return replace(self, headers=headers, body=body)


Service = Callable[[Request], Awaitable[Answer]]
Around = Callable[[Request, Service], Awaitable[Answer]]
"""A patch: it gets a request and what would answer it."""


def refusal(code: str, message: str, status: int = 400) -> Answer:
    """Refuse in a JSON protocol."""
    body = json.dumps({"__type": code, "message": message}).encode()
    return Answer(status, {**JSON, "x-amzn-errortype": code}, body)


def accepted(document: Mapping[str, Any]) -> Answer:
    """Answer in a JSON protocol."""
    return Answer(200, JSON, json.dumps(document).encode())


def step_in(service: str, around: Around) -> None:
    """Put a patch before the emulator's service of that name.

    Raises:
        KeyError: the emulator has no such service.
    """
    handlers = importlib.import_module("ministack.app").SERVICE_HANDLERS
    handle = handlers[service]

    async def serve(request: Request) -> Answer:
        answered = await handle(request.method, request.path, request.headers, request.body, request.query)
        return Answer(*answered)

    async def patched(method: str, path: str, headers: Any, body: bytes, query: Any) -> tuple[int, Any, bytes]:
        answer = await around(Request(method, path, headers, body, query), serve)
        return answer.status, {**answer.headers}, answer.body

    handlers[service] = patched


def module(name: str) -> Any:
    """Give one of the emulator's modules."""
    return importlib.import_module(f"ministack.{name}")


def serve() -> None:
    """Run the emulator as its own command does."""
    importlib.import_module("ministack.app").main()
