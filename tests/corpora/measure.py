"""How many of each kind are taken for card numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final

from corpora.ordinary import KINDS, RANDOM_DIGITS, digits
from corpora.trace_headers import VENDORS
from support.edge import Edge, event
from transactions.agreed.api import COLLECTION_PATH
from transactions.card_numbers import holds_card_number

SIZE: Final = 20_000
"""Texts of each kind, and requests with the headers of each vendor."""
MOST_REFUSED: Final = 0.002
"""The share of any ordinary kind that may be taken for card numbers."""
_SEED: Final = 1


@dataclass(frozen=True)
class Measured:
    """What came of one kind.

    Attributes:
        kind: its name.
        refused: how many of `SIZE` are taken for card numbers.
        example: the first of the kind.
    """

    kind: str
    refused: int
    example: str

    @property
    def share(self) -> float:
        return self.refused / SIZE


def ordinary() -> Iterator[Measured]:
    """Measure each kind of id, time and number."""
    for kind, make in KINDS.items():
        yield _measure(kind, make, holds_card_number)


def headers() -> Iterator[Measured]:
    """Measure requests with each vendor's headers, through the API: how many it answers 400."""
    edge = Edge()

    def is_refused(sent: dict[str, str]) -> bool:
        # A key of nobody's: whatever looks at the headers does so before.
        answer = edge.api.answer(event("GET", COLLECTION_PATH, headers={"x-api-key": "nobodys", **sent}))
        return bool(answer["statusCode"] == 400)

    for vendor, make in VENDORS.items():
        yield _measure(vendor, make, is_refused)


def random_digits() -> Iterator[Measured]:
    """Measure numbers of which nothing is known but how many digits they have."""
    for count in RANDOM_DIGITS:
        yield _measure(f"{count} digits drawn at random", partial(digits, count=count), holds_card_number)


def _measure(kind: str, make: Callable[[Random], Any], is_refused: Callable[[Any], bool]) -> Measured:
    random = Random(f"{_SEED}/{kind}")  # noqa: S311 - the same ones again, not secret ones
    made = [make(random) for _ in range(SIZE)]
    first = made[0]
    example = first if isinstance(first, str) else "; ".join(f"{name}: {value}" for name, value in first.items())
    return Measured(kind, sum(map(is_refused, made)), example)
