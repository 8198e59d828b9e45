"""A backtest: what is replayed, by which settings, and what it came to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.operate.backtest.agreement import Agreement
from tapstack.operate.backtest.cards_apart import judging
from tapstack.operate.backtest.comparison import Comparison
from tapstack.operate.backtest.decided_order import Decided, DecidedOrder
from tapstack.operate.backtest.replay import CHUNK, SettingsOf, replay
from tapstack.operate.backtest.stored_history import stored_history
from transactions.attributes import Item
from transactions.clock import iso
from transactions.listing import Listing
from transactions.settings import MerchantSettings
from transactions.store import TransactionStore

_WINDOWS_BEFORE: Final = 2
"""Windows that are filled before what is compared begins: a card's history keeps as many."""

History = Callable[[int | None], Iterator[Item]]
"""Gives a merchant's stored transactions that came at a moment or later, in the order in which they came."""


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Attributes:
        merchant_id: whose history.
        versions: version to settings, of all that were in force.
        wanted: the settings that are tried; None decides each transaction by those that were in force then.
        since: compare what came at this moment or later, in milliseconds; None compares all.
    """

    merchant_id: str
    versions: Mapping[int, MerchantSettings]
    wanted: MerchantSettings | None = None
    since: int | None = None

    @property
    def read_from(self) -> int | None:
        """The moment from which on history is read: the windows in which the first ones are counted are filled."""
        return None if self.since is None else max(self.since - self.reach_ms, 0)

    @property
    def reach_ms(self) -> int:
        """How far back windows are filled before the first transaction that is compared."""
        merchants = (settings.merchant_velocity for settings in self.tried)
        windows = [limit.window_seconds for limit in merchants if limit]
        return _WINDOWS_BEFORE * max(self.longest_card_window_ms, *(1000 * seconds for seconds in windows), 0)

    @property
    def longest_card_window_ms(self) -> int:
        """The longest window that a card is counted in."""
        return 1000 * max(settings.card_velocity.window_seconds for settings in self.tried)

    @property
    def tried(self) -> Sequence[MerchantSettings]:
        """All settings that something is decided by."""
        return [self.wanted] if self.wanted else list(self.versions.values())

    def settings_of(self, decided: Decided) -> MerchantSettings:
        """Give the settings that decide a transaction.

        Raises:
            UserError: those it was decided by are not kept.
        """
        if self.wanted:
            return self.wanted
        version = decided.decision.settings_version
        if version not in self.versions:
            raise UserError(
                f"transaction {decided.transaction.id} was decided by version {version} of the settings of merchant "
                f"{self.merchant_id!r}, which is not kept; give settings to try: --settings FILE"
            )
        return self.versions[version]


@dataclass
class Result:
    """What a trial came to.

    Attributes:
        trial: what was tried.
        comparison: what was decided beside what would have been.
        agreement: what the settings then in force give back; None where others were tried.
        undecided: how many were still pending.
        filled: how many before the period were replayed, so that its first ones have windows to be counted in.
        first: when the first of the period was decided, in milliseconds.
        last: when the last was.
    """

    trial: Trial
    comparison: Comparison = field(default_factory=Comparison)
    agreement: Agreement | None = None
    undecided: int = 0
    filled: int = 0
    first: int = 0
    last: int = 0

    @property
    def unknown(self) -> Sequence[str]:
        """What a replay of the store cannot know, a line each, with how many it concerns."""
        told = [f"the order of decisions less than a second apart, which {self.comparison.order_unknown} hang on"]
        if self.undecided:
            told.append(f"what comes of the {self.undecided} that are pending: they are left out")
        if self.trial.read_from is not None:
            told.append(
                f"what came before {iso(self.trial.read_from)}: windows are filled from then on, by "
                f"{self.filled} that are not compared"
            )
        return told

    def document(self) -> dict[str, Any]:
        """Put it into one JSON object."""
        agreement = self.agreement
        return {
            "merchant": self.trial.merchant_id,
            "settings": "tried" if self.trial.wanted else "then in force",
            "first": iso(self.first),
            "last": iso(self.last),
            "comparison": self.comparison.document(),
            "agreement": agreement and agreement.document(),
            "unknown": list(self.unknown),
        }


def carry_out(trial: Trial, history: History, processes: int, looked: Callable[[int], None]) -> Result:
    """Replay a merchant's history, writing nothing.

    Args:
        trial: what is tried.
        history: reads what is stored.
        processes: how many judge cards beside this one; 0 for this one alone.
        looked: hears how many more are replayed.

    Raises:
        UserError: there is nothing to replay, or not all that it takes.
    """
    since = trial.since or 0
    result = Result(trial)
    if trial.wanted is None:
        result.agreement = Agreement(filled_at=since + trial.reach_ms if since else 0)
    order = DecidedOrder()
    settings_of: SettingsOf = trial.settings_of
    with judging(processes, trial.longest_card_window_ms) as judge:
        for number, replayed in enumerate(replay(order.of(history(trial.read_from)), settings_of, judge), 1):
            if not number % CHUNK:
                looked(CHUNK)
            decided = replayed.decided
            if decided.transaction.created_at < since:
                result.filled += 1
                continue
            result.first = result.first or decided.decision.decided_at
            result.last = decided.decision.decided_at
            result.comparison.add(replayed)
            if result.agreement:
                result.agreement.add(replayed)
    result.undecided = order.undecided
    if not result.comparison.total.count:
        when = f" since {iso(since)}" if since else ""
        raise UserError(f"merchant {trial.merchant_id!r} has no decided transaction{when}; look further back")
    return result


def stored(store: TransactionStore, listing: Listing, merchant_id: str) -> History:
    """Give the history that is in the transactions table."""
    return lambda since: stored_history(store, listing, merchant_id, since)
