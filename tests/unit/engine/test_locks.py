"""Locks on files."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tapstack.engine.locks import LockTakenError, acquire, is_held, locked


def test_a_second_taker_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", holder="`local` (pid 1)"), pytest.raises(LockTakenError) as caught:
        acquire(tmp_path / "lock", blocking=False)

    assert caught.value.holder == "`local` (pid 1)"


def test_a_lock_is_free_after_its_block(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"):
        assert is_held(tmp_path / "lock")

    assert not is_held(tmp_path / "lock")


def test_a_lock_nobody_ever_took_is_free(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "nowhere" / "lock")


def test_a_lock_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    code = f"""
from pathlib import Path
from tapstack.engine.locks import acquire
acquire(Path({str(file)!r}), blocking=False)
print("held", flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        assert is_held(file)
        process.kill()

    assert not is_held(file)


def test_who_waited_for_a_file_that_was_deleted_takes_the_lock_on_its_successor(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    taken: list[int] = []
    first = acquire(file, blocking=False)
    waiting = threading.Thread(target=lambda: taken.append(acquire(file, blocking=True)))
    waiting.start()
    # It has opened the file and waits for the lock on it.
    deadline = time.monotonic() + 10
    while f":{file.stat().st_ino} " not in " ".join(blocked_locks()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    file.unlink()
    os.close(first)
    waiting.join()

    assert is_held(file)
    os.close(taken[0])


def blocked_locks() -> list[str]:
    """The locks somebody waits for, as Linux lists them."""
    return [line for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines() if "->" in line]
