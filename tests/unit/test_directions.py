"""Which room imports which: import-linter's contracts hold, and each is broken by an import against it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tapstack.checkout import CHECKOUT
from tapstack.deploy.footprint import footprint
from tapstack.layers import PROJECTS

TOOLS = ("cli", "console", "deploy", "engine", "generate", "lane", "operate", "providers")

Write = Callable[[str, str], None]


def lint_imports(root: Path) -> "subprocess.CompletedProcess[str]":
    packages = os.pathsep.join(f"{root / folder}" for folder in ("shared", "functions"))
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": packages},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what has directions."""
    for folder in ("shared/tapstack", "functions", "projects"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "snapshots"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def add_line(checkout: Path) -> Write:
    """Write one more line into a file of the copy."""

    def add(file: str, line: str) -> None:
        with (checkout / file).open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")

    return add


def test_all_directions_are_kept() -> None:
    done = lint_imports(CHECKOUT)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("contract", "imports"),
    [
        (
            "rooms import downwards",
            [
                ("tapstack.console.errors", "tapstack.layers"),
                ("tapstack.program.policies", "tapstack.contracts.data"),
                ("tapstack.engine.state", "tapstack.providers"),
                ("tapstack.engine.state", "tapstack.lane.ports"),
                ("tapstack.engine.state", "tapstack.operate"),
                ("tapstack.engine.state", "tapstack.deploy"),
                ("tapstack.engine.state", "tapstack.cli"),
                ("tapstack.lane.ports", "tapstack.deploy"),
                ("tapstack.operate.register", "tapstack.deploy"),
                ("tapstack.deploy.drift", "tapstack.generate"),
                ("tapstack.generate", "tapstack.cli"),
            ],
        ),
        (
            "programs import no tool",
            [(room, f"tapstack.{tool}") for room in ("tapstack.program", "tapstack.contracts") for tool in TOOLS],
        ),
        (
            "providers import nothing else",
            [
                ("tapstack.providers.values", "tapstack.lane.ports"),
                ("tapstack.providers.values", "tapstack.console.errors"),
                ("tapstack.providers.values", "transactions.money"),
            ],
        ),
        (
            "operators and teams reach the lane through the environment",
            [
                (module, imported)
                for module in ("tapstack.operate.register", "tapstack.deploy.drift")
                for imported in ("tapstack.lane.ports", "tapstack.providers.values")
            ],
        ),
        (
            "functions import nothing of shared",
            [(package, "tapstack.layers") for package in ("fraud_detector", "notifier", "transactions", "validator")],
        ),
        (
            "functions share the domain alone",
            [
                ("validator.api", "notifier.queue"),
                ("notifier.queue", "fraud_detector.stream"),
                ("transactions.money", "validator.api"),
            ],
        ),
    ],
)
def test_an_import_against_a_direction_is_found_by_name(
    contract: str, imports: list[tuple[str, str]], checkout: Path, add_line: Write
) -> None:
    for module, imported in imports:
        add_line(file_of(module, checkout), f"import {imported}")

    done = lint_imports(checkout)

    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout
    for module, imported in imports:
        assert re.search(rf"{re.escape(module)} -> {re.escape(imported)} \(l\.", done.stdout), f"{module}: {imported}"


def file_of(module: str, root: Path) -> str:
    """Name the file of a module or package."""
    folder = "shared" if module.startswith("tapstack") else "functions"
    path = f"{folder}/{module.replace('.', '/')}"
    return f"{path}/__init__.py" if (root / path).is_dir() else f"{path}.py"


def test_a_room_without_a_place_is_refused(checkout: Path, add_line: Write) -> None:
    (checkout / "shared" / "tapstack" / "attic").mkdir()
    add_line("shared/tapstack/attic/__init__.py", '"""What nobody found a place for."""')

    done = lint_imports(checkout)

    assert done.returncode == 1
    assert "attic" in done.stdout


def tools_of(project: str, root: Path = CHECKOUT) -> list[str]:
    """List the files of the tools' rooms that a project's program would run."""
    rooms = tuple(f"shared/tapstack/{tool}/" for tool in TOOLS)
    return [file for file in footprint(project, root).globs if file.startswith(rooms)]


@pytest.mark.parametrize("project", PROJECTS)
def test_a_projects_program_imports_no_tool(project: str, checkout: Path, add_line: Write) -> None:
    assert tools_of(project) == []

    add_line(f"projects/{project}/settings.py", "from tapstack.console import errors")

    assert tools_of(project, checkout) == ["shared/tapstack/console/__init__.py", "shared/tapstack/console/errors.py"]
