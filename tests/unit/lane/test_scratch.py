"""Where an emulator keeps its files."""

import os
from pathlib import Path

import pytest

from tapstack.lane.emulator import scratch


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(scratch, "_MEMORY", folder)
    monkeypatch.setattr(scratch, "_ROOM", 1)
    return folder


def test_it_is_in_memory_where_there_is_room_and_one_lane_s_alone(memory: Path, tmp_path: Path) -> None:
    folder = scratch.make_scratch(tmp_path / "lane")
    assert folder.parent == memory
    assert folder.stat().st_mode & 0o777 == 0o700
    assert scratch.scratch_folder(tmp_path / "other") != folder


def test_it_is_in_the_lane_s_folder_where_there_is_no_room(
    memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_ROOM", 2**62)
    assert scratch.make_scratch(tmp_path / "lane") == tmp_path / "lane" / "tmp"
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
    (scratch.make_scratch(tmp_path / "lane") / "package").mkdir()
    assert not list(scratch.make_scratch(tmp_path / "lane").iterdir())
    scratch.remove_scratch(tmp_path / "lane")
    assert not list(memory.iterdir())
