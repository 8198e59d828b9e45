"""What the oracle is told: facts from outside the functions, and the sizes that were deployed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

Item = Mapping[str, Any]

MEMORY_MS: Final = 30_000
"""How long a function may go by settings, API keys and secrets that have changed."""
LATEST_MS: Final = 24 * 60 * 60 * 1000
"""How late a record of the stream can come; a transaction that is decided later than that is for a person."""


class Wish(NamedTuple):
    """What an operator wants of a card's entries: the item's key, since when, and the entry, or which are to end."""

    key: str
    at: int
    """In milliseconds."""
    entry: Any = None
    """As `wire.Listed`; None to end entries."""
    rule: str | None = None
    """The rule whose mute is to end; None for all entries."""


class Reported(NamedTuple):
    """An answer to a merchant that has said what a transaction turned out to be (`wire.Said`)."""

    merchant: str
    transaction: str
    said: Any
    status: int
    under_fault: bool
    key_may_be_over: bool = False
    """Whether the API key may have been refused, as one that has ended."""


@dataclass(frozen=True, eq=False)
class Batch:
    """What one invocation of the fraud-detector was called with: ids of transactions, in order, and when."""

    ids: tuple[str, ...]
    began: int
    """In milliseconds."""


class Change(NamedTuple):
    """A change of a table: the key, what it held and what it holds; when, in milliseconds; deciding which batch."""

    table: str
    key: str
    before: Item | None
    after: Item | None
    at: int
    batch: Batch | None = None


@dataclass(frozen=True)
class Request:
    """A submission as a merchant makes it, and makes again while it has no answer.

    Attributes:
        flaw: why the body is to be refused, known to whoever wrote it; empty for a good one.
        wait: for how many seconds the merchant would wait for the decision; None where it does not say so.
    """

    merchant: str
    key: str
    body: str
    flaw: str = ""
    wait: int | None = None

    @property
    def place(self) -> tuple[str, str]:
        """What makes a submission the same transaction: merchant and key."""
        return self.merchant, self.key


@dataclass(frozen=True)
class KeyEnd:
    """When an API key ends, as an operator has set it.

    Attributes:
        at: from when on it is refused, in milliseconds.
        set_at: when that was written.
    """

    at: int
    set_at: int


@dataclass(frozen=True)
class Answer:
    """What a merchant was answered.

    Attributes:
        began: how many changes there were when the request came.
        began_at: when it came, in milliseconds.
        ended_at: when it was answered.
        key_end: the end that the API key has, where one was set and a version answered that knows of ends.
        key_ended_at: since when the API key it was sent under is nobody's any more; None for a key that is in force.
        under_fault: whether a call it needed was made to fail.
        waits: for how many seconds it may have waited for the decision; None where it was not asked to, or is by a
            version that knows nothing of it.
    """

    request: Request
    status: int
    headers: Mapping[str, str]
    body: str
    began: int
    began_at: int
    ended_at: int
    key_end: KeyEnd | None = None
    key_ended_at: int | None = None
    under_fault: bool = False
    waits: int | None = None


@dataclass(frozen=True)
class ReviewAsked:
    """That somebody asked to close a review.

    Attributes:
        by: a merchant's id, or an operator's ARN.
        transaction: the id.
        at: when, in milliseconds.
    """

    by: str
    transaction: str
    verdict: str
    reason: str
    note: str | None
    at: int


@dataclass(frozen=True)
class ReviewAnswer:
    """What somebody was told of it: an HTTP status, and whether it was called a replay."""

    asked: ReviewAsked
    status: int
    replayed: bool
    body: str
    began: int
    """How many changes there were when it was asked."""
    ended_at: int
    under_fault: bool = False
    key_may_be_over: bool = False
    """Whether the API key may have been refused, as one that has ended."""


@dataclass(frozen=True)
class Written:
    """Settings as an operator put them in force."""

    version: int
    at: int
    document: Mapping[str, Any]


@dataclass
class Facts:
    """Everything the oracle knows.

    Attributes:
        shards: over how many items a merchant's count is spread.
        largest_batch: the most transactions that one batch brings.
        longest_run_ms: after how long a function is ended.
        skew_ms: how far a function's clock is off at the most.
        beside_earlier: whether functions of an earlier version run too.
        changes: of all tables, in order.
        requests: submissions, in the order they were sent.
        answers: to submissions, in order.
        reviews: what was asked of reviews, in order.
        review_answers: what was answered to that.
        settings: merchant to its settings, one version after the other.
        foreign: keys of items that were written into the transactions table by no function.
        wishes: what operators wanted of cards' entries, in order, each before it was written.
        said: merchant, transaction and outcome of all that was ever said of transactions.
        reported: answers to that, in order.
        handed_out: transaction id to how often a fraud-detector was called with it.
    """

    shards: int
    largest_batch: int
    longest_run_ms: int
    skew_ms: int
    beside_earlier: bool = False
    changes: list[Change] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    reviews: list[ReviewAsked] = field(default_factory=list)
    review_answers: list[ReviewAnswer] = field(default_factory=list)
    settings: dict[str, list[Written]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    wishes: list[Wish] = field(default_factory=list)
    said: set[tuple[str, str, Any]] = field(default_factory=set)
    reported: list[Reported] = field(default_factory=list)
    handed_out: Counter[str] = field(default_factory=Counter)

    def in_force(self, merchant: str, since: int, until: int) -> list[Written]:
        """Give the settings that were in force at some moment of a time, oldest first."""
        written = self.settings.get(merchant, [])
        ends = [*(each.at for each in written[1:]), until]
        return [each for each, end in zip(written, ends, strict=True) if each.at <= until and end >= since]
