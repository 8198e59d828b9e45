"""Decides again what was decided, by other settings or by those that were in force then."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from tapstack.operate.backtest.cards_apart import Judge, Settings
from tapstack.operate.backtest.decided_order import NEAR_MS, Decided
from tapstack.operate.backtest.judging import Judged, Record
from tapstack.operate.backtest.velocity_table import VelocityTable
from transactions.agreed.invocations import DAY_SECONDS, STREAM_BATCH
from transactions.agreed.tables import (
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    MERCHANT_REVIEWS_INDEX_HASH_KEY,
    OUTCOME,
    REVIEWS_INDEX_HASH_KEY,
    UNTOLD,
)
from transactions.card_lists.entry import ALLOW, BLOCK, MUTE, Entry, in_force
from transactions.card_lists.precedence import CARD_ALLOWED, CARD_BLOCKED
from transactions.findings import Findings
from transactions.settings import MerchantSettings
from transactions.test_tokens import WEIGHTS as TEST_WEIGHTS
from transactions.transaction import Decision
from transactions.velocity.merchant import MerchantVelocityCounter

CHUNK: Final = 2_000
"""Transactions that are handed to other processes at once."""
_PARTS_OF_A_WINDOW: Final = 48
"""A fourth of a bucket."""
_NOT_JUDGED: Final = frozenset(
    {
        "decision",
        "status",
        "resolution",
        OUTCOME,
        UNTOLD,
        LIST_INDEX_HASH_KEY,
        LIST_INDEX_RANGE_KEY,
        REVIEWS_INDEX_HASH_KEY,
        MERCHANT_REVIEWS_INDEX_HASH_KEY,
    }
)
"""Attributes of a stored transaction that came after it, or need not go to another process."""
_AHEAD: Final = 3
"""Chunks that are under way while one before them is finished."""

_NEVER: Final = 2**53
"""An end of an entry that no replay reaches."""

SettingsOf = Callable[[Decided], MerchantSettings]
"""Gives the settings that decide a transaction."""


@dataclass(frozen=True)
class Replayed:
    """A transaction, decided again.

    Attributes:
        decided: as it was decided.
        settings: what it is decided by now.
        again: the decision that comes of it.
    """

    decided: Decided
    settings: MerchantSettings
    again: Decision


def replay(ordered: Iterable[Decided], settings_of: SettingsOf, judge: Judge) -> Iterator[Replayed]:
    """Decide transactions again, in the order in which they were decided.

    Args:
        ordered: the transactions.
        settings_of: gives what each is decided by.
        judge: judges all but the limits of merchants.
    """
    limits = _Limits()
    under_way: deque[tuple[list[tuple[Decided, MerchantSettings]], Callable[[], list[Judged]]]] = deque()
    rest = iter(ordered)
    while True:
        while len(under_way) < _AHEAD and (part := list(islice(rest, CHUNK))):
            cases = [(decided, settings_of(decided)) for decided in part]
            versions: Settings = {settings.version: settings for _, settings in cases}
            under_way.append((cases, judge([_record(*case) for case in cases], versions)))
        if not under_way:
            return
        cases, judged = under_way.popleft()
        yield from limits.apply(cases, judged())


class _Limits:
    """The merchants' own limits, on all that was judged."""

    def __init__(self) -> None:
        self._now = 0
        table: Any = VelocityTable(lambda: self._now, DAY_SECONDS * 1000)
        self._counter = MerchantVelocityCounter(table, "velocity", lambda: self._now)

    def apply(self, cases: Sequence[tuple[Decided, MerchantSettings]], judged: Sequence[Judged]) -> Iterator[Replayed]:
        refused = self._refused([(*case, found) for case, found in zip(cases, judged, strict=True)])
        for (decided, settings), found in zip(cases, judged, strict=True):
            against = found.found + refused.get(decided.transaction.id, ())
            under = in_force(_entries(decided.decision), decided.decision.decided_at)
            again = Findings(against, settings, under).decision(decided.decision.decided_at)
            yield Replayed(decided, settings, again)

    def _refused(self, cases: Sequence[tuple[Decided, MerchantSettings, Judged]]) -> dict[str, tuple[str, ...]]:
        refused: dict[str, tuple[str, ...]] = {}
        batch: list[tuple[Decided, MerchantSettings]] = []
        for decided, settings, found in cases:
            if not found.is_limited:
                continue
            if batch and (len(batch) == STREAM_BATCH or not _go_together(batch, decided, settings)):
                refused |= self._count(batch)
                batch = []
            batch.append((decided, settings))
        return refused | (self._count(batch) if batch else {})

    def _count(self, batch: Sequence[tuple[Decided, MerchantSettings]]) -> dict[str, tuple[str, ...]]:
        first, settings = batch[0]
        self._now = first.decision.decided_at
        limit = settings.merchant_velocity
        return self._counter.count(limit, [decided.transaction for decided, _ in batch]) if limit else {}


def _go_together(
    batch: Sequence[tuple[Decided, MerchantSettings]], decided: Decided, settings: MerchantSettings
) -> bool:
    """Tell whether a transaction is counted with those of a batch: which of a merchant's counts it is added to.

    Of what comes late it matters, as each of the counts has forgotten something else by then: it goes with what was
    decided at the same moment, as it did then. All else may go together for as long as that is short beside a bucket.
    """
    if batch[0][1] != settings or settings.merchant_velocity is None:
        return False
    window = 1000 * settings.merchant_velocity.window_seconds
    if _lateness(decided) > window // 2 or _lateness(batch[0][0]) > window // 2:
        return decided.decision.decided_at <= batch[-1][0].decision.decided_at + NEAR_MS
    return decided.decision.decided_at <= batch[0][0].decision.decided_at + window // _PARTS_OF_A_WINDOW


def _lateness(decided: Decided) -> int:
    return decided.decision.decided_at - decided.transaction.created_at


def _record(decided: Decided, settings: MerchantSettings) -> Record:
    reasons = decided.decision.reasons
    return Record(
        {name: value for name, value in decided.item.items() if name not in _NOT_JUDGED},
        decided.transaction.created_at,
        decided.decision.decided_at,
        settings.version,
        is_forced=any(reason in TEST_WEIGHTS for reason in reasons),
        entries=_entries(decided.decision),
    )


def _entries(decision: Decision) -> tuple[Entry, ...]:
    """Give the entries that a decision was made under, as far as it says so; of mutes it says what they lifted."""
    if CARD_BLOCKED in decision.reasons:
        return (_entry(BLOCK),)
    if CARD_ALLOWED in decision.reasons:
        return (_entry(ALLOW),)
    return tuple(_entry(MUTE, code) for code in decision.lifted)


def _entry(effect: str, rule: str = "") -> Entry:
    return Entry(effect=effect, until=_NEVER, at=0, by="", reason="", rule=rule)
