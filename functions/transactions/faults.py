"""Faults of a request, each with the place it is at, as problem documents list them in `errors` (RFC 9457, 3.1).

{"pointer": "#/card/bin", "detail": "…"}         of the body: a JSON pointer as a URI fragment (RFC 6901, 6)
{"header": "Idempotency-Key", "detail": "…"}     of a header
{"parameter": "limit", "detail": "…"}            of a query or a path
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

BODY: Final = "#"
"""The pointer to the body as a whole."""
LONGEST_POINTER: Final = 200
"""What would be pointed at by a longer one is told by what holds it: bodies are merchants' own, answers are not."""
MOST_FAULTS: Final = 20
"""Of one request that are told."""

# What a URI fragment may hold as it is, RFC 3986, 3.5; quote leaves letters, digits and -._~ alone anyway.
_IN_FRAGMENT: Final = "!$&'()*+,;=:@/?"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one part of a request.

    Attributes:
        place: where it is: a pointer into the body, or the name of a header or a parameter.
        detail: what is wrong, for the merchant; it holds no value of the request.
        kind: what `place` is.
    """

    place: str
    detail: str
    kind: Literal["pointer", "header", "parameter"] = "pointer"

    def document(self) -> dict[str, str]:
        """Write it as a problem document has it."""
        return {self.kind: self.place, "detail": self.detail}

    def __str__(self) -> str:
        return f"{self.place}: {self.detail}"


def pointer(holder: str, part: str | int) -> str:
    """Point at a part of what another pointer leads to; at the whole, where that would be too long."""
    escaped = _readable(f"{part}".replace("~", "~0").replace("/", "~1"))
    longer = f"{holder}/{escaped}"
    return longer if len(longer) <= LONGEST_POINTER else holder


def parameter(name: str, detail: str) -> Fault:
    """Say what is wrong with a parameter that the merchant named."""
    return Fault(_readable(name)[:LONGEST_POINTER], detail, "parameter")


def _readable(name: str) -> str:
    return quote(name, safe=_IN_FRAGMENT, errors="replace")


def places(value: Any) -> Iterator[tuple[str, Any]]:
    """Go through a JSON value in the order of its text: the pointer to each part, and the part.

    The names of an object come before what they name, with the pointer of the object.
    """
    pending: list[tuple[str, Any]] = [(BODY, value)]
    while pending:
        here, current = pending.pop()
        yield here, current
        if isinstance(current, dict):
            inner = [(here, name) for name in current] + [(pointer(here, name), part) for name, part in current.items()]
        elif isinstance(current, list):
            inner = [(pointer(here, place), part) for place, part in enumerate(current)]
        else:
            continue
        pending.extend(reversed(inner))
