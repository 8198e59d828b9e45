"""Packages of functions: the same source is the same package."""

import os
from pathlib import Path

import pytest

from tapstack.program.errors import PackagingError
from tapstack.program.packaging import NATIVE, package


def write(source: Path, text: str) -> None:
    for folder in ("greeter", "transactions"):
        (source / folder).mkdir(parents=True, exist_ok=True)
    (source / "greeter" / "handler.py").write_text(text, encoding="utf-8")
    (source / "transactions" / "__init__.py").write_text("", encoding="utf-8")


def test_the_same_source_is_the_same_package_whenever_and_wherever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "source", "x = 1\n")
    first = package("greeter", NATIVE, tmp_path / "source", tmp_path / "target")
    os.utime(tmp_path / "source" / "greeter" / "handler.py", (0, 0))
    monkeypatch.chdir(tmp_path)

    assert package("greeter", NATIVE, tmp_path / "source", tmp_path / "target") == first

    write(tmp_path / "source", "x = 2\n")
    assert package("greeter", NATIVE, tmp_path / "source", tmp_path / "target").source_code_hash != (
        first.source_code_hash
    )


def test_a_function_without_code_is_refused_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"function 'nobody' has no code: .*nobody/handler.py is not there"):
        package("nobody", NATIVE, tmp_path, tmp_path / "target")
