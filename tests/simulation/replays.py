"""Replay much: `nox -s replays -- [--decided N] [--timed N] [--processes N]`.

First a history that the functions have decided on the model is decided again by the settings that were in force then;
whatever comes out otherwise and has no known cause makes it fail. Then a longer one, whose items are made as they are
read, is timed: all that a backtest does but for DynamoDB and the network.
"""

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from simulation.history import MERCHANT, MadeHistory
from simulation.merchants import settings_document
from simulation.model.cloud import START
from tapstack.console.progress import bar
from tapstack.operate.backtest.trial import Result, Trial, carry_out, stored
from transactions.attributes import Item
from transactions.settings_document import parse_settings

_CARDS: Final = 200_000
_MONTH_MS: Final = 30 * 24 * 60 * 60 * 1000
_KIBIBYTE: Final = 1024
TIMED: Final = {
    "card_velocity": {"window_seconds": 3_600, "count": 5, "amounts": {"EUR": 20_000}},
    "merchant_velocity": {"window_seconds": 3_600, "count": 1_600, "amounts": {"EUR": 99_000_000}},
}
"""Both limits are on, and close enough to what comes to be met."""


def main() -> int:
    """Replay; the status is 1 where something is unexplained."""
    parser = argparse.ArgumentParser(prog="nox -s replays --", description=__doc__)
    parser.add_argument("--decided", type=int, default=100_000, help="decided on the model (default: 100000)")
    parser.add_argument("--timed", type=int, default=1_000_000, help="timed (default: 1000000)")
    parser.add_argument("--processes", type=int, default=1, help="beside this one (default: 1)")
    options = parser.parse_args()
    with bar() as progress:
        task = progress.add_task("replaying", total=2 * options.decided + options.timed)

        def looked(count: int) -> None:
            progress.advance(task, count)

        unexplained = _prove(options.decided, options.processes, looked) if options.decided else 0
        if options.timed:
            _time(options.timed, options.processes, looked)
    return 1 if unexplained else 0


def _prove(count: int, processes: int, looked: Callable[[int], None]) -> int:
    made = MadeHistory(seed=7)
    made.make(count, looked)
    versions = {each.settings.version: each.settings for each in made.operators.versions(MERCHANT)}
    history = stored(made.store, made.listing, MERCHANT)
    agreement = carry_out(Trial(MERCHANT, versions), history, processes, looked).agreement
    assert agreement
    explained = ", ".join(f"{number} by {cause}" for cause, number in sorted(agreement.causes.items())) or "none"
    print(f"decided on the model  {count}, by {len(versions)} versions of the settings")
    print(f"as stored             {agreement.same}; otherwise: {explained}; unexplained: {agreement.unexplained}")
    return agreement.unexplained


def _time(count: int, processes: int, looked: Callable[[int], None]) -> None:
    settings = parse_settings(settings_document(MERCHANT) | TIMED)
    began, own = time.monotonic(), time.process_time()
    result = carry_out(Trial(MERCHANT, {}, settings), lambda _: _items(count), processes, looked)
    seconds, own = time.monotonic() - began, time.process_time() - own
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    peaks = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, children.ru_maxrss]
    print(f"timed                 {count} in {seconds:.0f} s; processor: {own:.0f} s in this process, which also makes")
    print(f"                      the items, {children.ru_utime + children.ru_stime:.0f} s in {processes} beside it")
    print(f"load                  {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"peak of memory        {peaks[0] // _KIBIBYTE} MiB, and {peaks[1] // _KIBIBYTE} MiB in another process")
    print(f"found                 {_found(result)}")


def _found(result: Result) -> str:
    return ", ".join(f"{code} {rule.now.count}" for code, rule in result.comparison.rules.items() if rule.now.count)


def _items(count: int) -> Iterator[Item]:
    """Make a month of transactions, as the table has them."""
    chance, at = random.Random(1), START  # noqa: S311 - the same each time
    for number in range(count):
        at += int(chance.expovariate(count / _MONTH_MS))
        amount = chance.randrange(100, 5_000)
        card = {"token": f"tok_{chance.randrange(_CARDS):06}", "bin": "424242", "country": "DE", "expires": "2031-12"}
        decision: dict[str, Any] = {
            "verdict": {"S": "approved"},
            "reasons": {"L": []},
            "score": {"N": "0"},
            "settings_version": {"N": "1"},
            "decided_at": {"N": f"{at + chance.randrange(200, 900)}"},
        }
        yield {
            "id": {"S": f"txn_{number:032}"},
            "merchant_id": {"S": MERCHANT},
            "request_hash": {"S": "h" * 44},
            "created_at": {"N": f"{at}"},
            "status": {"S": "approved"},
            "list_shard": {"S": f"{MERCHANT}#{number % 4}"},
            "list_place": {"S": f"2026-01-01T00:00:00.000Z#txn_{number:032}"},
            "submission": {
                "M": {
                    "amount": {"N": f"{amount}"},
                    "currency": {"S": "EUR"},
                    "card": {"M": {name: {"S": text} for name, text in card.items()}},
                }
            },
            "decision": {"M": decision},
        }


if __name__ == "__main__":
    sys.exit(main())
