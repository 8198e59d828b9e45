"""Holds the API's description to two public linters, spectral and redocly, installed from a lock file.

They are programs of Node.js; `package-lock.json` beside this file pins them and all they need by their checksums.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.progress import step
from tapstack.engine.cache import build_once, cache_folder

_HERE: Final = Path(__file__).parent
_PINS: Final = ("package.json", "package-lock.json")
_QUIET: Final = {"NO_UPDATE_NOTIFIER": "1", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "REDOCLY_TELEMETRY": "off"}
"""No linter looks for newer versions of itself, or tells anybody of what it does."""


def check(document: Path) -> list[str]:
    """Lint a description of an API; each finding is a line, and a warning counts like an error.

    Raises:
        UserError: there is no Node.js, or the linters cannot be installed.
    """
    tools = _installed()
    spectral = ["spectral", "lint", "--quiet", "--fail-severity=hint", "--format=text"]
    redocly = ["redocly", "lint", "--format=stylish", f"--config={_HERE / 'redocly.yaml'}"]
    return [
        *_findings(tools, [*spectral, f"--ruleset={_HERE / 'spectral.yaml'}", f"{document}"]),
        *_findings(tools, [*redocly, f"{document}"]),
    ]


def _findings(tools: Path, command: list[str]) -> list[str]:
    done = subprocess.run(
        [tools / "node_modules" / ".bin" / command[0], *command[1:]],
        env=os.environ | _QUIET,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == 0:
        return []
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return [f"{command[0]}: {line.strip()}" for line in lines if line.strip()]


def _installed() -> Path:
    pins = b"".join((_HERE / name).read_bytes() for name in _PINS)
    return build_once(cache_folder() / "apilint" / hashlib.sha256(pins).hexdigest()[:16], _install)


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise UserError("the API's description cannot be linted, as npm is not on PATH; install Node.js 20 or newer")
    with step("apilint", "installing spectral and redocly") as current:
        for name in _PINS:
            shutil.copy(_HERE / name, folder)
        # No package of the lock file runs a script of its own.
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise UserError(f"installing the linters failed: {done.stderr.strip()}")
        current.result = "installed from the lock file"
