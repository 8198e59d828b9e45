"""Processes that outlive their command."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tapstack.engine.locks import LockTakenError, is_held
from tapstack.lane.background import BackgroundProcess

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


@pytest.fixture
def process(tmp_path: Path) -> BackgroundProcess:
    return BackgroundProcess(tmp_path, "sleeper")


def test_a_process_that_was_started_is_found_by_others(process: BackgroundProcess, tmp_path: Path) -> None:
    started = process.start(SLEEPER, "http://127.0.0.1:1", os.environ)
    try:
        assert BackgroundProcess(tmp_path, "sleeper").running() == started
    finally:
        assert process.stop()
    assert process.running() is None


def test_nobody_else_reads_its_log_not_even_one_from_an_earlier_version(
    process: BackgroundProcess, tmp_path: Path
) -> None:
    process.log.write_text("earlier\n", encoding="utf-8")
    process.log.chmod(0o644)
    process.start(SLEEPER, "http://127.0.0.1:1", os.environ)
    try:
        wait_until(lambda: "up" in process.log.read_text(encoding="utf-8"))
        assert process.log.read_text(encoding="utf-8").startswith("earlier\n")
        assert process.log.stat().st_mode & 0o777 == 0o600
    finally:
        process.stop()


def test_it_is_not_started_twice(process: BackgroundProcess) -> None:
    process.start(SLEEPER, "http://127.0.0.1:1", os.environ)
    try:
        with pytest.raises(LockTakenError):
            process.start(SLEEPER, "http://127.0.0.1:2", os.environ)
    finally:
        process.stop()


def test_children_that_do_not_listen_end_with_it_too(process: BackgroundProcess, tmp_path: Path) -> None:
    lock = tmp_path / "child.lock"
    child = f"""
import signal
import time
from pathlib import Path
from tapstack.engine.locks import acquire
signal.signal(signal.SIGTERM, signal.SIG_IGN)
acquire(Path({str(lock)!r}), blocking=True)
time.sleep(600)
"""
    parent = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(600)"
    process.start([sys.executable, "-c", parent], "http://x", os.environ)
    wait_until(lambda: is_held(lock))
    process.stop()

    wait_until(lambda: not is_held(lock))


def test_one_that_will_not_listen_is_ended_all_the_same(
    process: BackgroundProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tapstack.lane.background._STOP_SECONDS", 0.5)
    process.start([sys.executable, "-c", STUBBORN], "http://x", os.environ)
    wait_until(lambda: process.last_log_line() == "up")

    assert process.stop()
    assert process.running() is None


def test_stopping_what_does_not_run_does_nothing(process: BackgroundProcess) -> None:
    assert not process.stop()


def test_another_program_with_the_same_pid_is_left_alone(process: BackgroundProcess, tmp_path: Path) -> None:
    """The record says this test's own pid; nobody holds the lock, so it is not the process."""
    record = f'{{"pid": {os.getpid()}, "url": "http://x", "started": 0}}'
    (tmp_path / "sleeper.json").write_text(record, encoding="utf-8")
    (tmp_path / "sleeper.lock").touch()

    assert process.running() is None
    assert not process.stop()


def test_the_last_words_in_its_log_are_known(process: BackgroundProcess) -> None:
    process.log.write_text("first\nport is taken\n\n", encoding="utf-8")

    assert process.last_log_line() == "port is taken"


def wait_until(happened: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)
