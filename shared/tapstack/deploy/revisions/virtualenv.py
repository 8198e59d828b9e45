"""The virtual environment of a revision's programs: the checkout's packages, or its own where it locks others."""

import os
import subprocess
from pathlib import Path
from typing import Final

from tapstack.console.errors import UserError

_LOCK: Final = "uv.lock"
_OWN: Final = ("shared", "functions")
"""What the checkout's environment has installed in place, and a revision brings itself."""


def make_virtualenv(root: Path, checkout: Path) -> None:
    """Make `.venv` in a revision's tree.

    Where both lock the same packages it has those of the checkout, and nothing is installed. Else what the revision
    locks is installed, from uv's cache or the index that uv is set to.

    Args:
        root: the revision's tree.
        checkout: the checkout, with its `.venv`.

    Raises:
        UserError: uv is not there, or cannot install what the revision locks.
    """
    installed = checkout / ".venv"
    uv = installed / "bin" / "uv"
    if _text(root / _LOCK) == _text(checkout / _LOCK):
        _borrow(root, installed)
        if uv.exists():
            (root / ".venv" / "bin" / "uv").symlink_to(uv.resolve())
        return
    if not uv.exists():
        raise UserError(
            f"the revision locks other packages than this checkout, and {uv}, which installs them, is not there; "
            "run: uv sync"
        )
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        [uv, "sync", "--frozen", "--quiet", "--no-progress"],
        cwd=root,
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1].strip()
        raise UserError(
            f"the revision locks other packages than this checkout, and uv cannot install them: {reason}; name a "
            "later revision, or run `uv sync` in a checkout of this one to see why"
        )


def _borrow(root: Path, installed: Path) -> None:
    made = [f"{installed / 'bin' / 'python'}", "-m", "venv", "--without-pip", f"{root / '.venv'}"]
    done = subprocess.run(made, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        raise UserError(f"no virtual environment can be made from {installed}: {done.stderr.strip()}; run: uv sync")
    packages = next((root / ".venv" / "lib").glob("python*/site-packages"))
    theirs = installed.resolve() / packages.relative_to(root / ".venv")
    # A folder that a .pth file names has no .pth files of its own read: those of the checkout's own packages.
    searched = (*(root / own for own in _OWN), theirs)
    (packages / "revision.pth").write_text("".join(f"{path}\n" for path in searched), encoding="utf-8")


def _text(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
