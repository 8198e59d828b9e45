"""Locks on files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tapstack_local.locks import LockTakenError, acquire, is_held, locked


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
from tapstack_local.locks import acquire
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


def test_a_lock_on_a_deleted_file_excludes_nobody(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    old = acquire(file, blocking=False)
    file.unlink()

    os.close(acquire(file, blocking=False))
    os.close(old)
