"""Where an emulator keeps its files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tapstack.lane.emulator import scratch


def made(lane: Path) -> Path:
    with scratch.new_scratch(lane) as folder:
        return folder


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(scratch, "_MEMORY", folder)
    monkeypatch.setattr(scratch, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(scratch, "_ROOM", 1)
    return folder


def test_it_is_in_memory_where_there_is_room_and_one_lane_s_alone(memory: Path, tmp_path: Path) -> None:
    folder = made(tmp_path / "lane")
    assert folder.parent == memory
    assert folder.stat().st_mode & 0o777 == 0o700
    assert scratch.scratch_folder(tmp_path / "other") != folder


def test_it_is_in_the_lane_s_folder_where_there_is_no_room(
    memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_ROOM", 2**62)
    assert made(tmp_path / "lane") == tmp_path / "lane" / "tmp"
    assert not list(memory.iterdir())


def test_it_is_in_the_lane_s_folder_where_no_library_may_be_loaded_from_memory(
    memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(memory)

    class NoExec:
        f_bavail, f_frsize, f_flag = real.f_bavail, real.f_frsize, os.ST_NOEXEC

    monkeypatch.setattr(os, "statvfs", lambda _: NoExec)
    assert scratch.scratch_folder(tmp_path / "lane") == tmp_path / "lane" / "tmp"


def test_it_is_in_the_lane_s_folder_where_there_is_no_such_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path / "none")
    assert scratch.scratch_folder(tmp_path / "lane") == tmp_path / "lane" / "tmp"


def test_what_an_earlier_emulator_has_left_is_taken_away(memory: Path, tmp_path: Path) -> None:
    (made(tmp_path / "lane") / "package").mkdir()
    assert not list(made(tmp_path / "lane").iterdir())
    scratch.remove_scratch(tmp_path / "lane")
    assert not list(memory.iterdir())


def test_what_an_emulator_of_a_lane_that_is_no_more_has_left_goes_with_the_next_one(
    memory: Path, tmp_path: Path
) -> None:
    (made(tmp_path / "gone") / "package").mkdir()
    of_others = memory / f"tapstack-{os.getuid() + 1}-0123456789abcdef"
    of_others.mkdir()

    folder = made(tmp_path / "lane")

    assert sorted(memory.iterdir()) == sorted([folder, of_others])


@pytest.mark.parametrize("word", ["variable", "argument"])
def test_what_a_process_still_uses_stays(memory: Path, tmp_path: Path, word: str) -> None:
    used = made(tmp_path / "other")
    variables = {**os.environ, "TMPDIR": str(used)} if word == "variable" else None
    arguments = [str(used)] if word == "argument" else []
    code = "import sys; print('up', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout
        process.stdout.readline()
        folder = made(tmp_path / "lane")
        assert sorted(memory.iterdir()) == sorted([folder, used])
        process.communicate()

    made(tmp_path / "lane")
    assert list(memory.iterdir()) == [folder]
