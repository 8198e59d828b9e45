"""docs/renaming-an-output.md: how a team renames an output that others read, told by doing it on a lane of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tapstack.console.errors import UserError


def render(root: Path) -> dict[str, str]:
    """Run the story of the tree at `root`; it takes some minutes.

    Raises:
        UserError: a step of it did not go as told.
    """
    done = subprocess.run(
        [sys.executable, "-m", "story"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "tests")},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise UserError("the story did not go as told, so it is not written; mend it in tests/story/renaming.py")
    return {"docs/renaming-an-output.md": done.stdout}
