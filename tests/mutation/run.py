"""Runs mutants: which tests see which lines, two trials at a time, each with a limit, and what came of it in a file."""

import hashlib
import json
import math
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import coverage
import pytest

from mutation.mutants import FUNCTIONS, Mutant, outermost_functions, source_files
from mutation.trial import PYTEST_ARGUMENTS, is_killed_anew, is_killed_in_place
from tapstack.checkout import CHECKOUT

TESTS: Final = (
    "tests/unit/functions",
    "tests/simulation/test_card_lists.py",
    "tests/simulation/test_card_velocity.py",
    "tests/simulation/test_consistent_reads.py",
    "tests/simulation/test_list_index_is_added.py",
    "tests/simulation/test_merchant_velocity.py",
    "tests/simulation/test_merchants_table.py",
    "tests/simulation/test_settings_versions.py",
    "tests/simulation/test_shadow.py",
    "tests/simulation/test_write_units.py",
)
"""What kills: the fast tests of the functions. Where they do not, a short simulation has its turn."""
LIKELY: Final = 20
"""Tests of the mutated file that are run before all others where everything is imported anew, the fastest ones."""
LEAST_SECONDS: Final = 15
"""What a trial may take of a processor beside what its tests take without a mutant. One that takes longer is over, and
the mutant counts as killed: what never ends is no answer."""
SLOWER: Final = 4
"""How many times as long as without a mutant its tests may take."""
WAITS: Final = 2
"""How many times as long as it may work a trial may last, for whoever waits for what never comes."""


Seen = dict[str, tuple[float, list[str]]]
"""Each test's id to the seconds it takes and the functions it runs, as `file function`."""


@dataclass
class Trials:
    """Tries mutants as a plugin of pytest, once the tests are collected.

    Attributes:
        mutants: what is to be tried.
        verdicts: where it says what came of each, in lines of JSON.
        workers: how many are tried at a time.
        steps: how many the simulation takes where no test has found anything; 0 for no simulation.
        told: hears of each that was tried.
    """

    mutants: Sequence[Mutant]
    verdicts: Path
    workers: int
    steps: int
    told: Callable[[], None]
    _under_way: dict[int, tuple[Mutant, float]] = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try all mutants in place of running the tests once."""
        if session.testsfailed:
            raise session.Interrupted("a test could not be collected")
        seen = _seen(session, self.verdicts.with_name("seen.json"))
        items = {item.nodeid: item for item in session.items}
        # What is in no function takes longest.
        waiting = sorted(self.mutants, key=lambda mutant: bool(mutant.function))
        while waiting or self._under_way:
            while waiting and len(self._under_way) < self.workers:
                self._begin(waiting.pop(), seen, items)
            for mutant, killed in self._ended():
                with self.verdicts.open("a", encoding="utf-8") as verdicts:
                    verdicts.write(
                        json.dumps({"mutant": mutant.name, "source": mutant.digest, "killed": killed}) + "\n"
                    )
                self.told()
        return True

    def _begin(self, mutant: Mutant, seen: Seen, items: Mapping[str, pytest.Item]) -> None:
        tests = {test: seconds for test, (seconds, runs) in seen.items() if _concerns(runs, mutant)}
        ordered = sorted(tests, key=lambda test: tests[test])
        # A handler is loaded from its file, again and again.
        in_place = mutant.function and tests and not mutant.file.endswith("/handler.py")
        undisturbed = sum(tests.values() if in_place else (seconds for seconds, _ in seen.values()))
        limit = LEAST_SECONDS + math.ceil(SLOWER * undisturbed)

        def trial() -> bool:
            # Of a processor's time, as a busy machine makes nothing loop. Whoever stops the run by force leaves nobody
            # to end a trial that waits.
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            signal.alarm(WAITS * limit)
            if in_place:
                return is_killed_in_place(mutant, [items[test] for test in ordered], self.steps)
            return is_killed_anew(mutant, TESTS, ordered[:LIKELY], self.steps)

        self._under_way[_forked(trial)] = (mutant, time.monotonic() + WAITS * limit)

    def _ended(self) -> Iterator[tuple[Mutant, bool]]:
        time.sleep(0.005)
        for child, (mutant, deadline) in list(self._under_way.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended and time.monotonic() < deadline:
                continue
            if not ended:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
            del self._under_way[child]
            yield mutant, not ended or status != 0


def _forked(trial: Callable[[], bool]) -> int:
    """Run something in a child, silently, whose status is 1 where it said yes or failed."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        status = int(trial())
    finally:
        os._exit(status)


