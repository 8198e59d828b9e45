"""AWS as canned answers, given where botocore would send: requests are written, signed and their answers parsed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders


@dataclass(frozen=True)
class Answer:
    """What a call is answered.

    Attributes:
        operation: of which operation, such as `PutItem`.
        about: what the request's body holds somewhere; the first answer that fits is given.
        body: the answer's.
        status: the answer's.
    """

    operation: str
    body: bytes = b"{}"
    about: bytes = b""
    status: int = 200


class Stub:
    """Answers the calls of clients.

    Attributes:
        answers: what is answered.
        calls: how often each operation was called.
        sent: the body that came last with each operation.
    """

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.calls: Counter[str] = Counter()
        self.sent: dict[str, bytes] = {}

    def attach(self, client: Any) -> None:
        """Have a client send nothing."""
        client.meta.events.register("before-send", self._answer)

    def _answer(self, request: AWSRequest, **_: Any) -> AWSResponse:
        target: Any = request.headers["X-Amz-Target"]
        operation = (target if isinstance(target, str) else target.decode()).rpartition(".")[2]
        body: Any = request.body
        self.calls[operation] += 1
        self.sent[operation] = body
        answer = next(each for each in self.answers if each.operation == operation and each.about in body)
        return AWSResponse(f"{request.url}", answer.status, HTTPHeaders(), _Raw(answer.body))


@dataclass(frozen=True)
class _Raw:
    """A body as urllib3 hands it over."""

    body: bytes

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.body
