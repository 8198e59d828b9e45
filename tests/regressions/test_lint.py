"""The lint settings see what was once left in, and the code has none of it."""

import ast
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tapstack.checkout import CHECKOUT

BAD = {
    "E501": f'"""Long."""\n\nx = "{"y" * 120}"\n',
    "W292": '"""No final newline."""\n\nx = 1',
    "PLW1514": '"""Without an encoding."""\n\nwith open("file") as file:\n    file.read()\n',
    "D103": '"""A public function without a docstring."""\n\n\ndef public():\n    return 1\n',
}


@pytest.mark.parametrize("code", BAD)
def test_ruff_refuses(code: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD[code], encoding="utf-8")

    config = ["--config", str(CHECKOUT / "pyproject.toml"), "--output-format", "json", "--no-cache"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *config, str(tmp_path / "bad.py")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert code in {found["code"] for found in json.loads(done.stdout)}


def repeated_docstrings(source: str) -> list[int]:
    """List the lines of strings that stand where a docstring has stood already."""
    return [
        second.lineno
        for node in ast.walk(ast.parse(source))
        for first, second in _neighbours(node)
        if _is_text(first) and _is_text(second)
    ]


def _neighbours(node: ast.AST) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    body = getattr(node, "body", None)
    if isinstance(body, list):
        yield from itertools.pairwise(body)


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def test_a_docstring_written_twice_is_seen() -> None:
    assert repeated_docstrings('"""One."""\n"""One again."""\n') == [2]
    assert repeated_docstrings('def f():\n    """One."""\n    """Two."""\n') == [3]
    assert repeated_docstrings('"""One."""\nx = 1\n"""What x is."""\n') == []


def test_no_docstring_is_written_twice() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    found = {name: repeated_docstrings((CHECKOUT / name).read_text(encoding="utf-8")) for name in listed}

    assert listed
    assert {name: lines for name, lines in found.items() if lines} == {}
