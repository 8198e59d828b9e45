"""The folders that runs of the engine write to."""

import os
from pathlib import Path

from tapstack.engine.run_log import KEPT, run_log


def test_a_run_is_found_by_its_kind_time_and_process(tmp_path: Path) -> None:
    with run_log(tmp_path, "data-up") as files:
        assert files.output.parent == files.events.parent
        assert files.output.parent.parent == tmp_path / "data-up"
        assert files.output.parent.name.endswith(f"Z-{os.getpid()}")


def test_the_folders_of_the_last_runs_stay(tmp_path: Path) -> None:
    made = []
    for _ in range(KEPT + 3):
        with run_log(tmp_path, "data-up") as files:
            made.append(files.output.parent)

    assert sorted((tmp_path / "data-up").iterdir()) == made[3:]


def test_the_folder_of_a_run_that_is_at_work_stays_however_many_end_beside_it(tmp_path: Path) -> None:
    with run_log(tmp_path, "data-up") as slow:
        for _ in range(KEPT + 3):
            with run_log(tmp_path, "data-up"):
                pass

        assert slow.output.exists()


def test_runs_of_another_kind_are_not_counted(tmp_path: Path) -> None:
    with run_log(tmp_path, "data-up") as kept:
        pass
    for _ in range(KEPT + 3):
        with run_log(tmp_path, "data-preview"):
            pass

    assert kept.output.exists()


def test_nobody_but_the_owner_may_read_a_run(tmp_path: Path) -> None:
    with run_log(tmp_path / "logs", "data-up") as files:
        folder = files.output.parent

        modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "logs", folder.parent, folder)}
        assert set(modes.values()) == {0o700}
        assert [path.stat().st_mode & 0o777 for path in (files.output, files.events)] == [0o600, 0o600]
