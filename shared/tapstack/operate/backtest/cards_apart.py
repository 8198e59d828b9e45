"""Judging in several processes, each of which has some of the cards."""

import gc
import multiprocessing
import signal
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Final

from tapstack.operate.backtest.judging import Judged, Judging, Record
from transactions.settings import MerchantSettings

Chunk = Sequence[Record]
Settings = Mapping[int, MerchantSettings]
Judge = Callable[[Chunk, Settings], Callable[[], list[Judged]]]
"""Begins to judge a chunk; what it returns waits for the end and gives what was found, in the chunk's order."""

_OBJECTS: Final = 100_000
"""Made before Python looks for garbage: most are freed without, and to look through all that stays, again and again, is
a quarter of the time."""

_judging: Judging | None = None
"""Of a process that has some of the cards."""


@contextmanager
def judging(processes: int, longest_window_ms: int) -> Iterator[Judge]:
    """Have chunks judged one after the other, each by all processes side by side.

    Args:
        processes: how many beside this one; 0 for this one alone.
        longest_window_ms: the longest of the windows that any of the settings counts a card in.
    """
    with ExitStack() as stack:
        stack.callback(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(_OBJECTS)
        yield _apart(stack, processes, longest_window_ms) if processes else _here(longest_window_ms)


def _here(longest_window_ms: int) -> Judge:
    one = Judging(longest_window_ms)

    def here(chunk: Chunk, settings: Settings) -> Callable[[], list[Judged]]:
        judged = one.judge(chunk, settings)
        return lambda: judged

    return here


def _apart(stack: ExitStack, processes: int, longest_window_ms: int) -> Judge:
    # A pool of one process each, as a card's history stays where it is.
    context = multiprocessing.get_context("spawn")
    pools = [
        ProcessPoolExecutor(1, context, initializer=_begin, initargs=(longest_window_ms,)) for _ in range(processes)
    ]
    for pool in pools:
        stack.callback(pool.shutdown, cancel_futures=True)

    def apart(chunk: Chunk, settings: Settings) -> Callable[[], list[Judged]]:
        places: list[list[int]] = [[] for _ in pools]
        for place, record in enumerate(chunk):
            places[_card_number(record) % processes].append(place)
        parts = [
            pool.submit(_judge, [chunk[place] for place in mine], settings)
            for pool, mine in zip(pools, places, strict=True)
        ]
        return lambda: _together(len(chunk), places, parts)

    return apart


def _together(length: int, places: Sequence[Sequence[int]], parts: Sequence[Future[list[Judged]]]) -> list[Judged]:
    found = {
        place: judged
        for mine, part in zip(places, parts, strict=True)
        for place, judged in zip(mine, part.result(), strict=True)
    }
    return [found[place] for place in range(length)]


def _card_number(record: Record) -> int:
    token: str = record.item["submission"]["M"]["card"]["M"]["token"]["S"]
    return zlib.crc32(token.encode())


def _begin(longest_window_ms: int) -> None:
    global _judging  # noqa: PLW0603 - what a process has of its own
    # The process that has begun this one hears of a Ctrl-C, and ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_OBJECTS)
    _judging = Judging(longest_window_ms)


def _judge(chunk: Chunk, settings: Settings) -> list[Judged]:
    if _judging is None:
        raise RuntimeError("the process has not begun")
    return _judging.judge(chunk, settings)
