"""Pages that programs among the tests make by doing what they tell of."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tapstack.console.errors import UserError


def page(path: str, program: str, *arguments: str) -> Callable[[Path], Mapping[str, str]]:
    """Give what renders a page that one of the programs prints.

    It raises UserError where a step did not go as told.

    Args:
        path: of the page, below the checkout.
        program: a module of tests/.
        arguments: what it is called with.
    """
    return lambda root: {path: _run(root, path, program, *arguments)}


def render_capacity(root: Path) -> Mapping[str, str]:
    """Run the functions on the model, and say at how many transactions a second they end.

    Raises:
        UserError: they could not be run.
    """
    told: dict[str, str] = json.loads(_run(root, "docs/capacity.md", "capacity", "--files"))
    return told


def _run(root: Path, path: str, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "tests")},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise UserError(f"{path} is not written, as not all went as it is told there; mend it in tests/{program}")
    return done.stdout