def _concerns(runs: Sequence[str], mutant: Mutant) -> bool:
    """Tell whether one of the functions that are run is the mutant's, or any of its file where it is in none."""
    wanted = f"{mutant.file} {mutant.function}"
    return any(each == wanted or (not mutant.function and each.startswith(wanted)) for each in runs)


def _seen(session: pytest.Session, kept: Path) -> Seen:
    """See which functions each test runs; where they and a file of tests are as they were, it is not run again."""
    functions = b"".join(path.read_bytes() for path in source_files())
    known: dict[str, Seen] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    files: dict[str, list[pytest.Item]] = {}
    for item in session.items:
        digest = hashlib.sha256(item.path.read_bytes() + functions).hexdigest()[:16]
        files.setdefault(f"{item.path.relative_to(CHECKOUT)} {digest}", []).append(item)
    for file, items in files.items():
        if file not in known:
            known[file] = _look(session, items)
            kept.write_text(json.dumps({file: known[file] for file in files if file in known}), encoding="utf-8")
    return {test: each for file in files for test, each in known[file].items()}


def _look(session: pytest.Session, items: Sequence[pytest.Item]) -> Seen:
    """Run tests once, in a child, and see which functions each of them runs."""
    reading, writing = os.pipe()

    def look() -> bool:
        looking = _Looking()
        for item, following in zip(items, [*items[1:], None], strict=True):
            with looking.at(item.nodeid):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        with os.fdopen(writing, "w", encoding="utf-8") as told:
            json.dump({} if session.testsfailed else looking.seen(), told)
        return False

    child = _forked(look)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        seen: Seen = json.loads(told.read() or "{}")
    os.waitpid(child, 0)
    if not seen:
        raise session.Interrupted(f"{items[0].path.name} fails without a mutant")
    return seen


class _Looking:
    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._coverage = coverage.Coverage(data_file=None, source=[f"{FUNCTIONS}"], config_file=False)

    @contextmanager
    def at(self, test: str) -> Iterator[None]:
        began = time.monotonic()
        self._coverage.start()
        self._coverage.switch_context(test)
        try:
            yield
        finally:
            self._coverage.stop()
            self._seconds[test] = time.monotonic() - began

    def seen(self) -> Seen:
        seen: Seen = {test: (seconds, []) for test, seconds in self._seconds.items()}
        data = self._coverage.get_data()
        for path in sorted(data.measured_files()):
            file = Path(path).relative_to(FUNCTIONS).as_posix()
            by_line = data.contexts_by_lineno(path)
            for function, lines in outermost_functions(Path(path)).items():
                for test in {test for line in lines for test in by_line.get(line, ())} & seen.keys():
                    seen[test][1].append(f"{file} {function}")
        return seen


def run(mutants: Sequence[Mutant], verdicts: Path, workers: int, steps: int, told: Callable[[], None]) -> None:
    """Try mutants, and append what came of each to a file.

    Raises:
        ChildProcessError: the tests do not pass without a mutant, or could not be collected.
    """
    os.chdir(CHECKOUT)
    trials = Trials(mutants, verdicts, workers, steps, told)
    verdicts.parent.mkdir(parents=True, exist_ok=True)
    if status := pytest.main([*PYTEST_ARGUMENTS, *TESTS], plugins=[trials]):
        raise ChildProcessError(f"the tests end with status {int(status)} without a mutant: pytest {' '.join(TESTS)}")
