"""The engine's own locks: whose they are, and whether those still work."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tapstack.engine.backend.engine_locks import EngineLock, engine_locks
from tapstack.engine.backend.keys import is_locked_by_engine
from tapstack.engine.backend.store import FileStore

FOLDER = ".pulumi/locks/organization/tapstack-data/dev"


def locked(root: Path, pid: int, host: str = "") -> list[EngineLock]:
    folder = root / FOLDER
    folder.mkdir(parents=True)
    content = {"pid": pid, "username": "ada", "hostname": host or socket.gethostname(), "timestamp": "2026-01-02"}
    (folder / "one.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "one.json.attrs").write_text("{}", encoding="utf-8")
    return engine_locks(FileStore(root), "data", "dev")


def ended() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_stack_that_nobody_works_on_has_none(tmp_path: Path) -> None:
    assert engine_locks(FileStore(tmp_path), "data", "dev") == []


def test_a_lock_whose_process_has_ended_is_stale(tmp_path: Path) -> None:
    (lock,) = locked(tmp_path, pid := ended())

    assert lock.is_gone
    assert f"{lock}" == f"ada@{socket.gethostname()} (pid {pid}) since 2026-01-02"


def test_a_lock_whose_number_is_another_program_s_by_now_is_stale(tmp_path: Path) -> None:
    (lock,) = locked(tmp_path, os.getpid())

    assert lock.is_gone


def test_a_lock_of_an_engine_at_work_is_not(tmp_path: Path) -> None:
    engine = tmp_path / "pulumi"
    engine.symlink_to("/bin/sleep")
    process = subprocess.Popen([engine, "60"])
    try:
        (lock,) = locked(tmp_path / "state", process.pid)
        assert not lock.is_gone
    finally:
        process.kill()
        process.wait()


def test_a_lock_of_another_machine_is_never_known_to_be_stale(tmp_path: Path) -> None:
    (lock,) = locked(tmp_path, ended(), "elsewhere")

    assert not lock.is_gone


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "username": 1}'])
def test_a_lock_that_cannot_be_read_is_somebody_s(tmp_path: Path, content: str) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "one.json").write_text(content, encoding="utf-8")
    (lock,) = engine_locks(FileStore(tmp_path), "data", "dev")

    assert not lock.is_gone
    assert "somebody" in f"{lock}"


def test_a_lock_that_is_not_in_its_place_yet_is_one_to_the_engine_too(tmp_path: Path) -> None:
    locked(tmp_path, pid := ended())
    (tmp_path / FOLDER / "one.json").rename(tmp_path / FOLDER / "one.json.18a2f.tmp")
    (lock,) = engine_locks(FileStore(tmp_path), "data", "dev")

    assert lock.is_gone
    assert lock.pid == pid


def test_attributes_alone_are_no_lock(tmp_path: Path) -> None:
    locked(tmp_path, ended())
    (tmp_path / FOLDER / "one.json").unlink()

    assert engine_locks(FileStore(tmp_path), "data", "dev") == []
    assert not is_locked_by_engine(FileStore(tmp_path), "data", "dev")
