"""Packages of functions: the same source is the same package, with all that its handler needs and little else."""

import io
import os
import zipfile
from pathlib import Path
from typing import Final

import pytest

from simulation.functions import ENVIRONMENTS
from tapstack.program.errors import PackagingError
from tapstack.program.packaging import NATIVE, package

LARGEST: Final = 640_000
"""Bytes of a package, deflated, as it is handed to Lambda."""
# As Lambda runs it, and as the lane does.
PLATFORMS: Final = ("aarch64-manylinux_2_28", NATIVE)


def write(source: Path, text: str) -> None:
    for folder in ("notifier", "transactions"):
        (source / folder).mkdir(parents=True, exist_ok=True)
    (source / "notifier" / "handler.py").write_text(text, encoding="utf-8")
    (source / "transactions" / "__init__.py").write_text("", encoding="utf-8")


def test_the_same_source_is_the_same_package_whenever_and_wherever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "source", "x = 1\n")
    first = package("notifier", NATIVE, tmp_path / "source", tmp_path / "target")
    os.utime(tmp_path / "source" / "notifier" / "handler.py", (0, 0))
    monkeypatch.chdir(tmp_path)

    assert package("notifier", NATIVE, tmp_path / "source", tmp_path / "target") == first

    write(tmp_path / "source", "x = 2\n")
    assert package("notifier", NATIVE, tmp_path / "source", tmp_path / "target").source_code_hash != (
        first.source_code_hash
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("function", ENVIRONMENTS)
def test_a_package_is_small_and_holds_no_bytecode(function: str, platform: str) -> None:
    deflated = io.BytesIO()
    with (
        zipfile.ZipFile(package(function, platform).path) as stored,
        zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        names = stored.namelist()
        for name in names:
            archive.writestr(name, stored.read(name))

    assert len(deflated.getvalue()) <= LARGEST
    assert not [name for name in names if name.endswith(".pyc")]


def test_time_zones_are_with_the_function_that_tells_night_by_them_and_with_no_other() -> None:
    held = {}
    for function in ENVIRONMENTS:
        with zipfile.ZipFile(package(function, NATIVE).path) as archive:
            held[function] = any(name.startswith("tzdata/") for name in archive.namelist())

    assert held == {"validator": False, "fraud_detector": True, "notifier": False}


def test_a_function_without_code_is_refused_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"function 'nobody' has no code: .*nobody/handler.py is not there"):
        package("nobody", NATIVE, tmp_path, tmp_path / "target")
